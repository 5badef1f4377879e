package io.dialspool.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered store on RocksDB, one directory, one process.
 *
 * <p>The write-ahead log tolerates a torn last record, which a crash leaves behind, and nothing
 * else: RocksDB's default would cut synced writes off silently at the first damaged one. The native
 * library is unpacked into the directory itself, since the default leaves 17 MB in the temporary
 * folder at each kill.
 */
public final class RocksStore implements OrderedStore {
  private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);
  private static final long CACHE_BYTES = 64L << 20;

  /** A table's filter must fit into one shard, or it is read anew for each look-up (measured). */
  private static final int CACHE_SHARD_BITS = 1;

  private static final long MEMTABLE_BYTES = 32L << 20;

  /**
   * Of a space that is looked up: twice as many files lie there before any are merged. With 16 that
   * took a sixth of all CPU under load, and few look-ups ever reach the files (measured).
   */
  private static final int RUNS_MERGED_MIN = 32;

  private static final int RUNS_MAX = 400;
  private static final long VERIFIED_AT_START_BYTES = 256L << 20;

  private final Path directory;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final ManifestSeal seal;
  private final Tables tables;
  private final RocksDB db;
  private final Map<Space, ColumnFamilyHandle> families;
  private final List<AutoCloseable> owned;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions().setSync(false);
  private final ReadOptions scanning = new ReadOptions().setFillCache(false);
  private final ReadOptions lookingUp = new ReadOptions();
  private final FlushOptions flushing =
      new FlushOptions().setWaitForFlush(true).setAllowWriteStall(false);
  private final IngestExternalFileOptions ingesting =
      new IngestExternalFileOptions().setMoveFiles(true);
  private final Map<Space, ColumnFamilyOptions> options;
  private long ingested;
  private Map<String, Long> sealedLogs = Map.of();
  private boolean sealFailed;
  private boolean notPrivateTold;
  private boolean closed;

  private RocksStore(
      Path directory,
      FileChannel lockFile,
      FileLock lock,
      ManifestSeal seal,
      RocksDB db,
      Map<Space, ColumnFamilyHandle> families,
      Map<Space, ColumnFamilyOptions> options,
      List<AutoCloseable> owned) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
    this.seal = seal;
    this.tables = new Tables(directory);
    this.db = db;
    this.families = families;
    this.options = options;
    this.owned = owned;
  }

  /**
   * Opens the store, making directory and spaces that are missing.
   *
   * @throws StoreException if the directory can't be had, belongs to another process, or is
   *     corrupt; what is damaged is named
   */
  public static RocksStore open(Path directory, List<Space> spaces) {
    return open(directory, spaces, VERIFIED_AT_START_BYTES);
  }

  /**
   * @param verifiedBytes tables verified before the store counts as open, newest first
   */
  static RocksStore open(Path directory, List<Space> spaces, long verifiedBytes) {
    FileChannel lockFile = null;
    RocksStore store = null;
    try {
      if (Files.isDirectory(directory)) {
        warnIfOthersMayRead(directory);
      } else {
        // RocksDB's own files are made with the process's umask and closed later: until then this
        // directory keeps others out.
        Files.createDirectories(directory, OwnerOnly.directory(directory));
      }
      lockFile =
          FileChannel.open(
              directory.resolve("dialspool.lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              OwnerOnly.file(directory));
      FileLock lock = tryLock(lockFile);
      if (lock == null) {
        throw new StoreException(directory + " is in use by another process");
      }
      var seal = new ManifestSeal(directory);
      seal.check();
      loadLibrary(directory.resolve("native"));
      BulkFile.forgetAll(directory);
      store = open(directory, spaces, lockFile, lock, seal);
      store.tables.verifyNewest(store.db, verifiedBytes);
      seal.opened();
      store.keepPrivate();
      return store;
    } catch (StoreException e) {
      abandon(store, lockFile);
      throw e;
    } catch (IOException e) {
      abandon(store, lockFile);
      throw new StoreException(directory + " can't be used: " + reason(e), e);
    } catch (RocksDBException e) {
      abandon(store, lockFile);
      throw new StoreException(
          directory + " can't be opened: " + e.getMessage() + DroppedLog.named(directory), e);
    }
  }

  private static void abandon(@Nullable RocksStore opened, @Nullable FileChannel lockFile) {
    if (opened != null) {
      opened.closeNative();
    }
    close(lockFile);
  }

  private static RocksStore open(
      Path directory, List<Space> spaces, FileChannel lockFile, FileLock lock, ManifestSeal seal)
      throws RocksDBException {
    var owned = new ArrayList<AutoCloseable>();
    var cache = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS);
    owned.add(cache);
    var descriptors = new ArrayList<ColumnFamilyDescriptor>();
    descriptors.add(
        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options(null, cache, owned)));
    var options = new HashMap<Space, ColumnFamilyOptions>();
    for (Space space : spaces) {
      options.put(space, options(space.access(), cache, owned));
      descriptors.add(
          new ColumnFamilyDescriptor(
              space.name().getBytes(java.nio.charset.StandardCharsets.UTF_8), options.get(space)));
    }
    var dbOptions =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setParanoidChecks(true)
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            .setMaxTotalWalSize(256L << 20)
            .setKeepLogFileNum(3)
            .setMaxLogFileSize(4L << 20)
            .setMaxBackgroundJobs(2)
            .setBytesPerSync(1 << 20)
            .setMaxOpenFiles(512);
    owned.add(dbOptions);
    var handles = new ArrayList<ColumnFamilyHandle>();
    try {
      RocksDB db = RocksDB.open(dbOptions, directory.toString(), descriptors, handles);
      var families = new HashMap<Space, ColumnFamilyHandle>();
      for (int i = 0; i < spaces.size(); i++) {
        families.put(spaces.get(i), handles.get(i + 1));
      }
      owned.addAll(0, handles);
      return new RocksStore(directory, lockFile, lock, seal, db, families, options, owned);
    } catch (RocksDBException e) {
      closeAll(owned);
      throw e;
    }
  }

  private static ColumnFamilyOptions options(
      Space.@Nullable Access access, Cache cache, List<AutoCloseable> owned) {
    var filter = new BloomFilter(10);
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFilterPolicy(filter);
    var options =
        new ColumnFamilyOptions()
            .setTableFormatConfig(table)
            .setWriteBufferSize(MEMTABLE_BYTES)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setLevelCompactionDynamicLevelBytes(true);
    if (access == Space.Access.LOOKUP) {
      // Random keys overlap everywhere: by level, all would be written anew with every fourth file
      // (measured: the most of all CPU under load). Sizes that are alike are merged instead.
      var merging =
          new CompactionOptionsUniversal()
              .setMinMergeWidth(RUNS_MERGED_MIN)
              .setMaxSizeAmplificationPercent(300);
      owned.add(merging);
      options
          .setCompactionStyle(CompactionStyle.UNIVERSAL)
          .setCompactionOptionsUniversal(merging)
          .setLevel0FileNumCompactionTrigger(2 * RUNS_MERGED_MIN)
          // Nobody who writes is to wait for them: looked up are mostly keys that aren't there, and
          // that the filters tell.
          .setLevel0SlowdownWritesTrigger(RUNS_MAX)
          .setLevel0StopWritesTrigger(2 * RUNS_MAX)
          .setMemtablePrefixBloomSizeRatio(0.1)
          .setMemtableWholeKeyFiltering(true)
          .setCompressionType(CompressionType.NO_COMPRESSION); // hashes don't compress
    } else if (access == Space.Access.PASSING) {
      options.setCompressionType(CompressionType.NO_COMPRESSION);
    } else if (access == Space.Access.COUNTER) {
      options.setMergeOperatorName("uint64add");
    }
    owned.add(filter);
    owned.add(options);
    return options;
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    try {
      return db.get(family(space), key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    try (var upper = new Slice(to);
        var options = new ReadOptions(scanning).setIterateUpperBound(upper);
        RocksIterator iterator = db.newIterator(family(space), options)) {
      for (iterator.seek(from); iterator.isValid(); iterator.next()) {
        if (!visitor.visit(iterator.key(), iterator.value())) {
          return;
        }
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    try (RocksIterator iterator = db.newIterator(family(space), scanning)) {
      iterator.seekForPrev(key);
      if (!iterator.isValid()) {
        iterator.status();
        return null;
      }
      byte[] found = iterator.key();
      return Arrays.compareUnsigned(found, lowest) < 0 ? null : new Entry(found, iterator.value());
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  @Override
  public Batch newBatch() {
    return new RocksBatch();
  }

  @Override
  public void write(Batch batch, boolean sync) {
    try {
      db.write(sync ? synced : unsynced, ((RocksBatch) batch).writes);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  @Override
  public boolean get(Space space, byte[] key, byte[] into) {
    try {
      int length = db.get(family(space), lookingUp, key, into);
      if (length != RocksDB.NOT_FOUND && length != into.length) {
        throw new StoreException(
            directory + ": a value of " + length + " bytes in " + space.name());
      }
      return length != RocksDB.NOT_FOUND;
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  @Override
  public void ingest(Space space, Run run) {
    if (run.size() == 0) {
      return;
    }
    Path file = BulkFile.fresh(directory, ++ingested);
    try {
      BulkFile.write(file, run, familyOptions(space));
      ColumnFamilyHandle family = family(space);
      // What lies in memory of the space has to be in a table first, or RocksDB would hold up all
      // writes while it sees to that.
      db.flush(flushing, family);
      db.ingestExternalFile(family, List.of(file.toString()), ingesting);
    } catch (RocksDBException e) {
      throw failed("write", e);
    } finally {
      BulkFile.forget(file);
    }
  }

  private ColumnFamilyOptions familyOptions(Space space) {
    return Objects.requireNonNull(options.get(space));
  }

  @Override
  public long sizeBytes() {
    try {
      long bytes = 0;
      for (ColumnFamilyHandle family : families.values()) {
        bytes +=
            db.getLongProperty(family, "rocksdb.total-sst-files-size")
                + db.getLongProperty(family, "rocksdb.cur-size-all-mem-tables");
      }
      return bytes;
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean isSynced = syncLog();
    closeNative();
    if (isSynced) {
      noteLengths();
    }
    try {
      lock.release();
    } catch (IOException e) {
      throw new StoreException(directory + " can't be released: " + reason(e), e);
    } finally {
      close(lockFile);
    }
  }

  private void noteLengths() {
    try {
      seal.closed();
    } catch (IOException e) {
      LOG.warn("the length of the log below {} can't be noted: {}", directory, reason(e));
    }
  }

  private void closeNative() {
    var all = new ArrayList<AutoCloseable>(owned);
    // Handles first, then the database, then what it was opened with.
    all.add(families.size() + 1, db);
    all.addAll(List.of(synced, unsynced, scanning, lookingUp, flushing, ingesting));
    closeAll(all);
  }

  // A write of nothing, and not RocksDB's syncWal: that one, after a write that found no room,
  // meets
  // the log's earlier error and makes a fatal one of it (tried), where RocksDB would go on once
  // there is room. If it fails, what is remembered of the log stays true.
  private boolean syncLog() {
    try (var nothing = new WriteBatch()) {
      nothing.putLogData(new byte[] {0});
      db.write(synced, nothing);
      return true;
    } catch (RocksDBException e) {
      return false;
    }
  }

  /**
   * Copies the store as it is now; tables are linked where the file system can do that.
   *
   * @param to a directory that doesn't exist, below one that does
   */
  public synchronized void checkpoint(Path to) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(to.toString());
      OwnerOnly.closeWhole(to);
      StoreCopy.syncDirectory(to);
    } catch (RocksDBException e) {
      throw new StoreException(directory + " can't be copied to " + to + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new StoreException(directory + " can't be copied to " + to + ": " + reason(e), e);
    }
  }

  /** Closes files that RocksDB made since to everybody but their owner; call every few seconds. */
  public synchronized void keepPrivate() {
    if (!closed) {
      try {
        OwnerOnly.close(directory);
      } catch (IOException e) {
        // Somebody else's files among ours, or a disk that has other troubles.
        if (!notPrivateTold) {
          LOG.warn("a file below {} can't be closed to others: {}", directory, reason(e));
        }
        notPrivateTold = true;
      }
    }
  }

  /**
   * Remembers how long the log is, so that a start notices if it is cut; call every few seconds.
   */
  public synchronized void sealLog() {
    if (closed) {
      return;
    }
    try {
      Map<String, Long> logs = seal.logs();
      if (!logs.equals(sealedLogs) && syncLog()) {
        seal.renew(logs);
        sealedLogs = seal.logs(); // longer by what the sync wrote
        sealFailed = false;
      }
    } catch (IOException e) {
      // The disk may be full. What was remembered last stays true, only further back.
      if (!sealFailed) {
        LOG.warn("the length of the log below {} can't be noted: {}", directory, reason(e));
      }
      sealFailed = true;
    }
  }

  /**
   * Verifies the checksums of some tables that the start had no time for.
   *
   * @return whether any are left
   * @throws StoreException naming a damaged one; the next start refuses
   */
  public synchronized boolean scrub(long bytesMax) {
    return !closed && tables.verifySome(db, bytesMax);
  }

  private ColumnFamilyHandle family(Space space) {
    ColumnFamilyHandle family = families.get(space);
    if (family == null) {
      throw new IllegalArgumentException("space " + space.name() + " was not opened");
    }
    return family;
  }

  private StoreException failed(String what, RocksDBException e) {
    String message = directory + ": " + what + " failed: " + e.getMessage();
    Status status = e.getStatus();
    if (status == null) {
      return new StoreException(message, e);
    }
    if (status.getCode() == Status.Code.Corruption) {
      tables.rememberNamedIn(e.getMessage());
    }
    return status.getCode() == Status.Code.IOError
            && status.getSubCode() == Status.SubCode.NoSpace
            && what.equals("write")
        ? StoreException.noRoom(message, e)
        : new StoreException(message, e);
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  private static void loadLibrary(Path into) throws IOException {
    Files.createDirectories(into);
    // RocksDB.loadLibrary(paths) neither unpacks nor spells the file's name as the jar does. Loaded
    // this way, RocksDB's own loading finds that it is done.
    NativeLibraryLoader.getInstance().loadLibrary(into.toString());
    RocksDB.loadLibrary();
  }

  // A directory that was there before us is whose made it: we say what we see.
  private static void warnIfOthersMayRead(Path directory) throws IOException {
    if (OwnerOnly.isPosix(directory)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
        LOG.warn(
            "{} may be read by every user of this machine, numbers and attributes in it (expected:"
                + " chmod 700)",
            directory);
      }
    }
  }

  static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return "it is not a directory";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission for " + e.getMessage();
    }
    if (e instanceof FileSystemException fault && fault.getReason() != null) {
      return fault.getReason();
    }
    return e instanceof NoSuchFileException
        ? e.getMessage() + " can't be made"
        : e.getClass().getSimpleName() + " " + e.getMessage();
  }

  static void close(@Nullable FileChannel file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new StoreException("lock file can't be closed: " + reason(e), e);
      }
    }
  }

  static void closeAll(List<AutoCloseable> all) {
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        throw new StoreException("can't be closed: " + e.getMessage(), e);
      }
    }
  }

  private final class RocksBatch implements Batch {
    private final WriteBatch writes = new WriteBatch();
    private ByteBuffer direct = ByteBuffer.allocateDirect(1 << 16);

    @Override
    public void put(Space space, byte[] key, byte[] value) {
      try {
        writes.put(family(space), key, value);
      } catch (RocksDBException e) {
        throw failed("put", e);
      }
    }

    // Through memory that RocksDB reads in place: an array would have to be of the very length.
    @Override
    public void put(Space space, byte[] key, byte[] value, int valueBytes) {
      if (direct.capacity() < key.length + valueBytes) {
        direct =
            ByteBuffer.allocateDirect(Math.max(2 * direct.capacity(), key.length + valueBytes));
      }
      direct.clear().put(key).put(value, 0, valueBytes);
      ByteBuffer keyPart = direct.duplicate().flip().limit(key.length);
      ByteBuffer valuePart = direct.flip().position(key.length);
      try {
        writes.put(family(space), keyPart, valuePart);
      } catch (RocksDBException e) {
        throw failed("put", e);
      }
    }

    @Override
    public void delete(Space space, byte[] key) {
      try {
        writes.delete(family(space), key);
      } catch (RocksDBException e) {
        throw failed("delete", e);
      }
    }

    @Override
    public void add(Space space, byte[] key, long delta) {
      byte[] operand = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(delta).array();
      try {
        writes.merge(family(space), key, operand);
      } catch (RocksDBException e) {
        throw failed("add", e);
      }
    }

    @Override
    public int size() {
      return writes.count();
    }

    @Override
    public void clear() {
      writes.clear();
    }

    @Override
    public void close() {
      writes.close();
    }
  }
}
