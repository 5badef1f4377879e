package io.dialspool.time;

import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a thread of the background at work for a fifth of its time: with as many busy threads as
 * cores, one more that works for a tenth of a second puts everybody's answers back by as much. One
 * thread.
 */
public final class PartTime implements Runnable {
  private static final long RESTS_PER_WORK = 4;

  /** What went by since the last breath may have been idleness, or a wait for a core. */
  private static final long WORKED_MAX_NS = 2_000_000;

  private final Clock clock;
  private long sinceNs;

  public PartTime(Clock clock) {
    this.clock = clock;
    this.sinceNs = clock.nanoTime();
  }

  /** Rests; call after each piece of work, a millisecond of it at most. */
  @Override
  public void run() {
    long workedNs = Math.min(WORKED_MAX_NS, clock.nanoTime() - sinceNs);
    LockSupport.parkNanos(RESTS_PER_WORK * workedNs);
    sinceNs = clock.nanoTime();
  }
}
