package io.dialspool.rehearsal;

import io.dialspool.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory of its own below the one for temporary files; gone with the rehearsal. */
final class WorkDirectory implements AutoCloseable {
  private final Path path;
  private final Thread atTheEnd;

  private WorkDirectory(Path path) {
    this.path = path;
    this.atTheEnd = new Thread(() -> remove(path), "remove-rehearsal");
    Runtime.getRuntime().addShutdownHook(atTheEnd);
  }

  /**
   * @throws StoreException if there is no place for it
   */
  static WorkDirectory make() {
    try {
      return new WorkDirectory(Files.createTempDirectory("dialspool-rehearsal-"));
    } catch (IOException e) {
      throw new StoreException(
          "no directory for the rehearsal's spool can be made in "
              + System.getProperty("java.io.tmpdir"),
          e);
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  private static void remove(Path path) {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // It lies where the system clears away by itself.
    }
  }

  @Override
  public void close() {
    remove(path);
    try {
      Runtime.getRuntime().removeShutdownHook(atTheEnd);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }
}
