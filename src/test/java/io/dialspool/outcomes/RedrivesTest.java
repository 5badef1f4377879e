package io.dialspool.outcomes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.lmax.disruptor.RingBuffer;
import io.dialspool.http.ApiError;
import io.dialspool.intake.AcknowledgeStage;
import io.dialspool.intake.Backstage;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialSlot;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spooling;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.StoredRequest;
import io.dialspool.store.MemoryStore;
import io.dialspool.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Look-ups, ring and time by hand: each step runs when the test says so. */
class RedrivesTest implements Clock {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long NOW_MS = 1_000_000;
  private static final int RING = 4;

  private final Spooling spooling = new Spooling(new MemoryStore());
  private final RingBuffer<DialSlot> ring = RingBuffer.createSingleProducer(DialSlot::new, RING);
  private final Queue<Runnable> lookUps = new ArrayDeque<>();
  private final Queue<Runnable> timers = new ArrayDeque<>();
  private final List<RedriveReport> reports = new ArrayList<>();
  private final List<ApiError> refusals = new ArrayList<>();
  private final com.lmax.disruptor.Sequence consumed = new com.lmax.disruptor.Sequence();
  private final Redrives redrives;
  private long nowNs;
  private boolean lookUpsFull;
  private @Nullable ApiError overload;

  RedrivesTest() {
    ring.addGatingSequences(consumed);
    redrives =
        new Redrives(
            new DeadLetters(spooling.spool, new OutcomeFeed(spooling.spool)),
            ring,
            task -> {
              if (lookUpsFull) {
                throw new RejectedExecutionException();
              }
              lookUps.add(task);
            },
            (ms, what) -> timers.add(what),
            this,
            () -> overload);
  }

  @Test
  void shouldRedriveAllPageByPage() {
    dead(1_000);
    run(order(false, ""));
    assertEquals(List.of(new RedriveReport(1_000, 1_000, 0, 0, null, null)), reports);
    assertEquals(2_000, spooling.requests().size());
    assertEquals(List.of(1_000, 256, 256, 256, 232), spooling.commits);
  }

  @Test
  void shouldOnlyCountInADryRun() {
    dead(300);
    run(order(true, ""));
    assertEquals(List.of(new RedriveReport(300, 0, 0, 0, null, null)), reports);
    assertEquals(300, spooling.requests().size());
  }

  @Test
  void shouldDoNothingTheSecondTime() {
    dead(300);
    run(order(false, ""));
    run(order(false, ""));
    assertEquals(new RedriveReport(300, 0, 0, 300, null, null), reports.get(1));
  }

  @Test
  void shouldRedriveEachOnceWhenTwoDoAtOnce() {
    dead(600);
    redrives.run(SPRING, order(false, ""), reply());
    redrives.run(SPRING, order(false, ""), reply());
    go();
    assertEquals(2, reports.size());
    assertEquals(600, reports.get(0).redriven() + reports.get(1).redriven());
    assertEquals(600, reports.get(0).alreadyRedriven() + reports.get(1).alreadyRedriven());
    assertEquals(1_200, spooling.requests().size());
  }

  @Test
  void shouldStopAfterAWhileAndGoOnFromThere() {
    dead(600);
    redrives.run(SPRING, order(false, ""), reply());
    nowNs += 60_000_000_000L;
    go();
    RedriveReport first = reports.get(0);
    assertEquals(256, first.redriven());
    run(order(false, String.valueOf(first.next())));
    assertEquals(new RedriveReport(344, 344, 0, 0, null, null), reports.get(1));
  }

  @Test
  void shouldSayWhyNothingWasDone() {
    dead(10);
    overload = ApiError.throttled("full", 10);
    run(order(false, ""));
    assertEquals(List.of(overload), refusals);
    run(order(true, ""));
    assertEquals(10, reports.get(0).matched());
  }

