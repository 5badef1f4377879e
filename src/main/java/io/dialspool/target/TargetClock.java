package io.dialspool.target;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * How far the target's clock is ahead of ours, learnt from the {@code Date} of its answers. That
 * header counts whole seconds, so half a second is added; the median of the last five keeps one
 * slow answer from moving expiry. Less than 2 s is taken for none.
 */
final class TargetClock {
  private static final int SAMPLES = 5;
  private static final long NOTICED_MIN_MS = 2_000;
  // The server stamped its answer somewhere within the call.
  private static final long CALL_MAX_MS = 2_000;

  private final ArrayDeque<Long> samples = new ArrayDeque<>(SAMPLES);
  private volatile long offsetMs;

  /** Milliseconds; any thread. */
  long offsetMs() {
    return offsetMs;
  }

  /**
   * Takes one answer into account. One thread.
   *
   * @param dateMs its {@code Date}
   * @param sentAtMs when the call was written, on our clock
   * @param answeredAtMs when its answer came, on our clock
   * @param refusedForTime whether the target complained of our time: then this one answer counts at
   *     once
   */
  void learn(long dateMs, long sentAtMs, long answeredAtMs, boolean refusedForTime) {
    long tookMs = answeredAtMs - sentAtMs;
    if (refusedForTime) {
      samples.clear();
    } else if (tookMs < 0 || tookMs > CALL_MAX_MS) {
      return;
    } else if (samples.size() == SAMPLES) {
      samples.removeFirst();
    }
    samples.addLast(dateMs + 500 - (sentAtMs + tookMs / 2));
    long median = median();
    offsetMs = Math.abs(median) < NOTICED_MIN_MS ? 0 : median;
  }

  private long median() {
    long[] sorted = new long[samples.size()];
    int count = 0;
    for (long sample : samples) {
      sorted[count++] = sample;
    }
    Arrays.sort(sorted);
    return sorted[count / 2];
  }
}
