package io.dialspool.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.store.Space.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were cut, changed or lost between two starts. */
class StoreDamageTest {
  private static final Space ORDERED = new Space("ordered", Access.ORDERED);
  private static final Space COUNTER = new Space("counter", Access.COUNTER);
  private static final List<Space> SPACES = List.of(ORDERED, COUNTER);
  private static final int VALUE_BYTES = 2_000;

  private final Random random = new Random(7);
  private Path directory;
  private Path spool;

  @BeforeEach
  void in(@TempDir Path made) {
    directory = made;
    spool = made.resolve("spool");
  }

  // --- the log

  @Test
  void shouldMissTheEndOfALogThatWasCutAfterItWasClosed() throws IOException {
    fill(0, 20);
    Path log = newest(".log");
    cut(log, Files.size(log) - 1);
    assertRefused("can't be opened: " + log.getFileName() + " has ");
  }

  @Test
  void shouldMissALogThatIsGone() throws IOException {
    fill(0, 20);
    Path log = newest(".log");
    byte[] whole = Files.readAllBytes(log);
    Files.delete(log);
    assertRefused("can't be opened: " + log.getFileName() + " is missing ");
    Files.write(log, whole);
    assertEquals(20, keys());
  }

  @Test
  void shouldMissALogThatWasCutAfterAKill() throws IOException {
    Path killed = directory.resolve("killed");
    try (RocksStore store = open()) {
      put(store, 0, 20);
      store.sealLog();
      put(store, 20, 1);
      copy(spool, killed);
    }
    spool = killed;
    Path log = newest(".log");
    byte[] whole = Files.readAllBytes(log);
    cut(log, whole.length - 10);
    assertEquals(20, keysOfCopy(), "what a kill tears off behind the seal is no damage");
    cut(log, whole.length - VALUE_BYTES - 200);
    assertRefused("can't be opened: " + log.getFileName() + " has ");
  }

  @Test
  void shouldNotMissALogThatWasLetGoOfInTheMeantime() throws IOException {
    try (RocksStore store = open()) {
      put(store, 0, 20);
      store.sealLog();
    }
    try (RocksStore store = open()) { // its tables hold now what the log did
      store.sealLog();
      put(store, 20, 1);
      store.sealLog();
      store.sealLog();
    }
    assertEquals(21, keys());
  }

  @Test
  void shouldWriteNothingToSealALogThatDidNotGrow() throws IOException {
    try (RocksStore store = open()) {
      put(store, 0, 1);
      store.sealLog();
      Path log = newest(".log");
      long bytes = Files.size(log);
      store.sealLog();
      store.sealLog();
      assertEquals(bytes, Files.size(log));
    }
  }

  @Test
  void shouldNameALogWithAFlippedBit() throws IOException {
    fill(0, 20);
    Path log = newest(".log");
    flip(log, 0.5);
    assertRefused("in " + log.getFileName());
  }

  // --- tables

