package io.dialspool.crashtest;

import io.dialspool.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A clock for waiting that stands while the whole machine does: a run of many minutes may meet a
 * laptop that sleeps or a virtual machine that is moved, and everybody's patience would be over at
 * once. It goes on by a bounded step for each time that somebody looks, and somebody looks four
 * times a second. The wall clock is the system's own. Any thread.
 */
final class AwakeClock implements Clock, AutoCloseable {
  private static final long STEP_NS_MAX = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MS = 250;

  private final Clock clock;
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var thread = new Thread(task, "awake-clock");
            thread.setDaemon(true);
            return thread;
          });
  private long lookedAtNs;
  private long awakeNs;
  private long stoodStillNs;

  AwakeClock(Clock clock) {
    this.clock = clock;
    lookedAtNs = clock.nanoTime();
  }

  /** Somebody looks from now on. */
  void start() {
    looker.scheduleWithFixedDelay(this::nanoTime, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized long nanoTime() {
    long nowNs = clock.nanoTime();
    long passedNs = nowNs - lookedAtNs;
    lookedAtNs = nowNs;
    long stepNs = Math.min(passedNs, STEP_NS_MAX);
    awakeNs += stepNs;
    stoodStillNs += passedNs - stepNs;
    return awakeNs;
  }

  @Override
  public long epochMs() {
    return clock.epochMs();
  }

  /** Time that passed and wasn't counted. */
  synchronized double stoodStillSeconds() {
    return stoodStillNs / 1e9;
  }

  @Override
  public void close() {
    looker.shutdownNow();
  }
}
