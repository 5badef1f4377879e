package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.SoundStore;
import io.dialspool.store.StoreCopy;
import io.dialspool.store.StoreException;
import io.dialspool.store.Wreck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backup is on the disk; what a restored one does is shown by RestoredBackupTest. */
class BackupTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId SUMMER = new CampaignId("summer");
  private static final long HOUR_MS = 3_600_000;
  private static final long TAKEN_MS = 7_000;
  private static final long NOW_MS = 9_000_000;

  private Path directory;
  private Path backup;

  /** 1,000 requests of spring, 300 of them submitted, marked through 400; 3 of summer. */
  @BeforeEach
  void backUp(@TempDir Path made) throws IOException {
    directory = made;
    backup = made.resolve("backup");
    try (RocksStore source = RocksStore.open(made.resolve("source"), Spool.spaces())) {
      var spooling = new Spooling(source);
      spooling.fill(SPRING, "t", 1_000, HOUR_MS);
      spooling.fill(SUMMER, "u", 3, HOUR_MS);
      LaneInfo spring = spooling.spool.lane(SPRING);
      assertNotNull(spring);
      var ends = new ArrayList<Settlement>();
      for (long sequence = 1; sequence <= 300; sequence++) {
        StoredRequest request = spooling.spool.find(spring, sequence).orElseThrow().request();
        ends.add(new Settlement(request, RequestState.SUBMITTED, Reason.NONE, 1, 5, 6, "id"));
      }
      StoreWorker worker = spooling.worker(reply -> {});
      worker.offer(new StoreCommand.WriteMarks(spring, List.of(new Mark(400, 4_000))));
      worker.offer(new StoreCommand.Settle(ends));
      worker.runOnce();
      source.checkpoint(backup);
      spooling.fill(SPRING, "after", 10, HOUR_MS); // is not in it
    }
    try (RocksStore copy = RocksStore.open(backup, Spool.spaces())) {
      List<Backup.Held> held = Backup.seal(copy, TAKEN_MS);
      assertEquals(
          List.of(new Backup.Held(SPRING, 1, 1_000, 700), new Backup.Held(SUMMER, 2, 3, 3)), held);
    }
  }

  @Test
  void shouldNotServeABackup() {
    try (RocksStore store = RocksStore.open(backup, Spool.spaces())) {
      StoreException e = assertThrows(StoreException.class, () -> new Spooling(store));
      assertEquals(
          "the spool is a backup, and what waits in it may have been sent since (expected: spool"
              + " restore)",
          e.getMessage());
    }
  }

  @Test
  void shouldCheckABackupLikeASpool() {
    assertEquals(List.of(), faults(backup));
  }

  @Test
  void shouldMarkAllThatWaitsAsMaybeSentSinceItWasTakenAndKeepOlderMarks() {
    Path to = directory.resolve("restored");
    restoreTo(to);
    try (RocksStore store = RocksStore.open(to, Spool.spaces())) {
      var spooling = new Spooling(store);
      List<Spool.RestoredLane> lanes = spooling.spool.restored();
      assertEquals(List.of(new Mark(400, 4_000), new Mark(1_000, TAKEN_MS)), lanes.get(0).marks());
      assertEquals(List.of(new Mark(3, TAKEN_MS)), lanes.get(1).marks());
    }
    assertEquals(List.of(), faults(to));
  }

  @Test
  void shouldLeaveTheBackupAsItIsAndRestoreItAsOftenAsWanted() throws IOException {
    List<String> before = state(backup);
    restoreTo(directory.resolve("one"));
    restoreTo(directory.resolve("two"));
    assertEquals(before, state(backup));
  }

  @Test
  void shouldRestoreNothingButBackups() {
    Path to = directory.resolve("restored");
    restoreTo(to);
    try (RocksStore store = RocksStore.open(to, Spool.spaces())) {
      StoreException e = assertThrows(StoreException.class, () -> Backup.restore(store, NOW_MS));
      assertEquals("the spool is no backup", e.getMessage());
    }
  }

  @Test
  void shouldNotBackUpABackup() {
    try (RocksStore store = RocksStore.open(backup, Spool.spaces())) {
      assertThrows(StoreException.class, () -> Backup.seal(store, TAKEN_MS + 1));
      assertEquals(TAKEN_MS, Backup.takenAtMs(store));
    }
  }

  @Test
  void shouldNotBeServedWhereverARestoreWasLeftOff() throws IOException {
    Path whole = directory.resolve("whole");
    StoreCopy.copy(backup, whole, (bytes, of) -> {});
    List<Path> files;
    try (Stream<Path> all = Files.list(whole)) {
      files = all.sorted().toList();
    }
    assertTrue(files.size() > 5, files.toString());
    // CURRENT comes first, so whatever else is missing, it is there.
    for (Path missing : files) {
      if (!missing.endsWith("CURRENT")) {
        Path part = directory.resolve("part-" + missing.getFileName());
        Files.createDirectory(part);
        for (Path file : files) {
          if (!file.equals(missing)) {
            Files.copy(file, part.resolve(String.valueOf(file.getFileName())));
          }
        }
        assertThrows(StoreException.class, () -> serve(part), missing::toString);
      }
    }
  }

  private static void serve(Path part) {
    try (RocksStore store = RocksStore.open(part, Spool.spaces())) {
      new Spooling(store);
    }
  }

  @Test
  void shouldSalvageADamagedBackupAsABackup() throws IOException {
    Path damaged = directory.resolve("damaged");
    StoreCopy.copy(backup, damaged, (bytes, of) -> {});
    Path saved = directory.resolve("saved");
    try (RocksStore into = RocksStore.open(saved, Spool.spaces());
        Wreck wreck =
            Wreck.open(
                damaged,
                Files.createDirectory(directory.resolve("scratch")),
                Spool.spaces(),
                (bytes, of) -> {})) {
      new Salvage(wreck, into, entries -> {}).run(NOW_MS);
    }
    assertThrows(StoreException.class, () -> serve(saved));
    try (RocksStore store = RocksStore.open(saved, Spool.spaces())) {
      assertEquals(TAKEN_MS, Backup.takenAtMs(store));
    }
  }

  @Test
  void shouldTakeAllThatWaitsForMaybeSentWhereNobodyKnowsWhetherItWasABackup() throws IOException {
    Path lost = directory.resolve("lost-meta");
    StoreCopy.copy(backup, lost, (bytes, of) -> {});
    try (RocksStore store = RocksStore.open(lost, Spool.spaces());
        OrderedStore.Batch batch = store.newBatch()) {
      batch.delete(Keys.META, Keys.text("format"));
      store.write(batch, true);
    }
    Path saved = directory.resolve("saved-meta");
    try (RocksStore into = RocksStore.open(saved, Spool.spaces());
        Wreck wreck =
            Wreck.open(
                lost,
                Files.createDirectory(directory.resolve("scratch-meta")),
                Spool.spaces(),
                (bytes, of) -> {})) {
      new Salvage(wreck, into, entries -> {}).run(NOW_MS);
    }
    try (RocksStore store = RocksStore.open(saved, Spool.spaces())) {
      List<Mark> marks = new Spooling(store).spool.restored().get(0).marks();
      assertEquals(1_000, marks.get(marks.size() - 1).through());
    }
  }

  private void restoreTo(Path to) {
    StoreCopy.copy(backup, to, (bytes, of) -> {});
    try (RocksStore store = RocksStore.open(to, Spool.spaces())) {
      Backup.Restored restored = Backup.restore(store, NOW_MS);
      assertEquals(TAKEN_MS, restored.takenAtMs());
      assertFalse(restored.held().isEmpty());
    }
  }

  private static List<SpoolFault> faults(Path directory) {
    var faults = new ArrayList<SpoolFault>();
    try (SoundStore sound = SoundStore.open(directory, Spool.spaces(), (bytes, of) -> {})) {
      assertEquals(List.of(), sound.damages());
      OrderedStore store = sound.store();
      assertNotNull(store);
      new SpoolCheck(store, faults::add, n -> {}).run();
    }
    return faults;
  }

  private static List<String> state(Path directory) throws IOException {
    var state = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted().toList()) {
        state.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return state;
  }
}
