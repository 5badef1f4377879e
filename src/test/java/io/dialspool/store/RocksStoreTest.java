package io.dialspool.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.store.Space.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RocksStoreTest {
  private static final Space ORDERED = new Space("ordered", Access.ORDERED);
  private static final Space LOOKUP = new Space("lookup", Access.LOOKUP);
  private static final Space COUNTER = new Space("counter", Access.COUNTER);
  private static final List<Space> SPACES = List.of(ORDERED, LOOKUP, COUNTER);

  private Path directory;
  private RocksStore store;

  @BeforeEach
  void openIn(@TempDir Path made) {
    directory = made;
    open();
  }

  private void open() {
    store = RocksStore.open(directory.resolve("spool"), SPACES);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void shouldGiveBackWhatWasPutAndNothingElse() {
    put(ORDERED, "a", "1");
    assertEquals("1", get(ORDERED, "a"));
    assertNull(get(ORDERED, "b"));
    assertNull(get(LOOKUP, "a"), "spaces never meet");
  }

  @Test
  void shouldReplaceAndDelete() {
    put(LOOKUP, "a", "1");
    put(LOOKUP, "a", "2");
    assertEquals("2", get(LOOKUP, "a"));
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.delete(LOOKUP, key("a"));
      store.write(batch, true);
    }
    assertNull(get(LOOKUP, "a"));
  }

  @Test
  void shouldScanInUnsignedOrderFromInclusiveToExclusive() {
    put(ORDERED, "\u00ff", "high"); // two bytes above 0x7f
    put(ORDERED, "b", "2");
    put(ORDERED, "a", "1");
    put(ORDERED, "c", "3");
    assertEquals(List.of("1", "2"), scan(key("a"), key("c"), 9));
    assertEquals(List.of("2", "3", "high"), scan(key("b"), new byte[] {-1}, 9));
    assertEquals(List.of(), scan(key("a"), key("a"), 9));
  }

  @Test
  void shouldStopScanningOnceTheVisitorSaysSo() {
    put(ORDERED, "a", "1");
    put(ORDERED, "b", "2");
    assertEquals(List.of("1"), scan(key("a"), key("z"), 1));
  }

  @Test
  void shouldFindTheGreatestKeyAtOrBelow() {
    put(ORDERED, "b", "2");
    put(ORDERED, "d", "4");
    assertEquals("2", floor("a", "b"));
    assertEquals("2", floor("a", "c"));
    assertEquals("4", floor("a", "z"));
    assertNull(floor("a", "a"), "nothing that low");
    assertNull(floor("c", "c"), "b lies below the lowest wanted");
  }

  @Test
  void shouldAddUpCounters() {
    add("n", 5);
    add("n", -7);
    add("n", 3);
    assertEquals(1, counter("n"));
  }

  @Test
  void shouldCountBelowZeroAndBack() {
    add("n", -2);
    assertEquals(-2, counter("n"));
    add("n", 2);
    assertEquals(0, counter("n"));
  }

  @Test
  void shouldApplyABatchOnlyWhenItIsWrittenAndOnceCleared() {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(ORDERED, key("a"), key("1"));
      batch.add(COUNTER, key("n"), 1);
      assertEquals(2, batch.size());
      assertNull(get(ORDERED, "a"));
      store.write(batch, true);
      assertEquals("1", get(ORDERED, "a"));
      batch.clear();
      assertEquals(0, batch.size());
      store.write(batch, true);
      assertEquals(1, counter("n"), "a cleared batch must not count again");
    }
  }

  @Test
  void shouldHaveItsDataAgainAfterReopening() {
    put(ORDERED, "a", "1");
    add("n", 41);
    store.close();
    open();
    add("n", 1);
    assertEquals("1", get(ORDERED, "a"));
    assertEquals(42, counter("n"));
  }

  @Test
  void shouldTakeManyEntriesInBulkAndKeepThem() {
    store.ingest(LOOKUP, new Numbers(0, 2_000));
    for (int i = 0; i < 2_000; i += 111) {
      assertEquals(i, number(i));
    }
    assertNull(store.get(LOOKUP, key(2_000)));
    store.close();
    open();
    assertEquals(1_999, number(1_999));
  }

  @Test
  void shouldLetTheLaterOfBulkAndBatchStand() {
    change(batch -> batch.put(LOOKUP, key(1), key(41)));
    store.ingest(LOOKUP, new Numbers(0, 10));
    assertEquals(1, number(1));
    change(batch -> batch.delete(LOOKUP, key(2)));
    change(batch -> batch.put(LOOKUP, key(3), key(43)));
    assertNull(store.get(LOOKUP, key(2)));
    assertEquals(43, number(3));
    store.ingest(LOOKUP, new Numbers(0, 3)); // with what was deleted
    assertEquals(2, number(2));
    store.close();
    open();
    assertEquals(2, number(2));
    assertEquals(43, number(3));
  }

  @Test
  void shouldReadAValueOfKnownLengthWithoutANewArray() {
    store.ingest(LOOKUP, new Numbers(0, 5));
    byte[] into = new byte[8];
    assertTrue(store.get(LOOKUP, key(4), into));
    assertArrayEquals(key(4), into);
    assertFalse(store.get(LOOKUP, key(5), into));
    assertThrows(StoreException.class, () -> store.get(LOOKUP, key(4), new byte[7]));
  }

  @Test
  void shouldPutTheFirstBytesOfAnArray() {
    for (int bytes : new int[] {0, 3, 200_000}) {
      change(batch -> batch.put(ORDERED, key(bytes), new byte[200_001], bytes));
      byte[] value = store.get(ORDERED, key(bytes));
      assertNotNull(value);
      assertEquals(bytes, value.length);
    }
  }

  @Test
  void shouldForgetAtAStartWhatWasNeverTakenIn() throws IOException {
    store.close();
    Path left = directory.resolve("spool").resolve("bulk").resolve("7.sst");
    Files.writeString(left, "torn");
    open();
    assertFalse(Files.exists(left));
    store.ingest(LOOKUP, new Numbers(0, 5));
    try (Stream<Path> files = Files.list(left.getParent())) {
      assertEquals(List.of(), files.toList());
    }
  }

  private record Numbers(int from, int size) implements OrderedStore.Run {
    @Override
    public int keyBytes() {
      return 8;
    }

    @Override
    public int valueBytes() {
      return 8;
    }

    @Override
    public void read(int index, ByteBuffer key, ByteBuffer value) {
      key.putLong(from + index);
      value.putLong(from + index);
    }
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  private long number(long key) {
    byte[] value = store.get(LOOKUP, key(key));
    assertNotNull(value);
    return ByteBuffer.wrap(value).getLong();
  }

  private void change(java.util.function.Consumer<OrderedStore.Batch> changes) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      changes.accept(batch);
      store.write(batch, true);
    }
  }

  @Test
  void shouldRefuseADirectoryThatIsOpenAlready() {
    Path spool = directory.resolve("spool");
    String e = refusal(spool);
    assertEquals(spool + " is in use by another process", e);
    put(ORDERED, "a", "1"); // the first one goes on
    assertEquals("1", get(ORDERED, "a"));
  }

  @Test
  void shouldCloseTwiceWithoutHarm() {
    store.close();
    store.close();
    open();
  }

  /** Opens a store and dies as if killed; the library is loaded once a process. */
  static final class OpenAndDie {
    public static void main(String[] args) {
      RocksStore.open(Path.of(args[0]), SPACES);
      Runtime.getRuntime().halt(0);
    }
  }

  @Test
  @Timeout(60)
  void shouldUnpackItsLibraryIntoTheDirectoryAndNotLeaveItInTheTemporaryFolder() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    Path spool = directory.resolve("killed");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                OpenAndDie.class.getName(),
                spool.toString())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor());
    try (Stream<Path> unpacked = Files.list(spool.resolve("native"));
        Stream<Path> left = Files.list(temporary)) {
      assertTrue(unpacked.anyMatch(file -> file.getFileName().toString().contains("rocksdbjni")));
      assertEquals(
          List.of(),
          left.filter(file -> !file.getFileName().toString().startsWith("hsperf")).toList());
    }
    RocksStore.open(spool, SPACES).close(); // what it left behind is in nobody's way
  }

  @Test
  void shouldKeepOthersOutOfADirectoryThatItMade() throws IOException {
    Path deep = directory.resolve("data").resolve("spool");
    RocksStore.open(deep, SPACES).close();
    for (Path made : List.of(deep.getParent(), deep, directory.resolve("spool"))) {
      assertEquals("rwx------", permissions(made));
    }
    assertEquals("rw-------", permissions(deep.resolve("dialspool.lock")));
  }

  @Test
  void shouldLeaveADirectoryAsItIsThatWasThere() throws IOException {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    RocksStore.open(shared, SPACES).close();
    assertEquals("rwxr-xr-x", permissions(shared));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CURRENT", "MANIFEST"})
  void shouldRefuseADamagedDirectoryAndNameIt(String damaged) throws IOException {
    put(ORDERED, "a", "1");
    store.close();
    Path spool = directory.resolve("spool");
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith(damaged)).toList()) {
        Files.write(file, key("this is no " + damaged + "\n"));
      }
    }
    String e = refusal(spool);
    assertTrue(e.startsWith(spool + " can't be opened: "), e);
    // The lock was given back: a second look says the same and not "in use".
    String again = refusal(spool);
    assertFalse(again.contains("in use"), again);
  }

  @Test
  void shouldRefuseAPathThatIsAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    String e = refusal(file);
    assertTrue(e.startsWith(file + " can't be used: "), e);
  }

  @Test
  void shouldRefuseADirectoryThatCannotBeMade() throws IOException {
    Path below = Files.writeString(directory.resolve("file"), "x").resolve("spool");
    String e = refusal(below);
    assertTrue(e.startsWith(below + " can't be used: "), e);
  }

  @Test
  void shouldRefuseADirectoryWhoseLockFileCannotBeWritten() throws IOException {
    Path spool = Files.createDirectory(directory.resolve("locked"));
    Files.createDirectory(spool.resolve("dialspool.lock"));
    String e = refusal(spool);
    assertTrue(e.startsWith(spool + " can't be used: "), e);
  }

  @Test
  void shouldRefuseASpaceThatWasNotOpened() {
    Space other = new Space("other", Access.ORDERED);
    assertThrows(IllegalArgumentException.class, () -> store.get(other, key("a")));
  }

  @Test
  void shouldHaveASizeOnceSomethingIsInIt() {
    put(ORDERED, "a", "1".repeat(10_000));
    assertTrue(store.sizeBytes() > 10_000, "" + store.sizeBytes());
  }

  private static String refusal(Path path) {
    return String.valueOf(
        assertThrows(StoreException.class, () -> RocksStore.open(path, SPACES).close())
            .getMessage());
  }

  private void put(Space space, String key, String value) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(space, key(key), key(value));
      store.write(batch, true);
    }
  }

  private void add(String key, long delta) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.add(COUNTER, key(key), delta);
      store.write(batch, true);
    }
  }

  private long counter(String key) {
    byte[] value = store.get(COUNTER, key(key));
    assertNotNull(value);
    assertArrayEquals(new int[] {8}, new int[] {value.length});
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private @Nullable String get(Space space, String key) {
    byte[] value = store.get(space, key(key));
    return value == null ? null : text(value);
  }

  private @Nullable String floor(String lowest, String key) {
    OrderedStore.Entry found = store.floor(ORDERED, key(lowest), key(key));
    return found == null ? null : text(found.value());
  }

  private List<String> scan(byte[] from, byte[] to, int max) {
    var found = new ArrayList<String>();
    store.scan(
        ORDERED,
        from,
        to,
        (key, value) -> {
          found.add(text(value));
          return found.size() < max;
        });
    return found;
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
