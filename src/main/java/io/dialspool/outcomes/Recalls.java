package io.dialspool.outcomes;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Backstage;
import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialSlot;
import io.dialspool.spool.AcceptedRequests;
import io.dialspool.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes many requests back, each through the ring as a recall by its token goes: looked for in the
 * store a piece at a time, the next piece once the last is answered, and never in more than half of
 * the ring, so that intake goes on beside it. It stops after a while and says where it goes on.
 * What was cancelled by then stays so.
 */
public final class Recalls {
  private static final int RUNNING_MAX = 4;
  private static final long SPAN_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long RETRY_MS = 2;
  private static final ApiError BUSY = ApiError.throttled("Too many recalls at once.", 1);
  private static final ApiError FULL = ApiError.throttled("Intake is full.", 1);

  private final AcceptedRequests requests;
  private final RingBuffer<DialSlot> ring;
  private final Executor lookUps;
  private final Redrives.Later later;
  private final Clock clock;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param lookUps may block on the disk; refuses when full
   */
  public Recalls(
      AcceptedRequests requests,
      RingBuffer<DialSlot> ring,
      Executor lookUps,
      Redrives.Later later,
      Clock clock) {
    this.requests = requests;
    this.ring = ring;
    this.lookUps = lookUps;
    this.later = later;
    this.clock = clock;
  }

  /** Carries an order out. Any thread; returns at once. */
  public void run(CampaignId campaign, RecallOrder order, Backstage.RecallReply reply) {
    if (running.incrementAndGet() > RUNNING_MAX) {
      running.decrementAndGet();
      reply.refused(BUSY);
      return;
    }
    new Run(campaign, order, reply).onLookUps();
  }

  /** One order; its step passes from thread to thread, answers come on any. */
  private final class Run {
    private final CampaignId campaign;
    private final RecallOrder order;
    private final Backstage.RecallReply reply;
    private final long untilNs = clock.nanoTime() + SPAN_NS;
    private String at;

    // Under the monitor of this.
    private final Map<RequestState, Long> tooLate = new EnumMap<>(RequestState.class);
    private long waiting;
    private long cancelled;
    private long endedBefore;

    /** Recalls of the present piece without an answer, and one more while it is offered. */
    private int unanswered;

    private @Nullable String next;
    private @Nullable ApiError trouble;

    Run(CampaignId campaign, RecallOrder order, Backstage.RecallReply reply) {
      this.campaign = campaign;
      this.order = order;
      this.reply = reply;
      this.at = order.after();
    }

    void onLookUps() {
      try {
        lookUps.execute(this::step);
      } catch (RejectedExecutionException e) {
        stop(BUSY);
      }
    }

    private void step() {
      try {
        AcceptedRequests.Look look = requests.look(campaign, order, at);
        synchronized (this) {
          endedBefore += look.passedOver();
          next = look.next() == 0 ? null : look.place(look.next());
          unanswered = 1;
        }
        offer(look, 0, clock.nanoTime() + PATIENCE_NS);
      } catch (RuntimeException e) {
        stop(ApiError.internal());
      }
    }

    /** From the entry at {@code from} on. */
    private void offer(AcceptedRequests.Look look, int from, long patientUntilNs) {
      List<AcceptedRequests.Entry> entries = look.entries();
      for (int i = from; i < entries.size(); i++) {
        AcceptedRequests.Entry entry = entries.get(i);
        if (entry.ended() != null) {
          count(entry.ended());
        } else if (order.dryRun()) {
          countWaiting();
        } else if (!recall(entry)) {
          if (clock.nanoTime() - patientUntilNs < 0) {
            int here = i;
            later.in(RETRY_MS, () -> offer(look, here, patientUntilNs));
          } else {
            giveUp(look.place(entry.sequence()));
          }
          return;
        }
      }
      answered();
    }

    private boolean recall(AcceptedRequests.Entry entry) {
      if (!ring.hasAvailableCapacity(ring.getBufferSize() / 2)) {
        return false;
      }
      long sequence;
      try {
        sequence = ring.tryNext();
      } catch (InsufficientCapacityException e) {
        return false;
      }
      synchronized (this) {
        unanswered++;
      }
      try {
        ring.get(sequence).recall(campaign, entry.clientToken(), clock.epochMs(), this::take);
      } finally {
        ring.publish(sequence);
      }
      return true;
    }

    // On Java 17 a switch can't match sealed types.
    private void take(RecallAnswer answer) {
      synchronized (this) {
        if (answer instanceof RecallAnswer.Cancelled) {
          cancelled++;
        } else if (answer instanceof RecallAnswer.TooLate late) {
          count(late.state());
        } else {
          endedBefore++; // and was let go of since
        }
      }
      answered();
    }

    private synchronized void count(RequestState state) {
      tooLate.merge(state, 1L, Long::sum);
    }

    private synchronized void countWaiting() {
      waiting++;
    }

    private void giveUp(String place) {
      synchronized (this) {
        next = place;
        trouble = FULL;
      }
      answered();
    }

    private void answered() {
      String goOn;
      ApiError error;
      synchronized (this) {
        if (--unanswered > 0) {
          return;
        }
        goOn = next;
        error = trouble;
      }
      if (goOn == null || error != null || clock.nanoTime() - untilNs >= 0) {
        answer(goOn, error == null ? null : error.code());
      } else {
        at = goOn;
        onLookUps();
      }
    }

    private void stop(ApiError error) {
      if (at.equals(order.after())) {
        running.decrementAndGet();
        reply.refused(error);
      } else {
        answer(at, error.code());
      }
    }

    private void answer(@Nullable String goOn, @Nullable String error) {
      running.decrementAndGet();
      RecallReport report;
      synchronized (this) {
        long late = tooLate.values().stream().mapToLong(Long::longValue).sum();
        report =
            new RecallReport(
                waiting + cancelled + late + endedBefore,
                waiting,
                cancelled,
                tooLate,
                endedBefore,
                goOn,
                error);
      }
      reply.done(report);
    }
  }
}
