package io.dialspool.spool;

import io.dialspool.store.RocksStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A RocksStore in a directory of its own, which goes when it is closed. */
final class TemporaryStore implements AutoCloseable {
  private final Path directory;
  private final RocksStore rocks;

  TemporaryStore() {
    try {
      directory = Files.createTempDirectory("dialspool-jmh");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rocks = RocksStore.open(directory, Spool.spaces());
  }

  RocksStore rocks() {
    return rocks;
  }

  @Override
  public void close() throws IOException {
    rocks.close();
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
