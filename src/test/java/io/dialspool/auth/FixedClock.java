package io.dialspool.auth;

import io.dialspool.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Stands still until it is moved. */
final class FixedClock implements Clock {
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private volatile long epochMs = NOON.toEpochMilli();

  void set(Duration sinceNoon) {
    epochMs = NOON.toEpochMilli() + sinceNoon.toMillis();
  }

  @Override
  public long nanoTime() {
    return (epochMs - NOON.toEpochMilli()) * 1_000_000;
  }

  @Override
  public long epochMs() {
    return epochMs;
  }
}
