package io.dialspool.target;

import io.dialspool.time.Clock;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * How far the target's clock is ahead of ours, learnt from the {@code Date} of its answers. That
 * header counts whole seconds, so half a second is added; the median of the last five keeps one
 * slow answer from moving expiry. Less than 2 s is taken for none.
 *
 * <p>What was learnt holds as long as our wall clock goes with the monotonic one. Once they part
 * (one of them jumped, or the machine slept) nobody here knows what time it is: the next answer
 * tells, and until then nothing with a deadline may leave.
 */
public final class TargetClock {
  /**
   * Now, on both our clocks.
   *
   * @param ms since 1970
   * @param ns of the monotonic clock
   */
  public record Moment(long ms, long ns) {
    public static Moment of(Clock clock) {
      return new Moment(clock.epochMs(), clock.nanoTime());
    }

    private long wallAheadMs() {
      return ms - Math.floorDiv(ns, 1_000_000L);
    }
  }

  private static final int SAMPLES = 5;
  private static final long NOTICED_MIN_MS = 2_000;
  // The server stamped its answer somewhere within the call.
  private static final long CALL_MAX_MS = 2_000;
  // The first to tell anything: better roughly right than not at all.
  private static final long FIRST_CALL_MAX_MS = 10_000;

  private final ArrayDeque<Long> samples = new ArrayDeque<>(SAMPLES);
  private volatile long offsetMs;
  private volatile long wallAheadMs;
  private volatile boolean learnt;
  private volatile boolean doubtful;

  /** Milliseconds; any thread. */
  public long offsetMs() {
    return offsetMs;
  }

  /**
   * Whether a clock of ours has jumped since the target last told its time. Never before it told it
   * at all. Any thread.
   */
  public boolean isStale(Moment now) {
    return doubtful || (learnt && Math.abs(now.wallAheadMs() - wallAheadMs) >= NOTICED_MIN_MS);
  }

  /**
   * Takes one answer into account. One thread.
   *
   * @param dateMs its {@code Date}
   * @param sent when the call was written
   * @param answered when its answer came
   * @param refusedForTime whether the target complained of our time: then this one answer counts at
   *     once
   */
  public void learn(long dateMs, Moment sent, Moment answered, boolean refusedForTime) {
    if (Math.abs(answered.wallAheadMs() - sent.wallAheadMs()) >= NOTICED_MIN_MS) {
      doubtful = true; // was the Date of before or after?
      return;
    }
    long tookMs = (answered.ns - sent.ns) / 1_000_000;
    boolean first = !learnt || refusedForTime || isStale(answered);
    if (tookMs > (first ? FIRST_CALL_MAX_MS : CALL_MAX_MS)) {
      doubtful |= !learnt; // the process stood still: the time is old, and there is no other
      return;
    }
    if (first) {
      samples.clear();
    } else if (samples.size() == SAMPLES) {
      samples.removeFirst();
    }
    samples.addLast(dateMs + 500 - (answered.ms - tookMs / 2));
    long median = median();
    offsetMs = Math.abs(median) < NOTICED_MIN_MS ? 0 : median;
    wallAheadMs = answered.wallAheadMs();
    learnt = true;
    doubtful = false;
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
