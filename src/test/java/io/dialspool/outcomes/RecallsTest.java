package io.dialspool.outcomes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Backstage;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialSlot;
import io.dialspool.spool.AcceptedRequests;
import io.dialspool.spool.Lead;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spooling;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.StoredRequest;
import io.dialspool.store.MemoryStore;
import io.dialspool.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Look-ups, ring and time by hand; whoever answers recalls is scripted. */
class RecallsTest implements Clock {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final String NUMBER = "+12065550177";
  private static final int RING = 8;

  private final Spooling spooling = new Spooling(new MemoryStore());
  private final RingBuffer<DialSlot> ring = RingBuffer.createSingleProducer(DialSlot::new, RING);
  private final Queue<Runnable> lookUps = new ArrayDeque<>();
  private final Queue<Runnable> timers = new ArrayDeque<>();
  private final List<RecallReport> reports = new ArrayList<>();
  private final List<ApiError> refusals = new ArrayList<>();
  private final List<String> recalled = new ArrayList<>();
  private final Map<String, RecallAnswer> answers = new HashMap<>();
  private final Sequence consumed = new Sequence();
  private final Recalls recalls;
  private long nowNs;
  private boolean lookUpsFull;
  private boolean ringStands;

  RecallsTest() {
    ring.addGatingSequences(consumed);
    recalls =
        new Recalls(
            new AcceptedRequests(spooling.spool),
            ring,
            task -> {
              if (lookUpsFull) {
                throw new RejectedExecutionException();
              }
              lookUps.add(task);
            },
            (ms, what) -> timers.add(what),
            this);
  }

  @Test
  void shouldTakeBackAWholeCampaignAndCountEachOnce() {
    spooling.fill(SPRING, "t", 5_000, 3_600_000);
    settle(1, 600);
    settle(700, 710);
    answers.put("t-800", new RecallAnswer.TooLate(RequestState.IN_FLIGHT));
    answers.put("t-801", new RecallAnswer.TooLate(RequestState.QUEUED));
    answers.put("t-802", new RecallAnswer.TooLate(RequestState.SUBMITTED));
    run("", false);
    assertEquals(5_000 - 600 - 11, recalled.size());
    assertEquals("t-601", recalled.get(0));
    // Two pages had ended whole, 512 requests; the 88 of the next are counted one by one.
    assertEquals(
        new RecallReport(
            5_000,
            0,
            5_000 - 600 - 11 - 3,
            Map.of(
                RequestState.SUBMITTED,
                88L + 11 + 1,
                RequestState.IN_FLIGHT,
                1L,
                RequestState.QUEUED,
                1L),
            512,
            null,
            null),
        reports.get(0));
  }

  @Test
  void shouldOnlyCountInADryRun() {
    spooling.fill(SPRING, "t", 300, 3_600_000);
    settle(1, 10);
    run("", true);
    assertEquals(
        new RecallReport(300, 290, 0, Map.of(RequestState.SUBMITTED, 10L), 0, null, null),
        reports.get(0));
    assertEquals(List.of(), recalled);
  }

  @Test
  void shouldTakeBackEveryRequestToANumberAndTellThoseThatAreGone() {
    spooling.fill(SPRING, "a", 300, 3_600_000);
    spooling.take(SPRING, Lead.of("mine-1", 3_600_000).withNumber(NUMBER));
    spooling.fill(SPRING, "b", 300, 3_600_000);
    spooling.take(
        SPRING,
        Lead.of("mine-2", 3_600_000).withNumber(NUMBER),
        Lead.of("other", 3_600_000).withNumber(NUMBER + "1"));
    settle(1, 301);
    run(NUMBER, false);
    assertEquals(List.of("mine-2"), recalled);
    assertEquals(
        new RecallReport(2, 0, 1, Map.of(RequestState.SUBMITTED, 1L), 0, null, null),
        reports.get(0));
  }

  @Test
  void shouldLeaveAloneWhatCameAfterItBegan() {
    spooling.fill(SPRING, "t", 10, 3_600_000);
    recalls.run(SPRING, new RecallOrder("", false, ""), reply());
    lookUps.remove().run(); // it has looked
    spooling.fill(SPRING, "late", 10, 3_600_000);
    go();
    assertEquals(10, reports.get(0).cancelled());
    assertTrue(recalled.stream().noneMatch(token -> token.startsWith("late")));
  }

