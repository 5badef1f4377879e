package io.dialspool.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.DirectSlice;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/**
 * A table that is written beside the store and then becomes one of its own. It lies in a directory
 * below, where RocksDB, which deletes tables that it doesn't know, doesn't look.
 */
final class BulkFile {
  private static final int SYNCED_TOGETHER_BYTES = 256 << 10;

  private BulkFile() {}

  /** After a start: what was begun before it and never taken in. */
  static void forgetAll(Path store) throws IOException {
    Path directory = directory(store);
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory, OwnerOnly.directory(store));
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  static Path fresh(Path store, long number) {
    return directory(store).resolve(number + ".sst");
  }

  /** Writes and syncs it. */
  static void write(Path file, OrderedStore.Run run, ColumnFamilyOptions family)
      throws RocksDBException {
    ByteBuffer key = ByteBuffer.allocateDirect(run.keyBytes());
    ByteBuffer value = ByteBuffer.allocateDirect(run.valueBytes());
    try (var database = new DBOptions();
        var options = new Options(database, family);
        // Else all of it would go to the disk with the sync, before the log's next one.
        var environment = new EnvOptions().setBytesPerSync(SYNCED_TOGETHER_BYTES);
        // Slices are pointers handed over as they are; with buffers JNI asks anew for each entry.
        var keySlice = new DirectSlice(key, run.keyBytes());
        var valueSlice = new DirectSlice(value, run.valueBytes());
        var out = new SstFileWriter(environment, options)) {
      out.open(file.toString());
      for (int i = 0; i < run.size(); i++) {
        run.read(i, key.clear(), value.clear());
        out.put(keySlice, valueSlice);
      }
      out.finish();
    }
  }

  /** If RocksDB has taken it in, that is by a name of its own. */
  static void forget(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The next start deletes it.
    }
  }

  private static Path directory(Path store) {
    return store.resolve("bulk");
  }
}
