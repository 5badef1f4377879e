package io.dialspool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says stop before the disk is full, and go once there is room again. */
final class DiskWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  private final Path directory;
  private final long freeBytesMin;
  private volatile boolean full;

  DiskWatch(Path directory, long freeBytesMin) {
    this.directory = directory;
    this.freeBytesMin = freeBytesMin;
  }

  void look() {
    try {
      boolean nowFull = Files.getFileStore(directory).getUsableSpace() < freeBytesMin;
      if (nowFull != full) {
        LOG.warn(
            nowFull
                ? "less than {} bytes are free below {}: intake answers 429"
                : "more than {} bytes are free again below {}",
            freeBytesMin,
            directory);
      }
      full = nowFull;
    } catch (IOException e) {
      LOG.warn("free space below {} can't be read: {}", directory, e.toString());
    }
  }

  boolean isFull() {
    return full;
  }
}
