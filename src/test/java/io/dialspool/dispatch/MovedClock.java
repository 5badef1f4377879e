package io.dialspool.dispatch;

import io.dialspool.time.Clock;

/** Stands still until it is moved; wall and monotonic time move together. */
public final class MovedClock implements Clock {
  private long nowNs = 1_000_000_000L;
  private long nowMs = 1_763_683_200_000L;

  public void advanceMs(long ms) {
    nowNs += ms * 1_000_000;
    nowMs += ms;
  }

  /** Somebody set the wall clock. */
  public void jumpWallMs(long ms) {
    nowMs += ms;
  }

  @Override
  public long nanoTime() {
    return nowNs;
  }

  @Override
  public long epochMs() {
    return nowMs;
  }
}