  @Test
  void shouldStopAfterAWhileAndGoOnFromThere() {
    spooling.fill(SPRING, "t", 5_000, 3_600_000);
    recalls.run(SPRING, new RecallOrder("", false, ""), reply());
    nowNs += 60_000_000_000L;
    go();
    RecallReport first = reports.get(0);
    assertEquals(2_048, first.cancelled());
    assertEquals("2049-5000", first.next());
    recalls.run(SPRING, new RecallOrder("", false, "2049-5000"), reply());
    go();
    assertEquals(5_000 - 2_048, reports.get(1).cancelled());
    assertNull(reports.get(1).next());
    assertEquals(5_000, recalled.stream().distinct().count());
  }

  @Test
  void shouldTakeNoMoreThanHalfOfTheRing() {
    spooling.fill(SPRING, "t", 10, 3_600_000);
    ringStands = true;
    recalls.run(SPRING, new RecallOrder("", false, ""), reply());
    lookUps.remove().run();
    assertEquals(RING / 2 + 1, ring.remainingCapacity() + 2, "half of the ring, and no more");
    assertEquals(1, timers.size());
    ringStands = false;
    go();
    assertEquals(10, reports.get(0).cancelled());
  }

  @Test
  void shouldCountNoneTwiceWhenTheRingStaysFull() {
    spooling.fill(SPRING, "t", 10, 3_600_000);
    settle(1, 2);
    ringStands = true;
    recalls.run(SPRING, new RecallOrder("", false, ""), reply());
    lookUps.remove().run();
    nowNs += 3_000_000_000L;
    timers.remove().run(); // gives up
    ringStands = false;
    go();
    RecallReport first = reports.get(0);
    assertEquals("ThrottlingException", first.error());
    recalls.run(SPRING, new RecallOrder("", false, String.valueOf(first.next())), reply());
    go();
    RecallReport second = reports.get(1);
    assertEquals(10, first.matched() + second.matched());
    assertEquals(8, first.cancelled() + second.cancelled());
  }

  @Test
  void shouldSayThatNothingWasDoneIfItIsTooBusy() {
    spooling.fill(SPRING, "t", 10, 3_600_000);
    lookUpsFull = true;
    recalls.run(SPRING, new RecallOrder("", false, ""), reply());
    lookUpsFull = false;
    for (int i = 0; i < 5; i++) {
      recalls.run(SPRING, new RecallOrder("", true, ""), reply());
    }
    assertEquals(2, refusals.size());
    go();
    assertEquals(4, reports.size());
  }

  @Test
  void shouldFindNothingInACampaignThatIsUnknown() {
    run("", false);
    assertEquals(new RecallReport(0, 0, 0, Map.of(), 0, null, null), reports.get(0));
  }

  // --- steps

  private void settle(long from, long to) {
    List<Settlement> ends =
        spooling.requests().stream()
            .filter(request -> request.sequence() >= from && request.sequence() <= to)
            .map(RecallsTest::submitted)
            .toList();
    StoreWorker worker = spooling.worker(reply -> {});
    worker.offer(new StoreCommand.Settle(ends));
    worker.runOnce();
  }

  private static Settlement submitted(StoredRequest request) {
    return new Settlement(request, RequestState.SUBMITTED, Reason.NONE, 0, 5, 6, "id");
  }

  private void run(String phoneNumber, boolean dryRun) {
    recalls.run(SPRING, new RecallOrder(phoneNumber, dryRun, ""), reply());
    go();
  }

  private Backstage.RecallReply reply() {
    return new Backstage.RecallReply() {
      @Override
      public void done(RecallReport report) {
        reports.add(report);
      }

      @Override
      public void refused(ApiError error) {
        refusals.add(error);
      }
    };
  }

  /** Until nothing is left to do. */
  private void go() {
    for (int turn = 0; turn < 20_000; turn++) {
      boolean any = !ringStands && consume();
      Runnable next = lookUps.isEmpty() ? timers.poll() : lookUps.poll();
      if (next != null) {
        next.run();
      } else if (!any) {
        return;
      }
    }
    throw new AssertionError("it has no end");
  }

  private boolean consume() {
    boolean any = false;
    for (long at = consumed.get() + 1; at <= ring.getCursor(); at++) {
      DialSlot slot = ring.get(at);
      String token = slot.items().token(0);
      recalled.add(token);
      slot.recallReply().accept(answers.getOrDefault(token, new RecallAnswer.Cancelled()));
      slot.clear();
      consumed.set(at);
      any = true;
    }
    return any;
  }

  @Override
  public long nanoTime() {
    return nowNs;
  }

  @Override
  public long epochMs() {
    return 1_000;
  }
}
