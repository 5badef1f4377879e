package io.dialspool.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/**
 * Reads whole tables and compares their checksums, so that a flipped bit is found before somebody
 * needs the bytes. A start verifies the newest tables, up to a bound, since it must not take longer
 * the more is waiting; the rest is verified in passing ({@link RocksStore#scrub}). A table that was
 * ever found damaged is remembered in a file of its own and verified first at every start, until it
 * is sound again.
 */
final class Tables {
  private static final Pattern NAME = Pattern.compile("\\d{6,18}\\.sst");

  private final Path directory;
  private final Path remembered;
  private final Deque<LiveFileMetaData> unverified = new ArrayDeque<>();

  Tables(Path directory) {
    this.directory = directory;
    this.remembered = directory.resolve("dialspool.damaged");
  }

  /**
   * After opening.
   *
   * @throws StoreException naming the first one that is damaged
   */
  void verifyNewest(RocksDB db, long bytesMax) {
    Set<String> suspects = suspects();
    var tables = new ArrayList<LiveFileMetaData>(db.getLiveFilesMetaData());
    tables.sort(Comparator.comparing(LiveFileMetaData::fileName).reversed());
    long bytes = 0;
    for (LiveFileMetaData table : tables) {
      if (suspects.contains(name(table))) {
        verify(db, table);
      } else if (bytes < bytesMax) {
        bytes += table.size();
        verify(db, table);
      } else {
        unverified.add(table);
      }
    }
    if (!suspects.isEmpty()) {
      forget();
    }
  }

  /**
   * Verifies some more of the tables that were there at the start.
   *
   * @return whether any are left
   * @throws StoreException naming the first one that is damaged
   */
  boolean verifySome(RocksDB db, long bytesMax) {
    var live = new HashSet<String>();
    if (!unverified.isEmpty()) {
      db.getLiveFilesMetaData().forEach(table -> live.add(table.fileName()));
    }
    long bytes = 0;
    while (bytes < bytesMax && !unverified.isEmpty()) {
      LiveFileMetaData table = unverified.remove();
      if (live.contains(table.fileName())) {
        bytes += table.size();
        verify(db, table);
      }
    }
    return !unverified.isEmpty();
  }

  private static boolean isLive(RocksDB db, LiveFileMetaData table) {
    return db.getLiveFilesMetaData().stream()
        .anyMatch(other -> other.fileName().equals(table.fileName()));
  }

  /** A store that has just opened compacts already: a table that is gone since is no damage. */
  void verify(RocksDB db, LiveFileMetaData table) {
    String fault = fault(file(table));
    if (fault != null && isLive(db, table)) {
      remember(name(table));
      throw new StoreException(
          directory + " can't be opened: " + name(table) + " is damaged: " + fault);
    }
  }

  /** What is wrong with a table; null if nothing is. */
  static @Nullable String fault(Path table) {
    try (var options =
            new Options().setTableFormatConfig(new BlockBasedTableConfig().setNoBlockCache(true));
        var reader = new SstFileReader(options)) {
      reader.open(table.toString());
      reader.verifyChecksum();
      return null;
    } catch (RocksDBException e) {
      return String.valueOf(e.getMessage());
    }
  }

  static String name(LiveFileMetaData table) {
    return table.fileName().replace("/", "");
  }

  private Path file(LiveFileMetaData table) {
    return directory.resolve(name(table));
  }

  /** A failure's text may name a table: then the next start looks at it first. */
  void rememberNamedIn(@Nullable String failure) {
    Matcher named = NAME.matcher(String.valueOf(failure));
    if (named.find()) {
      remember(named.group());
    }
  }

  private void remember(String table) {
    try {
      Files.writeString(
          remembered,
          table + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      // The failure itself is told anyway; a disk that takes no more writes can't be told more.
    }
  }

  private Set<String> suspects() {
    try {
      return Files.exists(remembered)
          ? new HashSet<>(Files.readAllLines(remembered, StandardCharsets.UTF_8))
          : Set.of();
    } catch (IOException e) {
      return Set.of();
    }
  }

  private void forget() {
    try {
      Files.deleteIfExists(remembered);
    } catch (IOException e) {
      throw new StoreException(remembered + " can't be removed: " + e.getMessage(), e);
    }
  }

  /** All tables that lie in a directory, oldest first. */
  static List<Path> in(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .filter(file -> NAME.matcher(String.valueOf(file.getFileName())).matches())
          .sorted()
          .toList();
    }
  }
}
