package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.HdrHistogram.Histogram;

/**
 * What this disk alone can do: one file, a group of dial requests appended and synced, the next
 * group.
 *
 * @param groupsPerSecond written and synced
 * @param itemsPerSecond in them
 * @param syncP50Ms one write and its sync
 */
record DiskLimit(
    double groupsPerSecond, double itemsPerSecond, double syncP50Ms, double syncP99Ms) {
  private static final long DURING_NS = 1_000_000_000L;

  /**
   * Measures for a second; blocks.
   *
   * @param itemsPerGroup as many as the service wrote in one, on average
   */
  static DiskLimit measure(Path directory, double itemsPerGroup, int itemBytes, Clock clock) {
    int groupBytes = (int) Math.max(1, Math.min(1 << 24, itemsPerGroup * itemBytes));
    ByteBuffer group = ByteBuffer.allocateDirect(groupBytes);
    var tookNs = new Histogram(60_000_000_000L, 3);
    Path file = directory.resolve("append");
    long startNs = clock.nanoTime();
    long endNs = startNs;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (endNs - startNs < DURING_NS) {
        group.rewind();
        while (group.hasRemaining()) {
          channel.write(group);
        }
        channel.force(false);
        long nowNs = clock.nanoTime();
        tookNs.recordValue(nowNs - endNs);
        endNs = nowNs;
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new BenchFailure(directory + ": " + e.getMessage(), e);
    }
    double seconds = (endNs - startNs) / 1e9;
    double groups = tookNs.getTotalCount() / seconds;
    return new DiskLimit(
        groups,
        groups * itemsPerGroup,
        tookNs.getValueAtPercentile(50) / 1e6,
        tookNs.getValueAtPercentile(99) / 1e6);
  }
}
