package io.dialspool.whole;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real file system of its own that can be filled and broken. Wants the right to mount; without it
 * the test is skipped, and what the store does is shown by {@code PatientStoreTest} and {@code
 * DiskWatchTest} alone.
 */
final class SmallDisk implements AutoCloseable {
  private final Path at;

  private SmallDisk(Path at) {
    this.at = at;
  }

  /** In memory, of so many MiB. */
  static SmallDisk ofMemory(Path at, int mebibytes) {
    return mounted(at, "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs");
  }

  /** An ext4 in a file, which turns read-only when it meets an error. */
  static SmallDisk ofImage(Path at, Path image, int mebibytes) {
    if (!Files.exists(image)) {
      assumeTrue(run("truncate", "-s", mebibytes + "M", image.toString()) == 0, "no truncate");
      assumeTrue(run("mkfs.ext4", "-q", image.toString()) == 0, "no mkfs.ext4");
    }
    return mounted(at, "mount", "-o", "loop,errors=remount-ro", image.toString());
  }

  private static SmallDisk mounted(Path at, String... mount) {
    try {
      Files.createDirectories(at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var command = new java.util.ArrayList<String>(List.of(mount));
    command.add(at.toString());
    assumeTrue(run(command.toArray(String[]::new)) == 0, "mounting is not permitted here");
    return new SmallDisk(at);
  }

  Path path(String name) {
    return at.resolve(name);
  }

  long freeBytes() {
    try {
      return Files.getFileStore(at).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves so many bytes, roughly; {@link #empty} takes it back. */
  void fill(long leftBytes) {
    long bytes = freeBytes() - leftBytes;
    byte[] piece = new byte[1 << 20];
    try (var out = Files.newOutputStream(path("filler"))) {
      for (long left = bytes; left > 0; left -= piece.length) {
        out.write(piece, 0, (int) Math.min(piece.length, left));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void empty() {
    try {
      Files.deleteIfExists(path("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the kernel does by itself when it finds the file system's own data damaged. */
  void turnReadOnly() {
    String device = Service.runCommand(List.of("findmnt", "-no", "SOURCE", at.toString())).out();
    Path trigger = Path.of("/sys/fs/ext4", device.strip().replace("/dev/", ""), "trigger_fs_error");
    assumeTrue(Files.isWritable(trigger), "no " + trigger);
    try {
      Files.writeString(trigger, "a test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int run(String... command) {
    return Service.runCommand(List.of(command)).exitCode();
  }

  @Override
  public void close() {
    run("umount", at.toString());
  }
}
