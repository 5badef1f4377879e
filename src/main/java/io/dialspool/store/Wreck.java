package io.dialspool.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;
import org.rocksdb.TransactionLogIterator;
import org.rocksdb.WriteBatch;

/**
 * A damaged store, of which everything that can still be read is read, and nothing is changed.
 *
 * <p>Where a space is whole it is read as ever. Where a table of it is damaged, every table of the
 * space is read by itself, around the blocks that fail their checksums, and the log beside them: a
 * merged view would lose what lies in sound tables beneath the keys of a broken one. Then a key may
 * come more than once, and one that was deleted may come back; who reads must be able to live with
 * that. RocksDB opens links to the files, beside a list of tables ({@code CURRENT}, {@code
 * MANIFEST}) that is mended if need be.
 */
public final class Wreck implements AutoCloseable {
  /** Pages hold at most 256 requests, so in steps of 256 no run of whole pages is leapt over. */
  private static final long STEP = 256;

  private static final int STEPS_MAX = 1 << 16;
  private static final int KEY_BITS = 96;
  private static final int KEY_BYTES = KEY_BITS / 8;

  private final Path source;
  private final @Nullable FileChannel lock;
  private final List<Damage> damages = new ArrayList<>();
  private final Map<Space, List<Path>> tablesOf = new LinkedHashMap<>();
  private final Set<Space> damagedSpaces = new HashSet<>();
  private @Nullable ReadOnlyRocks store;
  private boolean manifestDamaged;
  private boolean logDamaged;

  private Wreck(Path source, @Nullable FileChannel lock) {
    this.source = source;
    this.lock = lock;
  }

  /**
   * Looks at every file.
   *
   * @param scratch an empty directory for the links; not below {@code source}
   * @throws StoreException if there is no store, or a process has it open
   */
  public static Wreck open(
      Path source, Path scratch, List<Space> spaces, SoundStore.Progress progress) {
    var wreck = new Wreck(source, ReadOnlyRocks.hold(source));
    try {
      wreck.look(scratch, spaces, progress);
      return wreck;
    } catch (IOException e) {
      wreck.close();
      throw new StoreException(source + " can't be used: " + RocksStore.reason(e), e);
    }
  }

  private void look(Path scratch, List<Space> spaces, SoundStore.Progress progress)
      throws IOException {
    for (ManifestSeal.Fault fault : new ManifestSeal(source).faults()) {
      boolean ofLog = fault.file().endsWith(".log");
      logDamaged |= ofLog;
      manifestDamaged |= !ofLog;
      damages.add(new Damage(fault.file(), null, null, null, fault.what()));
    }
    link(scratch);
    store = open(scratch, spaces);
    var live = new TreeMap<String, LiveFileMetaData>();
    if (store == null) {
      logDamaged = true;
      damages.add(
          new Damage(
              "MANIFEST", null, null, null, "can't be read; without it the log can't be told"));
    } else {
      store.tables().forEach(table -> live.put(Tables.name(table), table));
      for (String log : store.damagedLogs()) {
        logDamaged = true;
        damages.add(new Damage(log, null, null, null, "holds damaged records"));
      }
    }
    var files = new TreeMap<String, Path>();
    for (Path file : Tables.in(source)) {
      String name = String.valueOf(file.getFileName());
      // One that the list doesn't know was let go or never finished, unless the list is cut.
      if (live.containsKey(name) || manifestDamaged || store == null) {
        files.put(name, file);
      }
    }
    live.forEach((name, table) -> files.putIfAbsent(name, source.resolve(name)));
    verify(files, live, spaces, progress);
    if (manifestDamaged || store == null) {
      damagedSpaces.addAll(spaces); // there may be more tables than the list knows
    }
  }

  private void verify(
      Map<String, Path> files,
      Map<String, LiveFileMetaData> live,
      List<Space> spaces,
      SoundStore.Progress progress)
      throws IOException {
    long total = 0;
    for (Path file : files.values()) {
      total += Files.exists(file) ? Files.size(file) : 0;
    }
    long bytes = 0;
    for (Map.Entry<String, Path> file : files.entrySet()) {
      LiveFileMetaData table = live.get(file.getKey());
      String fault = Tables.fault(file.getValue());
      String name = table == null ? spaceOf(file.getValue()) : spaceOf(table);
      if (fault != null) {
        damages.add(
            table == null
                ? new Damage(file.getKey(), name, null, null, fault)
                : damage(table, fault));
      }
      for (Space space : spaces) {
        if (name == null || space.name().equals(name)) {
          if (fault != null) {
            damagedSpaces.add(space);
          }
          if (name != null) {
            tablesOf.computeIfAbsent(space, any -> new ArrayList<>()).add(file.getValue());
          }
        }
      }
      bytes += Files.exists(file.getValue()) ? Files.size(file.getValue()) : 0;
      progress.verified(bytes, total);
    }
  }

