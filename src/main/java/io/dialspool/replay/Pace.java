package io.dialspool.replay;

import io.dialspool.time.Clock;

/**
 * A cap on rows a second, evenly: rows go a tenth of a second's worth at a time, and time in which
 * nothing could be sent is not made up for later. One thread.
 */
final class Pace {
  private static final double SECOND_NS = 1e9;
  private static final int TOGETHER_A_SECOND = 10;

  private final double rowsPerSecond;
  private final Clock clock;
  private long nextNs;

  /**
   * @param rowsPerSecond 0 for no cap
   */
  Pace(double rowsPerSecond, Clock clock) {
    this.rowsPerSecond = rowsPerSecond;
    this.clock = clock;
    this.nextNs = clock.nanoTime();
  }

  /** How many rows go together; 1 to {@link Chunk#LINES_MAX}. */
  int rowsTogether() {
    return rowsPerSecond == 0
        ? Chunk.LINES_MAX
        : (int) Math.max(1, Math.min(Chunk.LINES_MAX, rowsPerSecond / TOGETHER_A_SECOND));
  }

  /** Until the next rows may go; nanoseconds, 0 for now. */
  long waitNs() {
    return rowsPerSecond == 0 ? 0 : Math.max(0, nextNs - clock.nanoTime());
  }

  /** So many rows go now. */
  void gone(int rows) {
    if (rowsPerSecond > 0) {
      nextNs =
          Math.max(nextNs, clock.nanoTime()) + (long) Math.ceil(rows * SECOND_NS / rowsPerSecond);
    }
  }
}
