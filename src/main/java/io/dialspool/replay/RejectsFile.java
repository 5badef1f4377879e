package io.dialspool.replay;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rejected rows as CSV: {@code file,line,member,reason}. Made anew at the first of them, so a
 * replay without rejects leaves no file.
 */
final class RejectsFile implements AutoCloseable {
  private final Path path;
  private @Nullable CsvWriter writer;

  /**
   * @throws ReplayException usage, if there is no place to write, or it is one of the sources
   */
  RejectsFile(Path path, List<Source> sources) {
    this.path = path;
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(path)) {
      throw ReplayException.usage("--rejects: " + path + " (expected: a file in a directory)");
    }
    if (!Files.isWritable(Files.exists(path) ? path : directory)) {
      throw ReplayException.usage("--rejects: " + path + " (expected: a place that we may write)");
    }
    for (Source source : sources) {
      if (isSame(source, path)) {
        throw ReplayException.usage(
            "--rejects: " + path + " (expected: not a file being replayed)");
      }
    }
  }

  private static boolean isSame(Source source, Path path) {
    try {
      Path other = Path.of(source.name());
      return Files.exists(path) && Files.exists(other) && Files.isSameFile(path, other);
    } catch (IOException | java.nio.file.InvalidPathException e) {
      return false;
    }
  }

  void add(String file, long line, Reject why) {
    try {
      CsvWriter open = writer;
      if (open == null) {
        open = CsvWriter.builder().build(path);
        writer = open;
        open.writeRecord("file", "line", "member", "reason");
      }
      open.writeRecord(file, Long.toString(line), why.member(), why.reason());
    } catch (IOException | java.io.UncheckedIOException e) {
      throw failed();
    }
  }

  /** So that what is told as rejected can be read. */
  void flush() {
    try {
      if (writer != null) {
        writer.flush();
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      throw failed();
    }
  }

  /** Null as long as there was no reject. */
  @Nullable Path path() {
    return writer == null ? null : path;
  }

  private ReplayException failed() {
    return ReplayException.here(path + " can't be written; running the same again continues");
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      throw failed();
    }
  }
}