  static Damage damage(LiveFileMetaData table, String fault) {
    byte[] beyond = Arrays.copyOf(table.largestKey(), table.largestKey().length + 1);
    return new Damage(Tables.name(table), spaceOf(table), table.smallestKey(), beyond, fault);
  }

  private static String spaceOf(LiveFileMetaData table) {
    return new String(table.columnFamilyName(), UTF_8);
  }

  /** As the table itself says; null if it can't. */
  private static @Nullable String spaceOf(Path table) {
    try (var options = new Options();
        var reader = new SstFileReader(options)) {
      reader.open(table.toString());
      return new String(reader.getTableProperties().getColumnFamilyName(), UTF_8);
    } catch (RocksDBException e) {
      return null;
    }
  }

  /** The number that its space has in the log; null if it can't be read. */
  private static @Nullable Integer numberIn(Path table) {
    try (var options = new Options();
        var reader = new SstFileReader(options)) {
      reader.open(table.toString());
      return (int) reader.getTableProperties().getColumnFamilyId();
    } catch (RocksDBException e) {
      return null;
    }
  }

  // --- the list of tables

  private void link(Path scratch) throws IOException {
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith("LOG") && !name.startsWith("dialspool.")) {
          Files.createSymbolicLink(scratch.resolve(name), file.toAbsolutePath());
        }
      }
    }
  }

  private @Nullable ReadOnlyRocks open(Path scratch, List<Space> spaces) throws IOException {
    Path current = scratch.resolve("CURRENT");
    String named = "";
    if (Files.exists(current)) {
      named = new String(Files.readAllBytes(current), UTF_8).strip();
    }
    List<Path> manifests;
    try (Stream<Path> files = Files.list(scratch)) {
      manifests =
          files
              .filter(file -> String.valueOf(file.getFileName()).matches("MANIFEST-\\d{6,18}"))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    String known = named;
    if (manifests.stream().noneMatch(file -> String.valueOf(file.getFileName()).equals(known))) {
      manifestDamaged = true;
      damages.add(new Damage("CURRENT", null, null, null, "names no list of tables"));
      if (manifests.isEmpty()) {
        return null;
      }
      named = String.valueOf(manifests.get(0).getFileName());
      Files.deleteIfExists(current);
      Files.writeString(current, named + "\n", UTF_8);
    }
    ReadOnlyRocks whole = tryOpen(scratch, spaces);
    return whole != null ? whole : openCut(scratch, scratch.resolve(named), spaces);
  }

  private @Nullable ReadOnlyRocks tryOpen(Path scratch, List<Space> spaces) {
    try {
      return ReadOnlyRocks.open(scratch, spaces, true);
    } catch (RocksDBException e) {
      return null;
    }
  }

  // RocksDB takes a list that ends midway for what it was then; so the longest piece that it takes
  // is what comes before the damage.
  private @Nullable ReadOnlyRocks openCut(Path scratch, Path manifest, List<Space> spaces)
      throws IOException {
    manifestDamaged = true;
    byte[] whole = Files.readAllBytes(manifest);
    int good = 0;
    for (int sixteenths = 15; sixteenths > 0 && good == 0; sixteenths--) {
      int length = (int) ((long) whole.length * sixteenths / 16);
      good = opens(scratch, manifest, Arrays.copyOf(whole, length), spaces) ? length : 0;
    }
    if (good == 0) {
      return null;
    }
    int bad = Math.min(whole.length, good + whole.length / 16 + 1);
    while (bad - good > 1) {
      int middle = (good + bad) >>> 1;
      if (opens(scratch, manifest, Arrays.copyOf(whole, middle), spaces)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    damages.add(
        new Damage(
            String.valueOf(manifest.getFileName()),
            null,
            null,
            null,
            "is damaged behind byte " + good));
    Files.delete(manifest);
    Files.write(manifest, Arrays.copyOf(whole, good));
    return tryOpen(scratch, spaces);
  }

  private boolean opens(Path scratch, Path manifest, byte[] piece, List<Space> spaces)
      throws IOException {
    Files.delete(manifest);
    Files.write(manifest, piece);
    ReadOnlyRocks opened = tryOpen(scratch, spaces);
    if (opened == null) {
      return false;
    }
    boolean isSpool = spaces.stream().anyMatch(space -> opened.number(space) != null);
    opened.close();
    return isSpool;
  }

  // --- what is there

  /** What was found damaged so far; {@link #read} may find more precisely where. */
  public List<Damage> damages() {
    return damages;
  }

  /** Whether anything of a space may be missing from what {@link #read} gives. */
  public boolean isDamaged(Space space) {
    return logDamaged || damagedSpaces.contains(space);
  }

  /** Whether changes of any space may be missing. */
  public boolean isLogDamaged() {
    return logDamaged;
  }

  /** The value of a key as RocksDB tells it; null if it can't. */
  public byte @Nullable [] get(Space space, byte[] key) {
    try {
      return store == null ? null : store.get(space, key);
    } catch (StoreException e) {
      return null;
    }
  }

  /**
   * Visits what can be read of a space; damaged, in no order, and perhaps a key more than once.
   *
   * @return key ranges that could not be read, exactly as far as that can be told
   */
  public List<Damage> read(Space space, OrderedStore.Visitor visitor) {
    if (store != null && !damagedSpaces.contains(space)) {
      byte[] last = new byte[32];
      Arrays.fill(last, (byte) 0xff);
      store.scan(space, new byte[0], last, visitor);
      return List.of();
    }
    var unread = new ArrayList<Damage>();
    for (Path table : tablesOf.getOrDefault(space, List.of())) {
      readTable(table, space, visitor, unread);
    }
    // A table that can't even say whose it is may be anybody's.
    for (Damage damage : damages) {
      boolean unknown = damage.space() == null && damage.file().endsWith(".sst");
      if (unknown) {
        unread.add(damage);
      }
    }
    readLog(space, visitor);
    return unread;
  }

  private void readTable(
      Path table, Space space, OrderedStore.Visitor visitor, List<Damage> unread) {
    String name = String.valueOf(table.getFileName());
    Damage whole =
        damages.stream().filter(damage -> damage.file().equals(name)).findFirst().orElse(null);
    try (var options =
            new Options().setTableFormatConfig(new BlockBasedTableConfig().setNoBlockCache(true));
        var reader = new SstFileReader(options);
        var reading = new ReadOptions()) {
      reader.open(table.toString());
      readAround(reader, reading, name, space, visitor, unread);
    } catch (RocksDBException e) {
      unread.add(
          whole == null
              ? new Damage(name, space.name(), null, null, String.valueOf(e.getMessage()))
              : whole);
    }
  }

  private static void readAround(
      SstFileReader reader,
      ReadOptions reading,
      String table,
      Space space,
      OrderedStore.Visitor visitor,
      List<Damage> unread) {
    BigInteger at = BigInteger.ZERO; // the key to go on from
    while (at != null) {
      byte[] last = at.signum() == 0 ? null : key(at.subtract(BigInteger.ONE));
      String fault;
      try (SstFileReaderIterator iterator = reader.newIterator(reading)) {
        iterator.seek(at.signum() == 0 ? new byte[0] : key(at));
        while (iterator.isValid()) {
          last = iterator.key();
          visitor.visit(last, iterator.value());
          iterator.next();
        }
        fault = fault(iterator);
      }
      if (fault == null) {
        return;
      }
      at = nextReadable(reader, reading, last == null ? at : number(last).add(BigInteger.ONE));
      unread.add(
          new Damage(
              table,
              space.name(),
              last == null ? null : Arrays.copyOf(last, last.length + 1),
              at == null ? null : key(at),
              fault));
    }
  }

  // Seeking into a bad block fails, and behind it succeeds: walk until it does, then halve the last
  // step to leave nothing out.
  private static @Nullable BigInteger nextReadable(
      SstFileReader reader, ReadOptions reading, BigInteger from) {
    BigInteger bad = from;
    BigInteger step = BigInteger.valueOf(STEP);
    for (int steps = 0; bad.bitLength() <= KEY_BITS; steps++) {
      if (steps > STEPS_MAX) {
        step = step.shiftLeft(1);
      }
      BigInteger good = bad.add(step);
      if (good.bitLength() > KEY_BITS) {
        return null;
      }
      if (seeks(reader, reading, good)) {
        while (good.subtract(bad).compareTo(BigInteger.ONE) > 0) {
          BigInteger middle = good.add(bad).shiftRight(1);
          if (seeks(reader, reading, middle)) {
            good = middle;
          } else {
            bad = middle;
          }
        }
        return good;
      }
      bad = good;
    }
    return null;
  }

  // An iterator that has failed once may take the bad block for a good one at its next seek
  // (tried), so each try has its own.
  private static boolean seeks(SstFileReader reader, ReadOptions reading, BigInteger to) {
    try (SstFileReaderIterator iterator = reader.newIterator(reading)) {
      iterator.seek(key(to));
      return fault(iterator) == null;
    }
  }

  private static @Nullable String fault(SstFileReaderIterator iterator) {
    try {
      iterator.status();
      return null;
    } catch (RocksDBException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static BigInteger number(byte[] key) {
    return new BigInteger(1, Arrays.copyOf(key, KEY_BYTES));
  }

  private static byte[] key(BigInteger number) {
    byte[] bytes = number.toByteArray(); // perhaps with a sign byte
    byte[] key = new byte[KEY_BYTES];
    int length = Math.min(bytes.length, KEY_BYTES);
    System.arraycopy(bytes, bytes.length - length, key, KEY_BYTES - length, length);
    return key;
  }

  // --- the log

  private void readLog(Space space, OrderedStore.Visitor visitor) {
    ReadOnlyRocks open = store;
    Integer number = open == null ? null : open.number(space);
    for (Path table : number == null ? tablesOf.getOrDefault(space, List.of()) : List.<Path>of()) {
      number = number == null ? numberIn(table) : number;
    }
    if (open == null || number == null) {
      return;
    }
    long latest = open.db().getLatestSequenceNumber();
    long from = 0;
    long leap = 1;
    var puts = new Puts(number, visitor);
    while (from <= latest) {
      long read = -1;
      try (TransactionLogIterator log = open.db().getUpdatesSince(from)) {
        while (log.isValid()) {
          TransactionLogIterator.BatchResult result = log.getBatch();
          WriteBatch batch = result.writeBatch();
          read = result.sequenceNumber() + batch.count();
          batch.iterate(puts);
          log.next();
        }
        log.status();
      } catch (RocksDBException e) {
        // A gap where a record was damaged; go on behind it.
      }
      if (read > from) {
        from = read;
        leap = 1;
      } else {
        from += leap;
        leap *= 2;
      }
    }
  }

  /** Puts of one space; what else a batch says is of no interest. */
  private static final class Puts extends WriteBatch.Handler {
    private final int number;
    private final OrderedStore.Visitor visitor;

    Puts(int number, OrderedStore.Visitor visitor) {
      this.number = number;
      this.visitor = visitor;
    }

    @Override
    public void put(int columnFamilyId, byte[] key, byte[] value) {
      if (columnFamilyId == number) {
        visitor.visit(key, value);
      }
    }

    @Override
    public void put(byte[] key, byte[] value) {}

    @Override
    public void merge(int columnFamilyId, byte[] key, byte[] value) {}

    @Override
    public void merge(byte[] key, byte[] value) {}

    @Override
    public void delete(int columnFamilyId, byte[] key) {}

    @Override
    public void delete(byte[] key) {}

    @Override
    public void singleDelete(int columnFamilyId, byte[] key) {}

    @Override
    public void singleDelete(byte[] key) {}

    @Override
    public void deleteRange(int columnFamilyId, byte[] beginKey, byte[] endKey) {}

    @Override
    public void deleteRange(byte[] beginKey, byte[] endKey) {}

    @Override
    public void logData(byte[] blob) {}

    @Override
    public void putBlobIndex(int columnFamilyId, byte[] key, byte[] value) {}

    @Override
    public void markBeginPrepare() {}

    @Override
    public void markEndPrepare(byte[] xid) {}

    @Override
    public void markNoop(boolean emptyBatch) {}

    @Override
    public void markRollback(byte[] xid) {}

    @Override
    public void markCommit(byte[] xid) {}

    @Override
    public void markCommitWithTimestamp(byte[] xid, byte[] timestamp) {}
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
    RocksStore.close(lock);
  }
}
