package io.dialspool.spool;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpoolCheckTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId SUMMER = new CampaignId("summer");
  private static final long HOUR_MS = 3_600_000;

  private final MemoryStore store = new MemoryStore();
  private final Spooling spooling = new Spooling(store);
  private final StoreWorker worker = spooling.worker(reply -> {});
  private final List<SpoolFault> faults = new ArrayList<>();

  /** Lane 1: 600 in pages of 256, 256 and 88, some ended; lane 2: three with odd attributes. */
  @BeforeEach
  void fill() {
    spooling.fill(SPRING, "t", 600, HOUR_MS);
    spooling.take(
        SUMMER,
        Lead.of("a", HOUR_MS).withAttributes("quote", "\"\\", "tab", "\t\u0001", "é", "日本 🎈"),
        Lead.of("b", HOUR_MS).withAttributes("empty", ""),
        Lead.of("c", 2 * HOUR_MS));
    settle(RequestState.SUBMITTED, 1, 256);
    settle(RequestState.UNDELIVERABLE, 300, 303);
    settle(RequestState.CANCELLED, 500, 500);
    worker.offer(new StoreCommand.WriteMarks(lane(), List.of(new Mark(400, 1), new Mark(600, 2))));
    worker.offer(new StoreCommand.WritePause(SUMMER, true, () -> {}));
    worker.runOnce();
  }

  @Test
  void shouldFindNothingWrongAndCountAnew() {
    List<SpoolCheck.Lane> lanes = check();
    assertEquals(List.of(), faults);
    assertEquals(2, lanes.size());
    SpoolCheck.Lane spring = lanes.get(0);
    assertEquals(SPRING, spring.campaign());
    assertEquals(3, spring.pages());
    assertEquals(600, spring.requests());
    assertEquals(600 - 261, spring.queued());
    assertEquals(256, spring.byState()[RequestState.SUBMITTED.code()]);
    assertEquals(4, spring.byState()[RequestState.UNDELIVERABLE.code()]);
    assertEquals(1, spring.byState()[RequestState.CANCELLED.code()]);
    assertEquals(0, spring.letGo());
    assertEquals(3, lanes.get(1).requests());
  }

  @Test
  void shouldFindNothingWrongInWhatWasLetGoOf() {
    worker.offer(
        new StoreCommand.Purge(lane(), 0, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, next -> {}));
    worker.runOnce();
    SpoolCheck.Lane spring = check().get(0);
    assertEquals(List.of(), faults);
    assertEquals(256, spring.letGo());
    assertEquals(344, spring.requests());
  }

  @Test
  void shouldFindNothingWrongInWhatWasRedriven() {
    assertEquals(4, spooling.redrive(SPRING, 2_000, 2 * HOUR_MS));
    SpoolCheck.Lane spring = check().get(0);
    assertEquals(List.of(), said());
    assertEquals(604, spring.requests());
  }

  @Test
  void shouldMissTheMarkOfARedrive() {
    spooling.redrive(SPRING, 2_000, 2 * HOUR_MS);
    delete(Keys.REDRIVEN, Keys.redriven(1, 300));
    check();
    assertEquals(List.of("redriven/1/601: is a redrive of 300, which isn't marked so"), said());
  }

  @Test
  void shouldTellAGroupOfTheFeedThatIsCutOff() {
    put(Keys.OUTCOMES, Keys.outcomes(1, 0, 2), new byte[13]);
    check();
    assertEquals(List.of("outcomes/1/0: holds a group that can't be read"), said());
  }

  @Test
  void shouldEndOnAnEntryOfTheLastLaneThereCouldBe() {
    put(Keys.MARKS, new byte[] {-1, -1, -1, -1, 0}, new byte[16]);
    check();
    assertEquals(List.of("marks/-1/0: belongs to no lane that is known"), said());
  }

  @Test
  void shouldTellAnEntryWhoseKeyIsCutOff() {
    put(Keys.MARKS, new byte[] {0, 0}, new byte[16]);
    check();
    assertEquals(List.of("marks/0/0: has an entry that can't be read"), said());
  }

  @Test
  void shouldMissAPageThatIsGone() {
    delete(Keys.PAGES, Keys.page(1, 257));
    check();
    assertTrue(
        said().contains("counters/1/0: accepted: 600 (expected: 88 that wait and 261 that ended)"),
        said()::toString);
    assertTrue(
        said().stream().anyMatch(one -> one.startsWith("counters/1/0: waiting by deadline: 339")));
    assertTrue(said().stream().anyMatch(one -> one.startsWith("settled/1/0: 3 parts")));
    assertTrue(said().stream().anyMatch(one -> one.startsWith("tokens/0/0: 603 entries")));
  }

  @Test
  void shouldNameAPageThatCannotBeRead() {
    put(Keys.PAGES, Keys.page(1, 257), new byte[] {1, 1, 0, 7});
    check();
    assertTrue(said().contains("pages/1/257: page 1/257 is cut off"), said()::toString);
  }

  @Test
  void shouldMissAnOutcomeThatIsGone() {
    delete(Keys.SETTLED, Keys.settled(1, 257, 43));
    check();
    assertTrue(
        said().contains("counters/1/0: accepted: 600 (expected: 343 that wait and 261 that ended)"),
        said()::toString);
  }

  @Test
  void shouldTellOutcomesThatCannotBe() {
    put(Keys.SETTLED, Keys.settled(1, 257, 44), end(260, RequestState.SUBMITTED, 0));
    put(Keys.SETTLED, Keys.settled(1, 257, 45), end(43, RequestState.SUBMITTED, 0));
    put(Keys.SETTLED, Keys.settled(1, 257, 46), new byte[] {0});
    put(Keys.SETTLED, Keys.settled(1, 999, 0), end(0, RequestState.SUBMITTED, 0));
    check();
    assertTrue(said().contains("settled/1/517: is no end of a request of its page"), "" + said());
    assertTrue(said().contains("settled/1/300: has ended twice"), said()::toString);
    assertTrue(said().contains("settled/1/257: holds an outcome that can't be read"), "" + said());
    assertTrue(said().contains("settled/1/0: 7 parts (expected: the 6 of its pages)"), "" + said());
  }

  @Test
  void shouldTellARequestThatWasSentWithoutAMark() {
    put(Keys.MARKS, Keys.lane(1), Mark.encode(List.of(new Mark(255, 1))));
    check();
    assertEquals("marks/1/256: was sent, but was never marked as handed over", said().get(0));
  }

  @Test
  void shouldTellACursorThatLeapsOverARequestThatWaits() {
    var ranges = new SettledRanges();
    ranges.add(1, 512);
    put(Keys.CURSORS, Keys.lane(1), ranges.encode());
    check();
    assertEquals(
        List.of("cursors/1/257: counts as settled, but some of the page has not ended"), said());
  }

  @Test
  void shouldTellATokenThatIsGoneOrLeadsElsewhereOrHasOtherContent() {
    LaneInfo lane = lane();
    byte[] first = Spool.tokenKey(lane, new byte[] {'t', '-', '1'}, 0, 3);
    byte[] second = Spool.tokenKey(lane, new byte[] {'t', '-', '2'}, 0, 3);
    byte[] third = Spool.tokenKey(lane, new byte[] {'t', '-', '9'}, 0, 3);
    delete(Keys.TOKENS, first);
    TokenEntry known = entry(second);
    put(Keys.TOKENS, second, new TokenEntry(1, 2, known.check(), known.fingerprint() + 1).encode());
    put(Keys.TOKENS, third, new TokenEntry(1, 3, 0, 0).encode());
    check();
    assertEquals(
        List.of(
            "tokens/1/1: has no entry for its token",
            "tokens/1/2: has other content than its entry says",
            "tokens/1/9: has a token that leads to ds-1-3"),
        said());
  }

  @Test
  void shouldTellADeadlineThatIsGoneAndOneTooMany() {
    delete(Keys.DEADLINES, Keys.deadline(2, DeadlineBucket.of(HOUR_MS), 1));
    put(Keys.DEADLINES, Keys.deadline(1, 7, 1), new byte[0]);
    check();
    assertEquals(
        List.of(
            "deadlines/1/0: 4 entries (expected: the 3 of its pages)",
            "deadlines/2/1: has no entry for deadline bucket " + DeadlineBucket.of(HOUR_MS)),
        said());
  }

  @Test
  void shouldTellACounterThatDrifted() {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.add(Keys.COUNTERS, Keys.stateCounter(1, RequestState.SUBMITTED.code()), -1);
      store.write(batch, true);
    }
    check();
    assertEquals(
        List.of(
            "counters/1/0: SUBMITTED: 255 (expected: at least the 256 of its pages)",
            "counters/1/0: accepted: 600 (expected: 339 that wait and 260 that ended)"),
        said());
  }

  @Test
  void shouldTellEntriesOfALaneThatIsNotThere() {
    delete(Keys.LANES, Keys.lane(2));
    check();
    assertTrue(said().contains("pages/2/0: belongs to no lane that is known"), said()::toString);
  }

  @Test
  void shouldNeverTellAPhoneNumberOrAnAttribute() {
    byte[] page = requireNonNull(store.get(Keys.PAGES, Keys.page(2, 1))).clone();
    page[page.length - 2] ^= 1; // within the last payload
    put(Keys.PAGES, Keys.page(2, 1), page);
    check();
    assertEquals(List.of("pages/2/3: ds-2-3 holds no payload of ours"), said());
  }

  @Test
  void shouldRefuseASpoolOfANewerVersion() {
    put(Keys.META, Keys.text("format"), new byte[] {3});
    StoreException e = assertThrows(StoreException.class, this::check);
    assertEquals("the spool is of format 3, this version reads formats 1 to 2", e.getMessage());
    assertThrows(StoreException.class, () -> new Spooling(store));
  }

  private List<SpoolCheck.Lane> check() {
    return new SpoolCheck(store, faults::add, requests -> {}).run();
  }

  private List<String> said() {
    return faults.stream()
        .map(one -> one.space() + "/" + one.lane() + "/" + one.from() + ": " + one.what())
        .toList();
  }

  private LaneInfo lane() {
    return requireNonNull(spooling.spool.lane(SPRING));
  }

  private TokenEntry entry(byte[] key) {
    return TokenEntry.decode(requireNonNull(store.get(Keys.TOKENS, key)));
  }

  private void settle(RequestState state, int from, int to) {
    var settlements = new ArrayList<Settlement>();
    for (int sequence = from; sequence <= to; sequence++) {
      StoredRequest request = spooling.requests().get(sequence - 1);
      long sentMs = state == RequestState.SUBMITTED ? 5 : 0;
      settlements.add(new Settlement(request, state, Reason.NONE, 1, sentMs, 6, null));
    }
    worker.offer(new StoreCommand.Settle(settlements));
    worker.runOnce();
  }

  private static byte[] end(int index, RequestState state, long sentMs) {
    return ByteBuffer.allocate(24)
        .putShort((short) index)
        .put((byte) state.code())
        .put((byte) 0)
        .putShort((short) 1)
        .putLong(sentMs)
        .putLong(6)
        .putShort((short) 0)
        .array();
  }

  private void put(Space space, byte[] key, byte[] value) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(space, key, value);
      store.write(batch, true);
    }
  }

  private void delete(Space space, byte[] key) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.delete(space, key);
      store.write(batch, true);
    }
  }
}
