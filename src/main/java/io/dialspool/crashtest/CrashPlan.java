package io.dialspool.crashtest;

import java.nio.file.Path;

/**
 * What to run.
 *
 * @param cycles of start, load and kill; 1 to 10,000
 * @param seed draws moments, kinds and loads; what the processes make of them is their own affair
 * @param directory for everything, empty or not there yet
 * @param rateMin acknowledged requests a second of readiness that each cycle must reach, 0 to
 *     1,000,000
 * @param waiting requests held by a paused campaign through all cycles, 0 to 5,000,000
 */
public record CrashPlan(int cycles, long seed, Path directory, double rateMin, int waiting) {
  /** What a machine with little else to do reaches many times over. */
  public static final double RATE_MIN = 50;

  public CrashPlan {
    if (cycles < 1 || cycles > 10_000) {
      throw new IllegalArgumentException("--cycles: " + cycles + " (expected: 1 to 10000)");
    }
    if (!(rateMin >= 0 && rateMin <= 1_000_000)) {
      throw new IllegalArgumentException("--rate-min: " + rateMin + " (expected: 0 to 1000000)");
    }
    if (waiting < 0 || waiting > 5_000_000) {
      throw new IllegalArgumentException("--waiting: " + waiting + " (expected: 0 to 5000000)");
    }
  }
}
