package io.dialspool.simulation;

import io.dialspool.time.VirtualClock;

/**
 * Virtual time. What the service sees of it may lie: its wall clock may be off and jump, and its
 * monotonic clock begins anywhere, anew with each life of the process, and stands still while the
 * machine sleeps.
 */
final class SimulatedClock implements VirtualClock {
  private final long originMs;
  private long virtualNs;
  private long monotonicOriginNs;
  private long offMs;
  private long latestShownMs;

  /**
   * @param originMs true wall time at virtual time 0; milliseconds since 1970
   */
  SimulatedClock(long originMs) {
    this.originMs = originMs;
  }

  /** Since the beginning of the simulation; nanoseconds. */
  @Override
  public long virtualNs() {
    return virtualNs;
  }

  /** What a true wall clock says; milliseconds since 1970. */
  long trueMs() {
    return originMs + Math.floorDiv(virtualNs, 1_000_000L);
  }

  @Override
  public void moveTo(long timeNs) {
    if (timeNs < virtualNs) {
      throw new IllegalArgumentException("virtual time can't go back");
    }
    virtualNs = timeNs;
  }

  /** Moves the service's wall clock alone. */
  void jump(long byMs) {
    latestShownMs = latestShownMs();
    offMs += byMs;
  }

  /** The latest time that the service's wall clock ever showed; milliseconds since 1970. */
  long latestShownMs() {
    return Math.max(latestShownMs, epochMs());
  }

  /** Time passed while the machine slept: its monotonic clock doesn't know. */
  void slept(long ns) {
    monotonicOriginNs -= ns;
  }

  /** How far the service's wall clock is ahead of the truth; milliseconds. */
  long offMs() {
    return offMs;
  }

  /** A new process: its monotonic clock has nothing to do with that of the last one. */
  void beginMonotonicAt(long nanoTime) {
    monotonicOriginNs = nanoTime - virtualNs;
  }

  @Override
  public long nanoTime() {
    return monotonicOriginNs + virtualNs;
  }

  @Override
  public long epochMs() {
    return trueMs() + offMs;
  }
}
