package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.Verdict;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.SoundStore;
import io.dialspool.store.StoreException;
import io.dialspool.store.Wreck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

class SalvageTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId SUMMER = new CampaignId("summer");
  private static final long HOUR_MS = 3_600_000;
  private static final long NOW_MS = 5_000;

  private Path directory;
  private Path source;
  private Path target;

  /**
   * In tables: 2,000 requests of spring (1 to 300 submitted, marked through 400), 3 of summer,
   * which is paused. In the log: 100 more of spring, and the cancelling of 1,000.
   */
  @BeforeEach
  void fill(@TempDir Path made) {
    directory = made;
    source = made.resolve("source");
    target = made.resolve("target");
    life(
        spooling -> {
          spooling.fill(SPRING, "t", 2_000, HOUR_MS);
          spooling.take(SUMMER, lead("a"), lead("b"), lead("c"));
          settle(spooling, RequestState.SUBMITTED, 1, 300);
          StoreWorker worker = spooling.worker(reply -> {});
          worker.offer(new StoreCommand.WriteMarks(lane(spooling), List.of(new Mark(400, 4_000))));
          worker.offer(new StoreCommand.WritePause(SUMMER, true, () -> {}));
          worker.runOnce();
        });
    life(
        spooling -> {
          spooling.fill(SPRING, "late", 100, HOUR_MS);
          settle(spooling, RequestState.CANCELLED, 1_000, 1_000);
        });
  }

  @Test
  void shouldCopyASoundSpoolAsItIs() {
    Salvage.Result result = salvage();
    assertEquals(List.of(), result.lost());
    Salvage.Saved spring = result.saved().get(0);
    assertEquals(2_100, spring.requests());
    assertEquals(300, spring.byState()[RequestState.SUBMITTED.code()]);
    assertEquals(1, spring.byState()[RequestState.CANCELLED.code()]);
    assertEquals(1_799, spring.queued());
    assertEquals(0, spring.inDoubt());
    assertEquals(0, spring.missing());
    inTarget(
        spooling -> {
          Spool.RestoredLane lane = spooling.spool.restored().get(0);
          assertEquals(List.of(new Mark(400, 4_000)), lane.marks());
          assertEquals(2_101, lane.nextSequence());
          assertEquals(Set.of(SUMMER), spooling.spool.paused());
          assertEquals(RequestState.CANCELLED, state(spooling, "t-1000"));
          assertEquals(RequestState.QUEUED, state(spooling, "late-7"));
          // Its tokens are known by their content, too.
          assertEquals(Verdict.DUPLICATE, spooling.take(SPRING, lead("t-1")).get(0).verdict());
          assertEquals(
              Verdict.INVALID,
              spooling.take(SPRING, lead("t-1").withNumber("+12065550199")).get(0).verdict());
        });
  }

  @Test
  void shouldKeepWhatWasRedrivenAndTheFeed() {
    life(
        spooling -> {
          settle(spooling, RequestState.EXPIRED, 500, 509);
          assertEquals(10, spooling.redrive(SPRING, 5_000, 2 * HOUR_MS));
        });
    salvage();
    inTarget(
        spooling -> {
          assertEquals(0, spooling.redrive(SPRING, 6_000, 2 * HOUR_MS));
          assertEquals(2_101, spooling.spool.redrivenAs(lane(spooling), 500));
          assertEquals(311, told(spooling, OutcomeFeed.Cursor.START));
        });
  }

  @Test
  void shouldTellTheFeedAnewWhereItIsLost() throws IOException {
    life(spooling -> settle(spooling, RequestState.EXPIRED, 500, 509));
    life(spooling -> {});
    for (Path table : tables("outcomes")) {
      Files.delete(table);
    }
    salvage();
    inTarget(
        spooling -> {
          assertEquals(311, told(spooling, OutcomeFeed.Cursor.START));
          assertEquals(311, told(spooling, new OutcomeFeed.Cursor(1_000, 5)));
          assertEquals(10, spooling.redrive(SPRING, 6_000, 2 * HOUR_MS));
        });
  }

  @Test
  void shouldTellOfWhatItEndedItself() throws IOException {
    Files.delete(table("settled"));
    assertEquals(512, salvage().saved().get(0).inDoubt());
    inTarget(spooling -> assertEquals(256, spooling.redrive(SPRING, 6_000, 2 * HOUR_MS)));
  }

  private static int told(Spooling spooling, OutcomeFeed.Cursor after) {
    OutcomeFeed feed = new OutcomeFeed(spooling.spool);
    LaneInfo lane = lane(spooling);
    long through = feed.lastNumber(lane, OutcomeFeed.Kind.ALL);
    return feed.read(lane, OutcomeFeed.Kind.ALL, after, through, 10_000).entries().size();
  }

  @Test
  void shouldSaveWhatLiesBesideADamagedPageAndNameWhatIsMissing() throws IOException {
    flip(table("pages"), 0.5);
    Salvage.Result result = salvage();
    Salvage.Saved spring = result.saved().get(0);
    assertEquals(2_100, spring.requests() + spring.missing());
    assertTrue(
        spring.missing() > 0 && spring.missing() <= 2 * 256, () -> "missing " + spring.missing());
    assertEquals(0, spring.inDoubt(), "outcomes are whole");
    SpoolFault gap =
        result.lost().stream()
            .filter(one -> one.what().equals("is not there"))
            .findFirst()
            .orElseThrow();
    assertEquals(1, gap.lane());
    assertEquals(spring.missing(), gap.to() - gap.from() + 1);
    inTarget(
        spooling -> {
          assertNull(spooling.spool.find(lane(spooling), gap.from()).orElse(null));
          assertNotNull(spooling.spool.find(lane(spooling), gap.from() - 1).orElse(null));
          assertNotNull(spooling.spool.find(lane(spooling), gap.to() + 1).orElse(null));
        });
  }

  @Test
  void shouldHaveInDoubtWhatPerhapsEndedInALostTable() throws IOException {
    Files.delete(table("settled"));
    Salvage.Result result = salvage();
    Salvage.Saved spring = result.saved().get(0);
    assertEquals(2_100, spring.requests());
    // Pages 1 and 2 had their ends in that table; the log knows of the cancelled one.
    assertEquals(512, spring.inDoubt());
    assertEquals(1, spring.byState()[RequestState.CANCELLED.code()]);
    assertEquals(2_100 - 512 - 1, spring.queued());
    inTarget(
        spooling -> {
          Spool.Found found = spooling.spool.find(SPRING, new ClientToken("t-1")).orElseThrow();
          assertNotNull(found.outcome());
          assertEquals(Reason.IN_DOUBT, found.outcome().reason());
          assertEquals(NOW_MS, found.outcome().settledAtMs());
        });
  }

  @Test
  void shouldTakeAllThatWaitsForMaybeSentWhereTheMarksAreLost() throws IOException {
    Files.delete(table("marks"));
    Salvage.Result result = salvage();
    assertEquals(0, result.saved().get(0).inDoubt());
    assertEquals(0, result.saved().get(0).missing());
    inTarget(
        spooling -> {
          assertEquals(List.of(new Mark(2_100, 1_000)), spooling.spool.restored().get(0).marks());
          assertEquals(List.of(new Mark(3, 1_000)), spooling.spool.restored().get(1).marks());
        });
  }

  @Test
  void shouldHaveAllInDoubtThatWaitsWhereTheLogLostARecord() throws IOException {
    flip(newest(".log"), 0.5);
    Salvage.Result result = salvage();
    Salvage.Saved spring = result.saved().get(0);
    assertEquals(0, spring.queued());
    assertEquals(spring.requests() - 300, spring.inDoubt() + cancelled(spring));
    assertTrue(spring.requests() >= 2_000);
    assertFalse(result.lost().isEmpty());
  }

  @Test
  void shouldSaveEverythingOfASpoolWhoseListOfTablesIsDamaged() throws IOException {
    Files.writeString(source.resolve("CURRENT"), "nobody\n");
    Salvage.Result result = salvage();
    assertEquals(2_100, result.saved().get(0).requests());
    assertEquals(0, result.saved().get(0).missing());
    assertEquals(3, result.saved().get(1).requests());
  }

  @Test
  void shouldSayWhatIsLostWithTheLanes() throws IOException {
    Files.delete(table("lanes"));
    Salvage.Result result = salvage();
    assertEquals(List.of(), result.saved());
    assertTrue(
        result.lost().stream()
            .anyMatch(one -> one.what().equals("whose campaign it is is lost, with 2100 requests")),
        () -> "" + result.lost());
  }

  @Test
  void shouldNotGiveAnEndOfALostRequestToAnother() throws IOException {
    life(spooling -> settle(spooling, RequestState.SUBMITTED, 2_050, 2_100));
    // The last pages are lost, their ends are not.
    List<Path> tables = tables("pages");
    Files.delete(tables.get(tables.size() - 1));
    Salvage.Result result = salvage();
    assertEquals(100, result.saved().get(0).missing());
    inTarget(
        spooling -> {
          Spooling.Found again = spooling.take(SPRING, lead("new")).get(0);
          assertEquals(2_001, again.sequence());
          assertEquals(RequestState.QUEUED, state(spooling, "new"));
        });
  }

  @Test
  void shouldLeaveNoSpoolBehindThatDidNotEnd() {
    try (RocksStore into = RocksStore.open(target, Spool.spaces());
        Wreck wreck = wreck()) {
      assertNotNull(new Salvage(wreck, into, entries -> {}));
      StoreException e = assertThrows(StoreException.class, () -> new Spooling(into));
      assertEquals("the spool is what a salvage left that didn't end", e.getMessage());
    }
  }

  @Test
  void shouldRefuseASpoolOfANewerVersion() {
    try (RocksStore store = RocksStore.open(source, Spool.spaces());
        OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.META, Keys.text("format"), new byte[] {9});
      store.write(batch, true);
    }
    StoreException e = assertThrows(StoreException.class, this::salvage);
    assertEquals("the spool is of format 9, this version reads formats 1 to 2", e.getMessage());
  }

  // --- lives

  /** What it leaves lies in the log; the next one's start moves that to tables. */
  private void life(Consumer<Spooling> what) {
    in(source, what);
  }

  private static void in(Path directory, Consumer<Spooling> what) {
    try (RocksStore store = RocksStore.open(directory, Spool.spaces())) {
      what.accept(new Spooling(store));
    }
  }

  private Salvage.Result salvage() {
    Salvage.Result result;
    try (RocksStore into = RocksStore.open(target, Spool.spaces());
        Wreck wreck = wreck()) {
      result = new Salvage(wreck, into, entries -> {}).run(NOW_MS);
    }
    return result;
  }

  private Wreck wreck() {
    try {
      return Wreck.open(
          source,
          Files.createTempDirectory(directory, "scratch"),
          Spool.spaces(),
          (bytes, of) -> {});
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whatever was lost, what was saved adds up. */
  private void inTarget(Consumer<Spooling> what) {
    var faults = new ArrayList<SpoolFault>();
    try (SoundStore sound = SoundStore.open(target, Spool.spaces(), (bytes, of) -> {})) {
      assertEquals(List.of(), sound.damages());
      new SpoolCheck(java.util.Objects.requireNonNull(sound.store()), faults::add, n -> {}).run();
    }
    assertEquals(List.of(), faults);
    in(target, what);
  }

  private static LaneInfo lane(Spooling spooling) {
    return java.util.Objects.requireNonNull(spooling.spool.lane(SPRING));
  }

  private static void settle(Spooling spooling, RequestState state, long from, long to) {
    var settlements = new ArrayList<Settlement>();
    for (long sequence = from; sequence <= to; sequence++) {
      StoredRequest request = spooling.spool.find(lane(spooling), sequence).orElseThrow().request();
      settlements.add(new Settlement(request, state, Reason.NONE, 1, 0, 6, null));
    }
    StoreWorker worker = spooling.worker(reply -> {});
    worker.offer(new StoreCommand.Settle(settlements));
    worker.runOnce();
  }

  private static RequestState state(Spooling spooling, String token) {
    return spooling.spool.find(SPRING, new ClientToken(token)).orElseThrow().status().state();
  }

  private static long cancelled(Salvage.Saved saved) {
    return saved.byState()[RequestState.CANCELLED.code()];
  }

  private static Lead lead(String token) {
    return Lead.of(token, HOUR_MS);
  }

  // --- damage

  private Path table(String space) throws IOException {
    return tables(space).get(0);
  }

  /** Oldest first. */
  private List<Path> tables(String space) throws IOException {
    var found = new ArrayList<Path>();
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".sst")).sorted().toList()) {
        try (var options = new Options();
            var reader = new SstFileReader(options)) {
          reader.open(file.toString());
          String name =
              new String(reader.getTableProperties().getColumnFamilyName(), StandardCharsets.UTF_8);
          if (name.equals(space)) {
            found.add(file);
          }
        } catch (RocksDBException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return found;
  }

  private Path newest(String ending) throws IOException {
    try (Stream<Path> files = Files.list(source)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private static void flip(Path file, double where) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (bytes.length * where)] ^= 4;
    Files.write(file, bytes);
  }
}
