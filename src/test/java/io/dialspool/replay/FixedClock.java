package io.dialspool.replay;

import io.dialspool.time.Clock;
import java.time.Instant;

/** Stands still, so that every deadline is known. */
record FixedClock(Instant now) implements Clock {
  static final FixedClock NOON = new FixedClock(Instant.parse("2026-11-21T12:00:00Z"));

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public long epochMs() {
    return now.toEpochMilli();
  }
}