  @Test
  void shouldRefuseATableWithAFlippedBitAndNameIt() throws IOException {
    Path table = table();
    flip(table, 0.5);
    String said = assertRefused("can't be opened: " + table.getFileName() + " is damaged: ");
    assertTrue(said.contains("checksum mismatch"), said);
    flip(table, 0.5);
    assertEquals(400, keys());
    assertFalse(Files.exists(spool.resolve("dialspool.damaged")), "it is sound again");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100, 100_000})
  void shouldRefuseATableThatWasCutAndNameIt(long left) throws IOException {
    Path table = table();
    cut(table, left);
    assertRefused(String.valueOf(table.getFileName()));
  }

  @Test
  void shouldRefuseWithoutATableAndNameIt() throws IOException {
    Path table = table();
    Files.delete(table);
    assertRefused(String.valueOf(table.getFileName()));
  }

  @Test
  void shouldFindAFlippedBitInPassingAndRefuseTheNextStart() throws IOException {
    Path table = table();
    flip(table, 0.5);
    try (RocksStore store = RocksStore.open(spool, SPACES, 0)) { // too large to be verified first
      StoreException e = assertThrows(StoreException.class, () -> store.scrub(Long.MAX_VALUE));
      assertTrue((e.getMessage() + "").contains(table.getFileName() + " is damaged"), e::toString);
    }
    StoreException e =
        assertThrows(StoreException.class, () -> RocksStore.open(spool, SPACES, 0).close());
    assertTrue((e.getMessage() + "").contains(table.getFileName() + " is damaged"), e::toString);
  }

  @Test
  void shouldRememberATableThatARequestFoundDamaged() throws IOException {
    Path table = table();
    flip(table, 0.5);
    try (RocksStore store = RocksStore.open(spool, SPACES, 0)) {
      assertThrows(
          StoreException.class,
          () -> store.scan(ORDERED, key(0), key(Long.MAX_VALUE), (key, value) -> true));
    }
    assertThrows(StoreException.class, () -> RocksStore.open(spool, SPACES, 0).close());
  }

  @Test
  void shouldVerifySoundTablesInPassingUntilNoneIsLeft() throws IOException {
    table();
    try (RocksStore store = RocksStore.open(spool, SPACES, 0)) {
      int steps = 0;
      while (store.scrub(1) && steps < 10) {
        steps++;
      }
      assertTrue(steps < 10, "a store of a few tables");
      assertFalse(store.scrub(1));
    }
  }

  // --- looked at from outside

  @Test
  void shouldReadAStoreWithoutWritingAByte() throws IOException {
    table();
    fill(400, 10); // and a log
    List<String> before = state();
    var progress = new ArrayList<Long>();
    try (SoundStore sound =
        SoundStore.open(spool, SPACES, (bytes, of) -> progress.add(of - bytes))) {
      assertEquals(List.of(), sound.damages());
      OrderedStore store = sound.store();
      assertNotNull(store);
      assertEquals(410, count(store));
      assertEquals(sound.tables(), progress.size());
      assertEquals(0, progress.get(progress.size() - 1));
    }
    assertEquals(before, state());
  }

  @Test
  void shouldNotLookAtAStoreThatAProcessHasOpen() {
    RocksStore store = open();
    try {
      StoreException e =
          assertThrows(
              StoreException.class, () -> SoundStore.open(spool, SPACES, (bytes, of) -> {}));
      assertEquals(spool + " is in use by another process", e.getMessage());
    } finally {
      store.close();
    }
  }

  @Test
  void shouldSayThatThereIsNoStore() {
    StoreException e =
        assertThrows(
            StoreException.class, () -> SoundStore.open(directory, SPACES, (bytes, of) -> {}));
    assertEquals(directory + " holds no store", e.getMessage());
  }

  @Test
  void shouldTellWhichKeysADamagedTableHeld() throws IOException {
    Path table = table();
    flip(table, 0.5);
    try (SoundStore sound = SoundStore.open(spool, SPACES, (bytes, of) -> {})) {
      assertEquals(1, sound.damages().size());
      Damage damage = sound.damages().get(0);
      assertEquals(String.valueOf(table.getFileName()), damage.file());
      assertEquals("ordered", damage.space());
      assertEquals(0, ByteBuffer.wrap(damage.from()).getLong(4));
      assertEquals(399, ByteBuffer.wrap(damage.to()).getLong(4));
    }
  }

  // --- wrecks

  @Test
  void shouldReadEverythingOfASoundWreckOnce() throws IOException {
    table();
    fill(400, 10);
    var read = new ArrayList<Long>();
    try (Wreck wreck = wreck()) {
      assertEquals(List.of(), wreck.damages());
      assertFalse(wreck.isDamaged(ORDERED));
      assertEquals(List.of(), wreck.read(ORDERED, (key, value) -> read.add(number(key))));
    }
    assertEquals(410, read.size());
  }

  @Test
  void shouldReadAroundAFlippedBit() throws IOException {
    Path table = table();
    fill(400, 10);
    flip(table, 0.5);
    flip(table, 0.9);
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      assertTrue(wreck.isDamaged(ORDERED));
      assertFalse(wreck.isDamaged(COUNTER));
      List<Damage> unread = wreck.read(ORDERED, (key, value) -> read.add(number(key)));
      assertEquals(2, unread.size());
      for (Damage damage : unread) {
        long from = number(requireNonNull(damage.from()));
        long to = number(requireNonNull(damage.to()));
        assertTrue(to - from <= 4, "a block holds two values, not " + (to - from));
        assertTrue(read.contains(from) && read.contains(to), "all but the block's is read");
        assertFalse(read.contains(from + 1));
      }
    }
    assertTrue(read.size() >= 404, "" + read.size());
    assertTrue(read.contains(409L), "the log, too");
  }

  @Test
  void shouldReadSoundTablesAndTheLogBesideALostTable() throws IOException {
    Path first = table();
    fill(1_000, 400);
    reopen(); // a second table
    fill(2_000, 10);
    assertEquals(810, keys()); // the log is in a third table now
    fill(3_000, 10);
    Files.delete(first);
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      assertEquals(1, wreck.damages().size());
      assertEquals(String.valueOf(first.getFileName()), wreck.damages().get(0).file());
      assertEquals(1, wreck.read(ORDERED, (key, value) -> read.add(number(key))).size());
    }
    assertEquals(420, read.size());
    assertEquals(1_000, read.first());
    assertEquals(3_009, read.last());
  }

  @Test
  void shouldReadWhatALogHoldsAroundAFlippedBit() throws IOException {
    fill(0, 200);
    flip(newest(".log"), 0.5);
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      assertTrue(wreck.isLogDamaged());
      wreck.read(ORDERED, (key, value) -> read.add(number(key)));
    }
    assertTrue(read.size() >= 180 && read.size() < 200, "" + read.size());
    assertTrue(read.contains(0L) && read.contains(199L));
  }

  @Test
  void shouldReadALogAroundAFlippedBitBesideALostTable() throws IOException {
    Path table = table();
    fill(1_000, 200);
    Files.delete(table);
    flip(newest(".log"), 0.5);
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      wreck.read(ORDERED, (key, value) -> read.add(number(key)));
    }
    assertTrue(read.size() >= 180 && read.size() < 200, "" + read.size());
    assertTrue(read.contains(1_000L) && read.contains(1_199L), "" + read);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldReadAllTablesAndTheLogOfADamagedList(boolean ofItsName) throws IOException {
    table();
    fill(400, 10);
    if (ofItsName) {
      Files.writeString(spool.resolve("CURRENT"), "nobody\n");
    } else {
      flip(manifest(), 0.9);
    }
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      assertFalse(wreck.damages().isEmpty());
      assertFalse(wreck.isLogDamaged());
      wreck.read(ORDERED, (key, value) -> read.add(number(key)));
    }
    assertEquals(410, read.size());
  }

  @Test
  void shouldReadTheTablesWithoutTheirListAndSayThatTheLogIsLost() throws IOException {
    table();
    fill(400, 10);
    cut(manifest(), 100);
    var read = new TreeSet<Long>();
    try (Wreck wreck = wreck()) {
      assertTrue(wreck.isLogDamaged());
      wreck.read(ORDERED, (key, value) -> read.add(number(key)));
    }
    assertEquals(400, read.size());
  }

  @Test
  void shouldChangeNothingOfAWreck() throws IOException {
    flip(table(), 0.5);
    List<String> before = state();
    try (Wreck wreck = wreck()) {
      wreck.read(ORDERED, (key, value) -> true);
    }
    assertEquals(before, state());
  }

  // --- making and breaking

  private RocksStore open() {
    return RocksStore.open(spool, SPACES);
  }

  private Path manifest() throws IOException {
    return spool.resolve(Files.readString(spool.resolve("CURRENT")).strip());
  }

  private void reopen() {
    open().close(); // what the log held is in a table then
  }

  /** A table of the ordered space with the keys 0 to 399, and no log beside it. */
  private Path table() throws IOException {
    fill(0, 400);
    reopen();
    Path largest = null;
    for (Path table : Tables.in(spool)) {
      if (largest == null || Files.size(table) > Files.size(largest)) {
        largest = table;
      }
    }
    assertNotNull(largest);
    assertTrue(Files.size(largest) > 400 * VALUE_BYTES);
    return largest;
  }

  private void fill(long from, int count) {
    try (RocksStore store = open()) {
      put(store, from, count);
    }
  }

  private void put(RocksStore store, long from, int count) {
    for (long n = from; n < from + count; n++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      try (OrderedStore.Batch batch = store.newBatch()) {
        batch.put(ORDERED, key(n), value);
        batch.add(COUNTER, key(0), 1);
        store.write(batch, true);
      }
    }
  }

  private int keys() {
    try (RocksStore store = open()) {
      return count(store);
    }
  }

  private int keysOfCopy() throws IOException {
    Path before = spool;
    spool = directory.resolve("copy");
    copy(before, spool);
    try {
      return keys();
    } finally {
      spool = before;
    }
  }

  private static int count(OrderedStore store) {
    int[] count = {0};
    store.scan(
        ORDERED,
        key(0),
        key(Long.MAX_VALUE),
        (key, value) -> {
          count[0]++;
          return true;
        });
    return count[0];
  }

  private Wreck wreck() throws IOException {
    return Wreck.open(
        spool, Files.createTempDirectory(directory, "scratch"), SPACES, (bytes, of) -> {});
  }

  private String assertRefused(String said) {
    String message =
        String.valueOf(assertThrows(StoreException.class, () -> open().close()).getMessage());
    assertTrue(message.startsWith(spool + " can't be opened: "), message);
    assertTrue(message.contains(said), message);
    return message;
  }

  private Path newest(String ending) throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private List<String> state() throws IOException {
    var state = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(spool)) {
      for (Path file : files.sorted().toList()) {
        state.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return state;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (!file.toString().endsWith(".lock") || file.equals(from)) {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }
  }

  private static void cut(Path file, long left) throws IOException {
    try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
      channel.truncate(left);
    }
  }

  private static void flip(Path file, double where) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (bytes.length * where)] ^= 4;
    Files.write(file, bytes);
  }

  private static byte[] key(long n) {
    return ByteBuffer.allocate(12).putInt(1).putLong(n).array();
  }

  private static long number(byte[] key) {
    return ByteBuffer.wrap(key).getLong(4);
  }
}
