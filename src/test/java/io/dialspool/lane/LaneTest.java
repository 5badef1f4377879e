package io.dialspool.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Counts;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.Lead;
import io.dialspool.spool.Mark;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spool;
import io.dialspool.spool.Spooling;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoredRequest;
import io.dialspool.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LaneTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final long NOW_MS = 10 * HOUR_MS;
  private static final long LATER_MS = NOW_MS + 2 * HOUR_MS;
  private static final int ROOM = 1_000;

  private final MemoryStore store = new MemoryStore();
  private final Spooling spooling = new Spooling(store);
  private final List<Settlement> ending = new ArrayList<>();
  private Lane lane = firstLane();

  private Lane firstLane() {
    spooling.fill(SPRING, "first", 3, LATER_MS);
    return new Lane(info(), ending::add);
  }

  // --- window

  @Test
  void shouldTakeAPageThatIsNextStraightIntoTheWindow() {
    appended(ROOM);
    assertEquals(List.of(1L, 2L, 3L), peek());
    assertFalse(lane.hasMoreOnDisk());
  }

  @Test
  void shouldLeaveAPageOnDiskForWhichThereIsNoRoom() {
    appended(2);
    assertEquals(List.of(), peek());
    assertTrue(lane.hasMoreOnDisk());
    assertEquals(queued(3, 3), lane.counts());
  }

  @Test
  void shouldLeavePagesOnDiskBehindOneThatIsThere() {
    appended(0);
    spooling.fill(SPRING, "more", 2, LATER_MS);
    lane.appended(spooling.appended.get(1), ROOM, 0);
    assertEquals(List.of(), peek());
    readAhead(1, 4);
    assertEquals(List.of(1L, 2L, 3L), peek());
    assertTrue(lane.hasMoreOnDisk());
    readAhead(4, 6);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), peek());
    assertFalse(lane.hasMoreOnDisk());
    assertEquals(queued(5, 5), lane.counts());
  }

  @Test
  void shouldNotPutAPageAheadOfWhatIsBeingRead() {
    appended(0);
    long from = lane.beginReading();
    assertEquals(1, from);
    spooling.fill(SPRING, "more", 2, LATER_MS);
    lane.appended(spooling.appended.get(1), ROOM, 0);
    assertEquals(List.of(), peek());
    lane.loaded(spooling.requests().subList(0, 3), 4, 0);
    assertFalse(lane.isReading());
    assertEquals(List.of(1L, 2L, 3L), peek());
    assertTrue(lane.hasMoreOnDisk());
  }

  @Test
  void shouldShowAtMostWhatIsAskedFor() {
    appended(ROOM);
    assertEquals(2, lane.peek(2).size());
    assertEquals(3, lane.waitingCount(), "looking takes nothing");
  }

  @Test
  void shouldCloseABatchAtAMebibyte() {
    var large = Lead.of("large", LATER_MS).withAttributes("a", "x".repeat(200_000));
    spooling.take(
        SPRING,
        large,
        other(large, 2),
        other(large, 3),
        other(large, 4),
        other(large, 5),
        other(large, 6));
    appended(ROOM);
    lane.appended(spooling.appended.get(1), ROOM, 0);
    assertEquals(8, lane.peek(25).size(), "three small and five large ones");
    lane.take(lane.peek(25));
    assertEquals(List.of(9L), peek());
  }

  @Test
  void shouldLetOneRequestLeaveHoweverLargeItIs() {
    spooling.take(SPRING, Lead.of("large", LATER_MS).withAttributes("a", "x".repeat(1 << 21)));
    appended(ROOM);
    lane.appended(spooling.appended.get(1), ROOM, 0);
    lane.take(lane.peek(25));
    assertEquals(List.of(4L), peek());
  }

  // --- going out and coming back

  @Test
  void shouldTakeWhatWasShown() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(2));
    assertEquals(List.of(1L, 2L), sequences(batch.requests()));
    assertNull(batch.parcel());
    assertEquals(List.of(3L), peek());
    assertEquals(new Counts(3, 1, 2, 0, 0, 0, 0, 0), lane.counts());
  }

  @Test
  void shouldGiveBackToTheHeadInOrder() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(2));
    lane.giveBack(batch.requests());
    assertEquals(List.of(1L, 2L, 3L), peek());
    assertEquals(queued(3, 3), lane.counts());
  }

  @Test
  void shouldHoldABackoffUntilItsTime() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(2));
    lane.backOff(batch.requests().get(0), 200);
    lane.backOff(batch.requests().get(1), 100);
    assertEquals(100, lane.nextDueNs());
    assertEquals(List.of(3L), peek());
    lane.wakeBackedOff(99);
    assertEquals(List.of(3L), peek());
    lane.wakeBackedOff(100);
    assertEquals(List.of(2L, 3L), peek());
    assertEquals(200, lane.nextDueNs());
    lane.wakeBackedOff(200);
    assertEquals(List.of(1L, 2L, 3L), peek());
    assertEquals(Long.MAX_VALUE, lane.nextDueNs());
    assertEquals(queued(3, 3), lane.counts());
  }

  @Test
  void shouldKeepTheOrderOfBackoffsThatFallDueTogether() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(3));
    lane.backOff(batch.requests().get(0), 100);
    lane.backOff(batch.requests().get(1), 110);
    lane.backOff(batch.requests().get(2), 120);
    lane.wakeBackedOff(1_000);
    assertEquals(List.of(1L, 2L, 3L), peek());
  }

  @Test
  void shouldSendAParcelAgainAsItWas() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(2));
    var parcel = new Parcel(batch.requests(), 1, 0, false, 100);
    lane.backOff(parcel);
    assertEquals(100, lane.nextDueNs());
    assertNull(lane.dueParcel(99));
    assertEquals(parcel, lane.dueParcel(100));
    assertEquals(List.of(3L), peek());
    assertEquals(queued(3, 3), lane.counts());
    Batch again = lane.takeParcel(parcel);
    assertEquals(List.of(1L, 2L), sequences(again.requests()));
    assertEquals(parcel, again.parcel());
    assertNull(lane.dueParcel(100));
    assertEquals(2, lane.counts().inFlight());
  }

  @Test
  void shouldShowTheParcelThatIsDueFirst() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(3));
    var late = new Parcel(batch.requests().subList(0, 1), 0, 0, true, 200);
    var early = new Parcel(batch.requests().subList(1, 3), 0, 0, true, 100);
    lane.backOff(late);
    lane.backOff(early);
    assertEquals(early, lane.dueParcel(300));
    lane.takeParcel(early);
    assertEquals(late, lane.dueParcel(300));
  }

  // --- ending

  @Test
  void shouldPassOverWhatWasRecalled() {
    appended(ROOM);
    settle(2, RequestState.CANCELLED);
    assertEquals(List.of(1L, 3L), peek());
    assertEquals(List.of(1L, 3L), sequences(lane.take(lane.peek(25)).requests()));
    assertEquals(List.of(), peek());
  }

  @Test
  void shouldPassOverARecalledHead() {
    appended(ROOM);
    settle(1, RequestState.CANCELLED);
    assertEquals(List.of(2L, 3L), peek());
    lane.settled(ending.get(0));
    assertEquals(List.of(2L, 3L), sequences(lane.take(lane.peek(25)).requests()));
  }

  @Test
  void shouldPassOverARecalledBackoff() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(1));
    lane.backOff(batch.requests().get(0), 100);
    settle(1, RequestState.CANCELLED);
    lane.wakeBackedOff(1_000);
    assertEquals(List.of(2L, 3L), peek());
  }

  @Test
  void shouldSendWhatIsLeftOfAParcelAndDropAnEmptyOne() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(2));
    var parcel = new Parcel(batch.requests(), 1, 0, false, 0);
    lane.backOff(parcel);
    settle(1, RequestState.CANCELLED);
    assertEquals(parcel, lane.dueParcel(0));
    Batch again = lane.takeParcel(parcel);
    assertEquals(List.of(2L), sequences(again.requests()));
    lane.backOff(new Parcel(again.requests(), 2, 0, false, 0));
    settle(2, RequestState.CANCELLED);
    assertNull(lane.dueParcel(0));
  }

  @Test
  void shouldCountAnEndOnlyOnceItIsSynced() {
    appended(ROOM);
    Batch batch = lane.take(lane.peek(1));
    lane.settle(batch.requests().get(0), RequestState.SUBMITTED, Reason.NONE, "their-1", NOW_MS);
    assertEquals(new Counts(3, 2, 1, 0, 0, 0, 0, 0), lane.counts());
    lane.settled(ending.get(0));
    assertEquals(new Counts(3, 2, 0, 1, 0, 0, 0, 0), lane.counts());
    assertNull(lane.find(1));
  }

  @Test
  void shouldRefuseToSettleTwice() {
    appended(ROOM);
    QueuedRequest request = find(1);
    settle(1, RequestState.CANCELLED);
    assertThrows(
        IllegalStateException.class,
        () -> lane.settle(request, RequestState.EXPIRED, Reason.NONE, null, NOW_MS));
    lane.settled(ending.get(0));
    assertThrows(IllegalStateException.class, () -> lane.settled(ending.get(0)));
  }

  @Test
  void shouldEndARequestThatWasNeverLoaded() {
    appended(0);
    StoredRequest second = spooling.requests().get(1);
    assertTrue(lane.settleOnDisk(second, RequestState.CANCELLED, Reason.NONE, NOW_MS));
    assertFalse(lane.settleOnDisk(second, RequestState.EXPIRED, Reason.NONE, NOW_MS));
    assertTrue(lane.isSettlingOnDisk(2));
    assertEquals(queued(3, 3), lane.counts());
    readAhead(1, 4); // read before the end was written
    assertEquals(List.of(1L, 3L), peek());
    assertEquals(queued(3, 3), lane.counts());
    lane.settled(ending.get(0));
    assertEquals(new Counts(3, 2, 0, 0, 0, 0, 1, 0), lane.counts());
  }

  @Test
  void shouldNotEndALoadedRequestAsIfItLayOnDisk() {
    appended(ROOM);
    assertFalse(
        lane.settleOnDisk(spooling.requests().get(0), RequestState.EXPIRED, Reason.NONE, NOW_MS));
  }

  @Test
  void shouldHaveNothingUnsettledOnceAllEndsAreSynced() {
    appended(ROOM);
    for (int sequence = 1; sequence <= 3; sequence++) {
      settle(sequence, RequestState.CANCELLED);
    }
    assertFalse(lane.hasQueued());
    assertTrue(lane.hasUnsettled());
    ending.forEach(lane::settled);
    assertFalse(lane.hasUnsettled());
    assertEquals(Integer.MAX_VALUE, lane.firstBucket());
  }

  // --- doubt

  @Test
  void shouldEndAMaybeSentRequestInDoubtWhateverBefellIt() {
    for (RequestState befell :
        List.of(RequestState.EXPIRED, RequestState.CANCELLED, RequestState.REJECTED)) {
      ending.clear();
      lane = new Lane(info(), ending::add);
      appended(ROOM);
      find(1).maybeSentUntil(NOW_MS + DAY_MS, Evidence.Doubt.NO_ANSWER);
      settle(1, befell);
      assertEquals(RequestState.UNDELIVERABLE, ending.get(0).state());
      assertEquals(Reason.IN_DOUBT, ending.get(0).reason());
    }
  }

  @Test
  void shouldBelieveASuccessOfAMaybeSentRequest() {
    appended(ROOM);
    find(1).maybeSentUntil(NOW_MS + DAY_MS, Evidence.Doubt.NO_ANSWER);
    settle(1, RequestState.SUBMITTED);
    assertEquals(RequestState.SUBMITTED, ending.get(0).state());
    assertEquals(Reason.NONE, ending.get(0).reason());
  }

  @Test
  void shouldTakeWhatLiesUpToAMarkForMaybeSentAfterARestart() {
    restart(List.of(new Mark(1, NOW_MS - HOUR_MS), new Mark(2, NOW_MS)));
    readAhead(1, 4);
    assertTrue(find(1).maybeSent());
    assertEquals(NOW_MS - HOUR_MS + 7 * DAY_MS - HOUR_MS, find(1).tokenAliveUntilMs());
    assertTrue(find(2).maybeSent());
    assertEquals(NOW_MS + 7 * DAY_MS - HOUR_MS, find(2).tokenAliveUntilMs());
    assertFalse(find(3).maybeSent());
    assertEquals(Long.MAX_VALUE, find(3).tokenAliveUntilMs());
  }

  @Test
  void shouldEndInDoubtOnDiskWhatAnEarlierLifeMayHaveSent() {
    restart(List.of(new Mark(1, NOW_MS)));
    assertTrue(lane.mayHaveBeenSent(spooling.requests().get(0)));
    assertFalse(lane.mayHaveBeenSent(spooling.requests().get(1)));
    for (StoredRequest request : spooling.requests().subList(0, 2)) {
      lane.settleOnDisk(request, RequestState.EXPIRED, Reason.NONE, NOW_MS);
    }
    assertEquals(
        List.of(RequestState.UNDELIVERABLE, RequestState.EXPIRED),
        ending.stream().map(Settlement::state).toList());
    assertEquals(Reason.IN_DOUBT, ending.get(0).reason());
  }

  @Test
  void shouldKeepTheEarliestLifeOfAToken() {
    appended(ROOM);
    find(1).maybeSentUntil(100, Evidence.Doubt.NO_ANSWER);
    find(1).maybeSentUntil(200, Evidence.Doubt.NO_ANSWER);
    assertEquals(100, find(1).tokenAliveUntilMs());
  }

  // --- marks

  @Test
  void shouldAskForAMarkOnceAndRaiseItWithinTheHour() {
    appended(ROOM);
    assertEquals(0, lane.markedThrough());
    List<Mark> first = lane.askMark(2, NOW_MS);
    assertEquals(List.of(new Mark(2, NOW_MS)), first);
    assertNull(lane.askMark(2, NOW_MS), "asked already");
    assertEquals(0, lane.markedThrough(), "not before it is synced");
    lane.markWritten(marks(first));
    assertEquals(2, lane.markedThrough());
    assertEquals(
        List.of(new Mark(3, NOW_MS)), lane.askMark(3, NOW_MS + HOUR_MS - 1), "the same entry");
  }

  @Test
  void shouldBeginAnEntryEachHourAndDropWhatHasNothingLeftToSay() {
    appended(ROOM);
    lane.markWritten(marks(lane.askMark(1, NOW_MS)));
    List<Mark> second = marks(lane.askMark(2, NOW_MS + HOUR_MS));
    assertEquals(List.of(new Mark(1, NOW_MS), new Mark(2, NOW_MS + HOUR_MS)), second);
    lane.markWritten(second);
    settle(1, RequestState.SUBMITTED);
    lane.settled(ending.get(0));
    assertEquals(
        List.of(new Mark(2, NOW_MS + HOUR_MS), new Mark(3, NOW_MS + 2 * HOUR_MS)),
        lane.askMark(3, NOW_MS + 2 * HOUR_MS));
  }

  @Test
  void shouldBeginAnEntryWhenTheClockGoesBack() {
    appended(ROOM);
    lane.markWritten(marks(lane.askMark(1, NOW_MS)));
    assertEquals(
        List.of(new Mark(1, NOW_MS), new Mark(2, NOW_MS - 1)), lane.askMark(2, NOW_MS - 1));
  }

  @Test
  void shouldLetNothingLeaveUnderAMarkOfAClockThatWasAhead() {
    appended(ROOM);
    lane.markWritten(marks(lane.askMark(2, NOW_MS + 9 * 24 * HOUR_MS)));
    assertFalse(lane.isMarked(1, NOW_MS));
    List<Mark> right = marks(lane.askMark(1, NOW_MS));
    assertEquals(List.of(new Mark(2, NOW_MS)), right);
    assertNull(lane.askMark(1, NOW_MS), "asked already");
    lane.markWritten(right);
    assertTrue(lane.isMarked(2, NOW_MS));
    assertFalse(lane.isMarked(3, NOW_MS));
  }

  // --- deadlines

  @Test
  void shouldListOverdueOnesThatWaitInOrder() {
    appended(ROOM);
    lane.take(lane.peek(1));
    assertEquals(List.of(), sequences(lane.overdue(LATER_MS - 1)));
    assertEquals(List.of(2L, 3L), sequences(lane.overdue(LATER_MS)), "in flight is not waiting");
    settle(2, RequestState.EXPIRED);
    assertEquals(List.of(3L), sequences(lane.overdue(LATER_MS)));
  }

  // --- conservation

  @Test
  void shouldConserveCountsThroughEveryMove() {
    spooling.fill(SPRING, "more", 300, LATER_MS);
    appended(ROOM);
    lane.appended(spooling.appended.get(1), ROOM, 0);
    lane.appended(spooling.appended.get(2), 0, 0);
    var random = new Random(11);
    var inFlight = new ArrayList<QueuedRequest>();
    long nowNs = 0;
    int moves = 0;
    while (lane.hasUnsettled()) {
      nowNs += 10;
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> {
          lane.wakeBackedOff(nowNs);
          inFlight.addAll(lane.take(lane.peek(1 + random.nextInt(5))).requests());
        }
        case 3 -> {
          if (!inFlight.isEmpty()) {
            lane.giveBack(List.of(inFlight.remove(0)));
          }
        }
        case 4 -> {
          if (!inFlight.isEmpty()) {
            lane.backOff(inFlight.remove(0), nowNs + random.nextInt(100));
          }
        }
        case 5 -> {
          if (!inFlight.isEmpty()) {
            lane.backOff(new Parcel(inFlight, 1, 0, false, nowNs));
            inFlight.clear();
          }
        }
        case 6 -> {
          Parcel parcel = lane.dueParcel(nowNs);
          if (parcel != null) {
            inFlight.addAll(lane.takeParcel(parcel).requests());
          }
        }
        case 7 -> {
          if (!inFlight.isEmpty()) {
            lane.settle(inFlight.remove(0), RequestState.SUBMITTED, Reason.NONE, "id", NOW_MS);
          } else if (lane.hasMoreOnDisk() && !lane.isReading()) {
            readAhead((int) lane.tail() - 44, (int) lane.tail());
          }
        }
        default -> {
          ending.forEach(lane::settled);
          ending.clear();
        }
      }
      Counts counts = lane.counts();
      assertTrue(counts.conserved(), counts.toString());
      assertEquals(inFlight.size() + settlingFromFlight(), counts.inFlight());
      assertTrue(++moves < 100_000, "it must come to an end");
    }
    assertEquals(new Counts(303, 0, 0, 303, 0, 0, 0, 0), lane.counts());
  }

  @Test
  void shouldBeginWithTheCountsOfBefore() {
    spooling.take(SPRING, Lead.of("x", LATER_MS));
    var worker = spooling.worker(reply -> {});
    worker.offer(
        new StoreCommand.Settle(
            List.of(
                new Settlement(
                    spooling.requests().get(0),
                    RequestState.SUBMITTED,
                    Reason.NONE,
                    1,
                    1,
                    1,
                    null))));
    worker.runOnce();
    restart(List.of());
    assertEquals(new Counts(4, 3, 0, 1, 0, 0, 0, 0), lane.counts());
    assertTrue(lane.hasMoreOnDisk());
    assertTrue(lane.hasUnsettled());
  }

  private long settlingFromFlight() {
    return lane.count(Place.SETTLING_FROM_FLIGHT);
  }

  private void restart(List<Mark> marks) {
    if (!marks.isEmpty()) {
      var worker = spooling.worker(reply -> {});
      worker.offer(new StoreCommand.WriteMarks(info(), marks));
      worker.runOnce();
    }
    Spool.RestoredLane restored = new Spooling(store).spool.restored().get(0);
    lane = new Lane(restored, ending::add);
  }

  private LaneInfo info() {
    LaneInfo info = spooling.spool.lane(SPRING);
    assertNotNull(info);
    return info;
  }

  private void appended(int room) {
    lane.appended(spooling.appended.get(0), room, 0);
  }

  private void readAhead(int from, int before) {
    lane.beginReading();
    lane.loaded(spooling.requests().subList(from - 1, before - 1), before, 0);
  }

  private void settle(long sequence, RequestState state) {
    lane.settle(find(sequence), state, Reason.NONE, null, NOW_MS);
  }

  private QueuedRequest find(long sequence) {
    QueuedRequest request = lane.find(sequence);
    assertNotNull(request);
    return request;
  }

  private List<Long> peek() {
    return sequences(lane.peek(25));
  }

  private static List<Mark> marks(@org.jspecify.annotations.Nullable List<Mark> asked) {
    assertNotNull(asked);
    return asked;
  }

  private static Counts queued(long accepted, long queued) {
    return new Counts(accepted, queued, 0, 0, 0, 0, 0, 0);
  }

  private static Lead other(Lead like, int number) {
    return new Lead(
        like.clientToken() + number, like.phoneNumber(), like.deadlineMs(), like.attributes());
  }

  private static List<Long> sequences(List<QueuedRequest> requests) {
    return requests.stream().map(QueuedRequest::sequence).toList();
  }
}
