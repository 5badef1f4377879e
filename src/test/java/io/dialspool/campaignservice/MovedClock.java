package io.dialspool.campaignservice;

import io.dialspool.time.Clock;

/** Time that passes when told to. */
final class MovedClock implements Clock {
  static final long START_MS = 1_795_000_000_000L;
  private long nowNs = 42;
  private long nowMs = START_MS;

  void pass(long ms) {
    nowNs += ms * 1_000_000;
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
