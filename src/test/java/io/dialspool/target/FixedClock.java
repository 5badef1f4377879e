package io.dialspool.target;

import io.dialspool.time.Clock;
import java.time.Instant;

/** Stands still until it is moved. */
final class FixedClock implements Clock {
  static final long NOON_MS = Instant.parse("2026-11-20T12:00:00Z").toEpochMilli();

  private volatile long epochMs = NOON_MS;

  void advanceMs(long ms) {
    epochMs = epochMs() + ms;
  }

  @Override
  public long nanoTime() {
    return (epochMs - NOON_MS) * 1_000_000;
  }

  @Override
  public long epochMs() {
    return epochMs;
  }
}
