package io.dialspool.time;

/** Wall and monotonic clock go together. */
final class TrueVirtualClock implements VirtualClock {
  private final long originMs;
  private long virtualNs;

  TrueVirtualClock(long originMs) {
    this.originMs = originMs;
  }

  @Override
  public long virtualNs() {
    return virtualNs;
  }

  @Override
  public void moveTo(long timeNs) {
    if (timeNs < virtualNs) {
      throw new IllegalArgumentException("virtual time can't go back");
    }
    virtualNs = timeNs;
  }

  @Override
  public long nanoTime() {
    return virtualNs;
  }

  @Override
  public long epochMs() {
    return originMs + virtualNs / 1_000_000;
  }
}
