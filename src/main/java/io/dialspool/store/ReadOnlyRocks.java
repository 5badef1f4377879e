package io.dialspool.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WALRecoveryMode;

/**
 * A store opened without writing anything, not even RocksDB's diary: it goes on a read-only file
 * system too. What the log holds is read into memory. Spaces that an older version didn't have are
 * empty.
 */
final class ReadOnlyRocks implements OrderedStore {
  private static final long CACHE_BYTES = 64L << 20;

  private final Path directory;
  private final RocksDB db;
  private final Map<Space, ColumnFamilyHandle> families;
  private final List<AutoCloseable> owned;
  private final Set<String> damagedLogs;
  private final ReadOptions scanning = new ReadOptions().setFillCache(false);

  private ReadOnlyRocks(
      Path directory,
      RocksDB db,
      Map<Space, ColumnFamilyHandle> families,
      List<AutoCloseable> owned,
      Set<String> damagedLogs) {
    this.directory = directory;
    this.db = db;
    this.families = families;
    this.owned = owned;
    this.damagedLogs = damagedLogs;
  }

  /**
   * @param lenient whether to open what can be opened: tables that are missing or cut fail when
   *     they are read, damaged records of the log are left out
   */
  static ReadOnlyRocks open(Path directory, List<Space> spaces, boolean lenient)
      throws RocksDBException {
    var owned = new ArrayList<AutoCloseable>();
    var damagedLogs = new LinkedHashSet<String>();
    // An empty method in place of the diary that RocksDB would write into the directory.
    var diary =
        new org.rocksdb.Logger(InfoLogLevel.WARN_LEVEL) {
          @Override
          protected void log(InfoLogLevel level, String line) {
            Matcher dropped = DroppedLog.LINE.matcher(line);
            if (dropped.find()) {
              damagedLogs.add(dropped.group(1));
            }
          }
        };
    owned.add(diary);
    var cache = new LRUCache(CACHE_BYTES);
    owned.add(cache);
    try (var listing = new Options()) {
      listing.setLogger(diary);
      var there = new ArrayList<String>();
      for (byte[] name : RocksDB.listColumnFamilies(listing, directory.toString())) {
        there.add(new String(name, UTF_8));
      }
      if (!there.contains("default")) {
        throw new RocksDBException("the list of tables is cut off");
      }
      var descriptors = new ArrayList<ColumnFamilyDescriptor>();
      for (String name : there) {
        Space space =
            spaces.stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
        descriptors.add(
            new ColumnFamilyDescriptor(name.getBytes(UTF_8), options(space, cache, owned)));
      }
      var options =
          new DBOptions()
              .setLogger(diary)
              .setParanoidChecks(!lenient)
              .setWalRecoveryMode(
                  lenient
                      ? WALRecoveryMode.SkipAnyCorruptedRecords
                      : WALRecoveryMode.TolerateCorruptedTailRecords)
              .setMaxOpenFiles(512);
      owned.add(options);
      var handles = new ArrayList<ColumnFamilyHandle>();
      RocksDB db = RocksDB.openReadOnly(options, directory.toString(), descriptors, handles);
      var families = new HashMap<Space, ColumnFamilyHandle>();
      for (Space space : spaces) {
        int at = there.indexOf(space.name());
        if (at >= 0) {
          families.put(space, handles.get(at));
        }
      }
      owned.addAll(0, handles);
      owned.add(handles.size(), db);
      return new ReadOnlyRocks(directory, db, families, owned, damagedLogs);
    } catch (RocksDBException e) {
      RocksStore.closeAll(owned);
      String logs = damagedLogs.isEmpty() ? "" : " in " + String.join(", ", damagedLogs);
      throw new RocksDBException(e.getMessage() + logs, e.getStatus());
    }
  }

  private static ColumnFamilyOptions options(
      @Nullable Space space, LRUCache cache, List<AutoCloseable> owned) {
    var options =
        new ColumnFamilyOptions()
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setCacheIndexAndFilterBlocks(true));
    if (space != null && space.access() == Space.Access.COUNTER) {
      options.setMergeOperatorName("uint64add");
    }
    owned.add(options);
    return options;
  }

  /**
   * The library from a temporary file, the directory is not to be written to; and nobody else may
   * have it open.
   *
   * @return what to close once done; null if there is no lock to hold
   * @throws StoreException if there is no store, or a process has it open
   */
  static @Nullable FileChannel hold(Path directory) {
    if (!Files.isRegularFile(directory.resolve("CURRENT"))
        && !Files.isRegularFile(directory.resolve("dialspool.lock"))) {
      throw new StoreException(directory + " holds no store");
    }
    RocksDB.loadLibrary();
    try {
      FileChannel file =
          FileChannel.open(directory.resolve("dialspool.lock"), StandardOpenOption.READ);
      if (file.tryLock(0, Long.MAX_VALUE, true) == null) {
        file.close();
        throw new StoreException(directory + " is in use by another process");
      }
      return file;
    } catch (NoSuchFileException e) {
      return null; // a copy without it; nobody of ours has it open
    } catch (java.nio.channels.OverlappingFileLockException e) {
      throw new StoreException(directory + " is in use by another process", e);
    } catch (IOException e) {
      throw new StoreException(directory + " can't be used: " + RocksStore.reason(e), e);
    }
  }

  RocksDB db() {
    return db;
  }

  /** Logs of which records were left out. */
  Set<String> damagedLogs() {
    return damagedLogs;
  }

  List<LiveFileMetaData> tables() {
    return db.getLiveFilesMetaData();
  }

  /** The number of a space in the log; null if it isn't there. */
  @Nullable Integer number(Space space) {
    ColumnFamilyHandle family = families.get(space);
    return family == null ? null : family.getID();
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    ColumnFamilyHandle family = families.get(space);
    try {
      return family == null ? null : db.get(family, key);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    ColumnFamilyHandle family = families.get(space);
    if (family == null) {
      return;
    }
    try (var upper = new Slice(to);
        var options = new ReadOptions(scanning).setIterateUpperBound(upper);
        RocksIterator iterator = db.newIterator(family, options)) {
      for (iterator.seek(from); iterator.isValid(); iterator.next()) {
        if (!visitor.visit(iterator.key(), iterator.value())) {
          return;
        }
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    ColumnFamilyHandle family = families.get(space);
    if (family == null) {
      return null;
    }
    try (RocksIterator iterator = db.newIterator(family, scanning)) {
      iterator.seekForPrev(key);
      if (!iterator.isValid()) {
        iterator.status();
        return null;
      }
      byte[] found = iterator.key();
      return Arrays.compareUnsigned(found, lowest) < 0 ? null : new Entry(found, iterator.value());
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  @Override
  public Batch newBatch() {
    throw new UnsupportedOperationException("opened for reading");
  }

  @Override
  public void write(Batch batch, boolean sync) {
    throw new UnsupportedOperationException("opened for reading");
  }

  @Override
  public void ingest(Space space, Run run) {
    throw new UnsupportedOperationException("opened for reading");
  }

  @Override
  public long sizeBytes() {
    return tables().stream().mapToLong(LiveFileMetaData::size).sum();
  }

  @Override
  public void close() {
    RocksStore.closeAll(owned);
    scanning.close();
  }

  private StoreException failed(RocksDBException e) {
    return new StoreException(directory + ": read failed: " + e.getMessage(), e);
  }
}