  @Test
  void shouldTellWhatWasDoneBeforeItHadToStop() {
    dead(600);
    redrives.run(SPRING, order(false, ""), reply());
    lookUps.remove().run();
    overload = ApiError.throttled("full", 10);
    go();
    RedriveReport report = reports.get(0);
    assertEquals(256, report.redriven());
    assertEquals("ThrottlingException", report.error());
    overload = null;
    run(order(false, String.valueOf(report.next())));
    assertEquals(344, reports.get(1).redriven());
  }

  @Test
  void shouldWaitForRoomInTheRing() {
    dead(10);
    fillRing();
    redrives.run(SPRING, order(false, ""), reply());
    lookUps.remove().run();
    assertEquals(1, timers.size());
    consume();
    go();
    assertEquals(10, reports.get(0).redriven());
  }

  @Test
  void shouldGiveUpWhenTheRingStaysFull() {
    dead(10);
    fillRing();
    redrives.run(SPRING, order(false, ""), reply());
    lookUps.remove().run();
    nowNs += 60_000_000_000L;
    timers.remove().run();
    assertEquals("ThrottlingException", refusals.get(0).code());
    assertEquals(0, timers.size());
  }

  @Test
  void shouldHaveABoundOnRedrivesAtOnce() {
    dead(10);
    for (int i = 0; i < 9; i++) {
      redrives.run(SPRING, order(false, ""), reply());
    }
    assertEquals(1, refusals.size());
    go();
    assertEquals(8, reports.size());
    run(order(false, ""));
    assertEquals(9, reports.size());
  }

  @Test
  void shouldSayThatLookUpsAreBusy() {
    dead(10);
    lookUpsFull = true;
    redrives.run(SPRING, order(false, ""), reply());
    assertEquals("ThrottlingException", refusals.get(0).code());
  }

  @Test
  void shouldFindNothingInACampaignThatHasNothing() {
    run(order(false, ""));
    assertEquals(0, reports.get(0).matched());
    assertNull(reports.get(0).next());
  }

  // --- steps

  private static RedriveOrder order(boolean dryRun, String after) {
    return new RedriveOrder(
        null,
        null,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        List.of(),
        false,
        NOW_MS + 3_600_000,
        dryRun,
        after);
  }

  private void dead(int count) {
    spooling.fill(SPRING, "t", count, NOW_MS);
    StoreWorker worker = spooling.worker(reply -> {});
    var ends = new ArrayList<Settlement>();
    for (StoredRequest request : spooling.requests()) {
      ends.add(new Settlement(request, RequestState.EXPIRED, Reason.NONE, 0, 0, NOW_MS, null));
    }
    worker.offer(new StoreCommand.Settle(ends));
    worker.runOnce();
  }

  private Backstage.RedriveReply reply() {
    return new Backstage.RedriveReply() {
      @Override
      public void done(RedriveReport report) {
        reports.add(report);
      }

      @Override
      public void refused(ApiError error) {
        refusals.add(error);
      }
    };
  }

  private void run(RedriveOrder order) {
    redrives.run(SPRING, order, reply());
    go();
  }

  /** Until nothing is left to do. */
  private void go() {
    for (int turn = 0; turn < 1_000; turn++) {
      boolean consumed = lookUps.isEmpty() && consume();
      Runnable next = lookUps.isEmpty() ? timers.poll() : lookUps.poll();
      if (next != null) {
        next.run();
      } else if (!consumed) {
        return;
      }
    }
    throw new AssertionError("it has no end");
  }

  private boolean consume() {
    boolean any = false;
    for (long at = consumed.get() + 1; at <= ring.getCursor(); at++) {
      DialSlot slot = ring.get(at);
      if (!slot.isEmpty()) {
        spooling.group(List.of(slot));
        new AcknowledgeStage().endOfGroup(List.of(slot));
        slot.clear();
      }
      consumed.set(at);
      any = true;
    }
    return any;
  }

  private void fillRing() {
    for (int i = 0; i < RING; i++) {
      ring.publish(ring.next());
    }
    assertTrue(!ring.hasAvailableCapacity(1));
  }

  @Override
  public long nanoTime() {
    return nowNs;
  }

  @Override
  public long epochMs() {
    return NOW_MS;
  }
}
