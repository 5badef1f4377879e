package io.dialspool.time;

/**
 * A clock that moves only when it is told to, so that the parts of production run for hours within
 * seconds. What it shows of its time to those parts is its own affair. One thread.
 */
public interface VirtualClock extends Clock {
  /** Since the beginning; nanoseconds. */
  long virtualNs();

  /**
   * @param timeNs since the beginning, not before {@link #virtualNs}
   */
  void moveTo(long timeNs);

  /**
   * One that tells the truth on both its clocks.
   *
   * @param originMs wall time at its beginning; milliseconds since 1970
   */
  static VirtualClock beginningAt(long originMs) {
    return new TrueVirtualClock(originMs);
  }
}
