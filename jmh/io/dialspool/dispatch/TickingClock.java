package io.dialspool.dispatch;

import io.dialspool.ring.SampleRequests;
import io.dialspool.time.Clock;

/**
 * Goes on by a microsecond at each look, so that a budget of a million calls a second is never
 * short and the samples' deadline stays ahead.
 */
public final class TickingClock implements Clock {
  private long nowNs;

  void advanceMs(long ms) {
    nowNs += ms * 1_000_000;
  }

  @Override
  public long nanoTime() {
    nowNs += 1_000;
    return nowNs;
  }

  @Override
  public long epochMs() {
    return SampleRequests.NOW_MS + nowNs / 1_000_000;
  }
}
