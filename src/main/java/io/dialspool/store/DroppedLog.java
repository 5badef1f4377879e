package io.dialspool.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** RocksDB says that a log is damaged, and only in its own diary which one. */
final class DroppedLog {
  private static final int TAIL_BYTES = 1 << 16;
  static final Pattern LINE = Pattern.compile("(\\d{6,18}\\.log): dropping \\d+ bytes");

  private DroppedLog() {}

  /** " in 000008.log", or nothing if the diary names none. */
  static String named(Path directory) {
    Path diary = directory.resolve("LOG");
    try (var file = Files.newByteChannel(diary)) {
      file.position(Math.max(0, file.size() - TAIL_BYTES));
      var tail = java.nio.ByteBuffer.allocate(TAIL_BYTES);
      while (tail.hasRemaining() && file.read(tail) >= 0) {
        // until full or at its end
      }
      Matcher line = LINE.matcher(new String(tail.array(), 0, tail.position(), ISO_8859_1));
      return line.find() ? " in " + line.group(1) : "";
    } catch (IOException e) {
      return "";
    }
  }
}
