package io.dialspool.replay;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where rows come from.
 *
 * @param name as it stands in the rejects file; its ending may tell the format
 * @param bytes its size, -1 if unknown
 * @param opener opens it once
 */
public record Source(String name, long bytes, Opener opener) {
  /** Opens a source. */
  public interface Opener {
    InputStream open() throws IOException;
  }

  /**
   * @throws ReplayException usage, if there is no such file that can be read
   */
  public static Source file(Path path) {
    if (!Files.isRegularFile(path) && !isReadableDevice(path)) {
      String fault = Files.isDirectory(path) ? "a directory" : "no such file";
      throw ReplayException.usage(path + ": " + fault + " (expected: a file)");
    }
    if (!Files.isReadable(path)) {
      throw ReplayException.usage(path + ": can't be read (expected: a readable file)");
    }
    return new Source(path.toString(), sizeOf(path), () -> Files.newInputStream(path));
  }

  /** Standard input under the name {@code -}; left open afterwards. */
  public static Source standardInput() {
    return new Source("-", -1, () -> notClosing(System.in));
  }

  // Named pipes and /dev/fd/N, as shells make them for <(…).
  private static boolean isReadableDevice(Path path) {
    return Files.exists(path) && !Files.isDirectory(path);
  }

  private static long sizeOf(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  private static InputStream notClosing(InputStream stream) {
    return new FilterInputStream(stream) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return in.read(bytes, offset, length);
      }

      @Override
      public void close() {}
    };
  }
}
