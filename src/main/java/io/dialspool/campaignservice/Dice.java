package io.dialspool.campaignservice;

import java.util.Random;

/** Decides when a fault strikes; the same seed and the same calls give the same faults. */
final class Dice {
  private final Random random;

  Dice(long seed) {
    random = new Random(seed);
  }

  boolean falls(double share) {
    return share > 0 && random.nextDouble() < share;
  }
}
