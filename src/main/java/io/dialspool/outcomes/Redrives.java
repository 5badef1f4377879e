package io.dialspool.outcomes;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Backstage;
import io.dialspool.request.CampaignId;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.ring.DialSlot;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.RedriveChunk;
import io.dialspool.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters through the ring again, a page of them at a time: the next is looked for once
 * the last is synced, so any number costs one page of memory. It stops after a while and says where
 * it goes on; what was redriven by then stays so, and a second run passes over it.
 */
public final class Redrives {
  private static final int RUNNING_MAX = 8;
  private static final long SPAN_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long RETRY_MS = 5;
  private static final ApiError BUSY = ApiError.throttled("Too many redrives at once.", 1);
  private static final ApiError FULL = ApiError.throttled("Intake is full.", 1);

  private final DeadLetters deadLetters;
  private final RingBuffer<DialSlot> ring;
  private final Executor lookUps;
  private final Later later;
  private final Clock clock;
  private final Supplier<@Nullable ApiError> overload;
  private final AtomicInteger running = new AtomicInteger();

  /** Runs something on any thread after a time. */
  public interface Later {
    void in(long ms, Runnable what);
  }

  /**
   * @param lookUps may block on the disk; refuses when full
   * @param overload why nothing is accepted now; null if all is well
   */
  public Redrives(
      DeadLetters deadLetters,
      RingBuffer<DialSlot> ring,
      Executor lookUps,
      Later later,
      Clock clock,
      Supplier<@Nullable ApiError> overload) {
    this.deadLetters = deadLetters;
    this.ring = ring;
    this.lookUps = lookUps;
    this.later = later;
    this.clock = clock;
    this.overload = overload;
  }

  /** Carries an order out. Any thread; returns at once. */
  public void run(CampaignId campaign, RedriveOrder order, Backstage.RedriveReply reply) {
    if (running.incrementAndGet() > RUNNING_MAX) {
      running.decrementAndGet();
      reply.refused(BUSY);
      return;
    }
    new Run(campaign, order, reply).onLookUps();
  }

  /** One order; its fields pass from thread to thread with its one step under way. */
  private final class Run {
    private final CampaignId campaign;
    private final RedriveOrder order;
    private final Backstage.RedriveReply reply;
    private final long untilNs = clock.nanoTime() + SPAN_NS;
    private String at;
    private long matched;
    private long redriven;
    private long inDoubt;
    private long alreadyRedriven;

    Run(CampaignId campaign, RedriveOrder order, Backstage.RedriveReply reply) {
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
        ApiError refusal = order.dryRun() ? null : overload.get();
        if (refusal != null) {
          stop(refusal);
          return;
        }
        DeadLetters.Look look = deadLetters.look(campaign, order, at);
        if (look.candidates().isEmpty() || order.dryRun()) {
          count(look);
          proceed(look.next());
        } else {
          offer(look, clock.nanoTime() + PATIENCE_NS);
        }
      } catch (RuntimeException e) {
        stop(ApiError.internal());
      }
    }

    private void count(DeadLetters.Look look) {
      matched += look.matched();
      inDoubt += look.inDoubt();
      alreadyRedriven += look.alreadyRedriven();
    }

    private void offer(DeadLetters.Look look, long patientUntilNs) {
      long sequence;
      try {
        sequence = ring.tryNext();
      } catch (InsufficientCapacityException e) {
        if (clock.nanoTime() - patientUntilNs < 0) {
          later.in(RETRY_MS, () -> offer(look, patientUntilNs));
        } else {
          stop(FULL);
        }
        return;
      }
      try {
        ring.get(sequence)
            .redrive(
                campaign,
                new RedriveChunk(
                    look.candidates(), order.deadlineMs(), chunk -> synced(look, chunk)),
                clock.epochMs());
      } finally {
        ring.publish(sequence);
      }
    }

    private void synced(DeadLetters.Look look, RedriveChunk chunk) {
      count(look);
      redriven += chunk.redriven().size();
      alreadyRedriven += chunk.alreadyRedriven();
      proceed(look.next());
    }

    private void proceed(@Nullable String next) {
      if (next == null) {
        answer(null, null);
        return;
      }
      at = next;
      if (clock.nanoTime() - untilNs >= 0) {
        answer(next, null);
      } else {
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

    private void answer(@Nullable String next, @Nullable String error) {
      running.decrementAndGet();
      reply.done(new RedriveReport(matched, redriven, inDoubt, alreadyRedriven, next, error));
    }
  }
}
