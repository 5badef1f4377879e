package io.dialspool.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class TablesTest {
  private final Path directory;

  TablesTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /** Found by the crash test: such a start was refused, and the table remembered as damaged. */
  @Test
  void shouldNotTakeATableThatWasCompactedAwaySinceItWasListedForADamagedOne() throws Exception {
    try (var options = new Options().setCreateIfMissing(true);
        var db = RocksDB.open(options, directory.toString())) {
      put(db, "first");
      LiveFileMetaData listed = db.getLiveFilesMetaData().get(0);
      put(db, "second");
      compact(db);
      // RocksDB removes it a little later, on a thread of its own.
      Files.deleteIfExists(directory.resolve(Tables.name(listed)));

      new Tables(directory).verify(db, listed);

      assertFalse(Files.exists(directory.resolve("dialspool.damaged")));
    }
  }

  @Test
  void shouldRefuseATableThatIsGoneThoughTheStoreNeedsIt() throws Exception {
    try (var options = new Options().setCreateIfMissing(true);
        var db = RocksDB.open(options, directory.toString())) {
      put(db, "first");
      LiveFileMetaData listed = db.getLiveFilesMetaData().get(0);
      Files.delete(directory.resolve(Tables.name(listed)));

      StoreException refused =
          assertThrows(StoreException.class, () -> new Tables(directory).verify(db, listed));

      assertTrue(String.valueOf(refused.getMessage()).contains(Tables.name(listed)));
      assertEquals(
          Tables.name(listed) + "\n", Files.readString(directory.resolve("dialspool.damaged")));
    }
  }

  private static void compact(RocksDB db) throws RocksDBException {
    try (var forced =
        new CompactRangeOptions().setBottommostLevelCompaction(BottommostLevelCompaction.kForce)) {
      db.compactRange(db.getDefaultColumnFamily(), new byte[0], new byte[] {(byte) 255}, forced);
    }
  }

  private static void put(RocksDB db, String value) throws RocksDBException {
    db.put("key".getBytes(UTF_8), value.getBytes(UTF_8));
    try (var flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush);
    }
  }
}
