package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreWorkerTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long HOUR_MS = 3_600_000;
  private static final int HOUR_BUCKET = DeadlineBucket.of(HOUR_MS);

  private final MemoryStore store = new MemoryStore();
  private Spooling spooling = new Spooling(store);
  private final List<StoreReply> replies = new ArrayList<>();
  private StoreWorker worker = spooling.worker(replies::add);

  // --- read ahead

  @Test
  void shouldReadWholePagesUntilEnoughWasFound() {
    spooling.fill(SPRING, "t", 600, HOUR_MS);
    var done = readAhead(1, 300);
    assertEquals(512, done.requests().size());
    assertEquals(513, done.next());
    done = readAhead(done.next(), 300);
    assertEquals(88, done.requests().size());
    assertEquals(601, done.next());
    assertEquals(601, done.requests().get(87).sequence() + 1);
  }

  @Test
  void shouldReadNoMoreThanAskedForIfThatIsLessThanAPage() {
    spooling.fill(SPRING, "t", 600, HOUR_MS);
    settle(RequestState.SUBMITTED, request(3));
    var done = readAhead(1, 50);
    assertEquals(50, done.requests().size());
    assertEquals(52, done.next());
    done = readAhead(done.next(), 250);
    assertEquals(250, done.requests().size());
    assertEquals(302, done.next());
    assertEquals(52, done.requests().get(0).sequence());
    assertEquals(301, done.requests().get(249).sequence());
    assertEquals("t-301", done.requests().get(249).clientToken());
    assertTrue(done.requests().get(249).bytes().length < 200, "bytes of its own");
    done = readAhead(done.next(), 1_000);
    assertEquals(302, done.requests().get(0).sequence());
    assertEquals(299, done.requests().size());
    assertEquals(601, done.next());
  }

  @Test
  void shouldRefuseToSettleAgainWhatEndedWithItsWholePage() {
    page("a", 2);
    settle(RequestState.SUBMITTED, request(1), request(2));
    assertThrows(IllegalStateException.class, () -> settle(RequestState.SUBMITTED, request(2)));
  }

  @Test
  void shouldWriteOnePartForWhatOneTurnSettlesInAPage() {
    page("a", 3);
    worker.offer(settlement(RequestState.SUBMITTED, request(1)));
    worker.offer(settlement(RequestState.SUBMITTED, request(3)));
    worker.runOnce();
    assertEquals(List.of(0, 2), List.copyOf(SettledPart.ofPart(store, 1, 1, 0).keySet()));
    assertEquals(List.of(2L), sequences(readAhead(1, 100).requests()));
  }

  @Test
  void shouldReadNothingFromTheBoundOn() {
    spooling.fill(SPRING, "t", 300, HOUR_MS);
    worker.offer(new StoreCommand.ReadAhead(lane(), 1, 257, 1_000));
    worker.runOnce();
    var done = (StoreReply.ReadAheadDone) replies.get(0);
    assertEquals(256, done.requests().size());
    assertEquals(257, done.next());
  }

  @Test
  void shouldSkipWhatIsSettledInAPage() {
    spooling.take(SPRING, lead("a"), lead("b"), lead("c"));
    settle(RequestState.SUBMITTED, request(2));
    assertEquals(List.of(1L, 3L), sequences(readAhead(1, 100).requests()));
  }

  @Test
  void shouldSkipPagesThatAreSettledWholeWithoutReadingThem() {
    page("a", 2);
    page("b", 2);
    page("c", 2);
    settle(RequestState.SUBMITTED, request(3), request(4));
    assertEquals(List.of(1L, 2L, 5L, 6L), sequences(readAhead(1, 100).requests()));
    settle(RequestState.SUBMITTED, request(1), request(2));
    var done = readAhead(1, 100);
    assertEquals(List.of(5L, 6L), sequences(done.requests()));
    assertEquals(7, done.next());
  }

  @Test
  void shouldSeeASettleThatWasAskedForJustBefore() {
    spooling.take(SPRING, lead("a"), lead("b"));
    worker.offer(settlement(RequestState.SUBMITTED, request(1)));
    worker.offer(new StoreCommand.ReadAhead(lane(), 1, 3, 100));
    assertEquals(2, worker.runOnce());
    assertTrue(replies.get(0) instanceof StoreReply.Settled, "answers keep their order");
    assertEquals(List.of(2L), sequences(((StoreReply.ReadAheadDone) replies.get(1)).requests()));
  }

  @Test
  void shouldSayWhereToReadOnWhenEverythingIsSettled() {
    page("a", 3);
    settle(RequestState.SUBMITTED, request(1), request(2), request(3));
    var done = readAhead(1, 100);
    assertEquals(List.of(), done.requests());
    assertEquals(4, done.next());
  }

  // --- settles and marks

  @Test
  void shouldWriteTheSettlesAndMarksOfATurnWithOneSync() {
    spooling.take(SPRING, lead("a"), lead("b"));
    int before = store.syncs();
    worker.offer(settlement(RequestState.SUBMITTED, request(1)));
    worker.offer(new StoreCommand.WriteMarks(lane(), List.of(new Mark(2, 77))));
    worker.offer(settlement(RequestState.REJECTED, request(2)));
    worker.runOnce();
    assertEquals(1, store.syncs() - before);
    assertEquals(3, replies.size());
  }

  @Test
  void shouldAnswerASettleOnlyOnceItIsSynced() {
    spooling.take(SPRING, lead("a"));
    store.breakDisk();
    worker.offer(settlement(RequestState.SUBMITTED, request(1)));
    assertThrows(StoreException.class, worker::runOnce);
    assertEquals(List.of(), replies);
  }

  @Test
  void shouldKeepAnOutcomeWhole() {
    spooling.take(SPRING, lead("a"), lead("b"));
    worker.offer(
        new StoreCommand.Settle(
            List.of(
                new Settlement(
                    request(2), RequestState.UNDELIVERABLE, Reason.IN_DOUBT, 8, 11, 22, null))));
    worker.runOnce();
    Spool.Found found = find(2);
    Settlement outcome = found.outcome();
    assertNotNull(outcome);
    assertEquals(RequestState.UNDELIVERABLE, outcome.state());
    assertEquals(Reason.IN_DOUBT, outcome.reason());
    assertEquals(8, outcome.attempts());
    assertEquals(11, outcome.firstSentAtMs());
    assertEquals(22, outcome.settledAtMs());
    assertNull(outcome.targetDialRequestId());
    assertNull(find(1).outcome());
  }

  @Test
  void shouldRestoreMarks() {
    spooling.take(SPRING, lead("a"));
    List<Mark> marks = List.of(new Mark(400, 1_000), new Mark(800, 3_601_000));
    worker.offer(new StoreCommand.WriteMarks(lane(), marks));
    worker.runOnce();
    assertEquals(List.of(new StoreReply.MarksWritten(lane(), marks)), replies);
    assertEquals(marks, new Spooling(store).spool.restored().get(0).marks());
  }

  @Test
  void shouldRefuseToSettleARequestTwice() {
    page("a", 3);
    settle(RequestState.SUBMITTED, request(1));
    worker.offer(settlement(RequestState.EXPIRED, request(1)));
    assertThrows(IllegalStateException.class, worker::runOnce);
  }

  @Test
  void shouldRefuseToSettleARequestTwiceInOneGroup() {
    page("a", 3);
    worker.offer(settlement(RequestState.SUBMITTED, request(1), request(1)));
    assertThrows(IllegalStateException.class, worker::runOnce);
  }

  @Test
  void shouldRefuseToSettleAgainAfterARestart() {
    page("a", 3);
    settle(RequestState.SUBMITTED, request(1));
    StoredRequest first = request(1);
    restart();
    worker.offer(settlement(RequestState.EXPIRED, first));
    assertThrows(IllegalStateException.class, worker::runOnce);
  }

  @Test
  void shouldSettlePartsOfAPageInAnyOrder() {
    page("a", 4);
    settle(RequestState.SUBMITTED, request(4), request(2));
    settle(RequestState.EXPIRED, request(1));
    restart();
    settle(RequestState.CANCELLED, request(3));
    assertEquals(
        List.of(
            RequestState.EXPIRED,
            RequestState.SUBMITTED,
            RequestState.CANCELLED,
            RequestState.SUBMITTED),
        List.of(state(1), state(2), state(3), state(4)));
    assertEquals(5, new Spooling(store).spool.restored().get(0).firstUnsettled());
  }

  @Test
  void shouldKeepTheRangesThatAreSettledOverARestart() {
    page("a", 2);
    page("b", 2);
    page("c", 2);
    settle(RequestState.SUBMITTED, request(3), request(4));
    restart();
    settle(RequestState.SUBMITTED, request(1), request(2));
    Spool.RestoredLane lane = new Spooling(store).spool.restored().get(0);
    assertEquals(5, lane.firstUnsettled(), "the range of the life before is merged in");
  }

  // --- sweep

  @Test
  void shouldSweepTheUnsettledOfOneBucket() {
    spooling.take(
        SPRING,
        lead("a"),
        lead("b").withDeadline(HOUR_MS + DeadlineBucket.MS),
        lead("c"),
        lead("d"));
    settle(RequestState.SUBMITTED, request(3));
    StoreReply.Swept swept = sweep(HOUR_BUCKET, 0);
    assertEquals(List.of(1L, 4L), sequences(swept.expired()));
    assertEquals(0, swept.nextPage());
    assertEquals(List.of(2L), sequences(sweep(HOUR_BUCKET + 1, 0).expired()));
    assertEquals(List.of(), sweep(HOUR_BUCKET + 2, 0).expired());
  }

  @Test
  void shouldSweepALargeBucketInParts() {
    spooling.fill(SPRING, "t", 5_000, HOUR_MS);
    var found = new ArrayList<Long>();
    long from = 0;
    int parts = 0;
    do {
      StoreReply.Swept swept = sweep(HOUR_BUCKET, from);
      assertTrue(swept.expired().size() <= 2_000 + 256, "a part is bounded");
      found.addAll(sequences(swept.expired()));
      from = swept.nextPage();
      parts++;
    } while (from != 0 && parts < 10);
    assertEquals(java.util.stream.LongStream.rangeClosed(1, 5_000).boxed().toList(), found);
    assertEquals(3, parts);
  }

  @Test
  void shouldSweepABucketOfMoreSmallPagesThanAPartLooksAt() {
    for (int i = 0; i < 2_100; i++) {
      spooling.take(SPRING, lead("t-" + i));
    }
    StoreReply.Swept first = sweep(HOUR_BUCKET, 0);
    StoreReply.Swept second = sweep(HOUR_BUCKET, first.nextPage());
    assertEquals(2_100, first.expired().size() + second.expired().size());
    assertEquals(0, second.nextPage());
  }

  @Test
  void shouldNotSweepPagesThatAreSettledWhole() {
    page("a", 2);
    page("b", 1);
    settle(RequestState.SUBMITTED, request(1), request(2));
    assertEquals(List.of(3L), sequences(sweep(HOUR_BUCKET, 0).expired()));
  }

  // --- find

  @Test
  void shouldFindNothingBehindTheEnd() {
    page("a", 2);
    worker.offer(new StoreCommand.Find(lane(), 3, 9));
    worker.runOnce();
    assertEquals(List.of(new StoreReply.FindDone(lane(), 3, 9, null)), replies);
  }

  @Test
  void shouldDoABoundedNumberOfCommandsATurn() {
    page("a", 1);
    for (int i = 0; i < 300; i++) {
      worker.offer(new StoreCommand.Find(lane(), 1, i));
    }
    assertEquals(256, worker.runOnce());
    assertEquals(44, worker.runOnce());
    assertEquals(0, worker.runOnce());
  }

  private void restart() {
    List<AppendedPage> pages = List.copyOf(spooling.appended);
    spooling = new Spooling(store);
    spooling.appended.addAll(pages);
    worker = spooling.worker(replies::add);
  }

  private void page(String prefix, int count) {
    spooling.fill(SPRING, prefix, count, HOUR_MS);
  }

  private LaneInfo lane() {
    LaneInfo lane = spooling.spool.lane(SPRING);
    assertNotNull(lane);
    return lane;
  }

  private StoredRequest request(int sequence) {
    return spooling.requests().get(sequence - 1);
  }

  private Spool.Found find(long sequence) {
    return spooling.spool.find(lane(), sequence).orElseThrow();
  }

  private RequestState state(long sequence) {
    return find(sequence).status().state();
  }

  private void settle(RequestState state, StoredRequest... requests) {
    worker.offer(settlement(state, requests));
    worker.runOnce();
  }

  private static StoreCommand.Settle settlement(RequestState state, StoredRequest... requests) {
    var settlements = new ArrayList<Settlement>();
    for (StoredRequest request : requests) {
      settlements.add(new Settlement(request, state, Reason.NONE, 1, 5, 6, null));
    }
    return new StoreCommand.Settle(settlements);
  }

  private StoreReply.ReadAheadDone readAhead(long from, int max) {
    replies.clear();
    worker.offer(new StoreCommand.ReadAhead(lane(), from, lane().nextSequence, max));
    worker.runOnce();
    return (StoreReply.ReadAheadDone) replies.get(0);
  }

  private StoreReply.Swept sweep(int bucket, long from) {
    replies.clear();
    worker.offer(new StoreCommand.Sweep(lane(), bucket, from, lane().nextSequence));
    worker.runOnce();
    return (StoreReply.Swept) replies.get(0);
  }

  private static Lead lead(String token) {
    return Lead.of(token, HOUR_MS);
  }

  private static List<Long> sequences(List<StoredRequest> requests) {
    return requests.stream().map(StoredRequest::sequence).toList();
  }
}
