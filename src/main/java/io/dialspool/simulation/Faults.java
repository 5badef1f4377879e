package io.dialspool.simulation;

import java.util.random.RandomGenerator;

/**
 * How the target misbehaves for a while. Shares are of calls, those named items of the items of a
 * call.
 *
 * @param flips of looks at a campaign at the target that find it paused or resumed just now
 * @param lagMs how old the read of a state may be
 * @param latencyMs of a call, at most, unless it is slow
 * @param othersCallsPerSecond of other users of the same quota
 */
record Faults(
    double notSent,
    double lostBefore,
    double lostAfter,
    double slow,
    double failedBefore,
    double failedAfter,
    double throttled,
    double conflict,
    double denied,
    double clock,
    double tooLarge,
    double oddState,
    double unreadable,
    double missingItems,
    double doubledItems,
    double foreignItems,
    double contradictedItems,
    double unknownItems,
    double idlessItems,
    double statesFailed,
    double statesMissing,
    double flips,
    int lagMs,
    int latencyMs,
    double othersCallsPerSecond) {

  static final Faults NONE =
      new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 0);

  /** A few faults, most of them mild; now and then an outage. */
  static Faults draw(RandomGenerator random) {
    if (random.nextInt(4) == 0) {
      return NONE;
    }
    if (random.nextInt(10) == 0) {
      return outage(random);
    }
    return new Faults(
        share(random, 0.2),
        share(random, 0.3),
        share(random, 0.3),
        share(random, 0.2),
        share(random, 0.3),
        share(random, 0.3),
        share(random, 0.4),
        share(random, 0.3),
        share(random, 0.15),
        share(random, 0.05),
        share(random, 0.2),
        share(random, 0.3),
        share(random, 0.2),
        share(random, 0.2),
        share(random, 0.2),
        share(random, 0.2),
        share(random, 0.2),
        share(random, 0.5),
        share(random, 0.1),
        share(random, 0.3),
        share(random, 0.05),
        share(random, 0.3),
        random.nextInt(3) == 0 ? random.nextInt(4_000) : 0,
        1 + random.nextInt(400),
        random.nextInt(3) == 0 ? random.nextDouble(12) : 0);
  }

  private static Faults outage(RandomGenerator random) {
    double before = random.nextDouble();
    return new Faults(
        share(random, 1),
        share(random, before),
        share(random, 1 - before),
        share(random, 0.5),
        share(random, 1),
        share(random, 1),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        random.nextDouble(),
        0,
        0,
        0,
        1_000,
        0);
  }

  private static double share(RandomGenerator random, double max) {
    return random.nextInt(3) == 0 ? random.nextDouble() * max : 0;
  }
}
