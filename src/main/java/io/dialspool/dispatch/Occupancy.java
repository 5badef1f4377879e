package io.dialspool.dispatch;

import java.util.random.RandomGenerator;

/**
 * How many items per second one campaign's dialer takes. The target tells only when its buffer is
 * full, so the drain is measured: what was accepted between two throttled answers, over the time
 * between them.
 *
 * <pre>
 * FREE  --throttled--> PROBING --one accepted--> RAMPING --throttled--> PACED --nothing accepted, three times--> PROBING
 * </pre>
 *
 * FREE: never full, no limit. PROBING: full for long, one item now and then, 1 s growing to 30 s
 * with jitter. RAMPING: one call at a time, each twice the last. PACED: a little below the measured
 * drain, creeping upwards until throttled again, the faster the longer it takes, since agents may
 * have come by the dozen; the creep rests while something else than the rate limits. One answer is
 * one event, however many of its items were throttled. Dispatch thread only.
 */
public final class Occupancy {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long PROBE_FIRST_NS = SECOND_NS;
  private static final long PROBE_LONGEST_NS = 30 * SECOND_NS;
  private static final double BELOW_DRAIN = 0.97;
  private static final double CREEP = 0.1;
  private static final double CREEP_PER_SECOND_MAX = 0.4;
  private static final double CREEP_SECONDS_MAX = 2;

  /**
   * The creep gains its own speed once more every five seconds, or every two batches if that is
   * longer, but within twenty: a dialer that once stood still must be found again in minutes.
   */
  private static final double CREEP_SPAN_SECONDS = 5;

  private static final double CREEP_SPAN_SECONDS_MAX = 20;

  private static final double CREEP_SPAN_ITEMS = 50;

  private static final double AFTER_LONG_CREEP = 0.75;
  private static final double PER_SECOND_MIN = 0.05;
  private static final int ITEMS_MAX = 25;

  private enum Mode {
    FREE,
    PROBING,
    RAMPING,
    PACED
  }

  private final RandomGenerator random;
  private Mode mode = Mode.FREE;
  private long probeIntervalNs = PROBE_FIRST_NS;
  private long nextNs;
  private int rampItems;
  private int outstanding;

  /** Calls that left before the mode changed: what they say about a full buffer is old news. */
  private int stale;

  private double perSecond;
  private double allowance;
  private long allowanceAtNs;
  private long creptAtNs;
  private long measuringSinceNs;
  private long acceptedSince;
  private int emptyHanded;
  private boolean limiting;
  private boolean probeOut;

  public Occupancy(RandomGenerator random) {
    this.random = random;
  }

  /** How many of {@code wanted} items may leave now; 0 means wait until {@link #nextNs}. */
  int permits(int wanted, long nowNs) {
    return switch (mode) {
      case FREE -> wanted;
      case PROBING -> outstanding == 0 && nowNs >= nextNs ? 1 : 0;
      case RAMPING -> outstanding == 0 ? Math.min(wanted, rampItems) : 0;
      case PACED -> paced(wanted, nowNs);
    };
  }

  private int paced(int wanted, long nowNs) {
    creep(nowNs);
    allowance += (nowNs - allowanceAtNs) / (double) SECOND_NS * perSecond;
    allowance = Math.min(allowance, Math.max(ITEMS_MAX, perSecond / 2));
    allowanceAtNs = nowNs;
    // Full batches, unless the dialer is so slow that one would take over five seconds.
    int enough = Math.min(wanted, (int) Math.max(1, Math.min(ITEMS_MAX, perSecond * 5)));
    if (allowance >= enough) {
      return (int) Math.min(wanted, allowance);
    }
    limiting = true;
    nextNs = nowNs + (long) Math.ceil((enough - allowance) / perSecond * SECOND_NS);
    return 0;
  }

  private void creep(long nowNs) {
    double seconds = (nowNs - creptAtNs) / (double) SECOND_NS;
    if (seconds < 1) {
      return;
    }
    if (limiting) {
      double sinceFull = (nowNs - measuringSinceNs) / (double) SECOND_NS;
      double rate =
          Math.min(
              CREEP_PER_SECOND_MAX,
              CREEP / creepSpanSeconds() * (1 + sinceFull / creepSpanSeconds()));
      perSecond *= 1 + rate * Math.min(seconds, CREEP_SECONDS_MAX);
    }
    limiting = false;
    creptAtNs = nowNs;
  }

  private double creepSpanSeconds() {
    return Math.min(
        CREEP_SPAN_SECONDS_MAX, Math.max(CREEP_SPAN_SECONDS, CREEP_SPAN_ITEMS / perSecond));
  }

  /** When it is worth asking again; while an answer is outstanding, after that. */
  long nextNs(long nowNs) {
    return mode == Mode.RAMPING || (mode == Mode.PROBING && outstanding > 0)
        ? nowNs + SECOND_NS
        : Math.max(nextNs, nowNs + 1);
  }

  boolean isProbing() {
    return mode == Mode.PROBING;
  }

  boolean isFree() {
    return mode == Mode.FREE;
  }

  void sent(int items) {
    outstanding++;
    if (mode == Mode.PACED) {
      allowance -= items;
    } else if (mode == Mode.PROBING) {
      probeOut = true;
    }
  }

  /** An answer to a call, or its end without one ({@code accepted} and {@code throttled} 0). */
  public void answered(int accepted, int throttled, long nowNs) {
    outstanding = Math.max(0, outstanding - 1);
    if (mode == Mode.PROBING && !probeOut) {
      stale = Math.max(0, stale - 1);
      return; // sent before it was full: says nothing about now
    }
    acceptedSince += accepted;
    if (stale > 0) {
      stale--;
      return;
    }
    if (throttled > 0) {
      full(accepted, nowNs);
    } else if (accepted > 0) {
      taken();
    } else if (mode == Mode.PROBING) {
      probeOut = false;
      nextNs = nowNs + probeIntervalNs;
    }
  }

  private void taken() {
    emptyHanded = 0;
    if (mode == Mode.PROBING) {
      mode = Mode.RAMPING;
      rampItems = 2;
      probeIntervalNs = PROBE_FIRST_NS;
    } else if (mode == Mode.RAMPING) {
      rampItems = Math.min(ITEMS_MAX, rampItems * 2);
    }
  }

  private void full(int accepted, long nowNs) {
    long spanNs = nowNs - measuringSinceNs;
    emptyHanded = accepted == 0 ? emptyHanded + 1 : 0;
    switch (mode) {
      case FREE -> probeAfter(PROBE_FIRST_NS, nowNs);
      case PROBING -> probeAfter(Math.min(PROBE_LONGEST_NS, probeIntervalNs * 2), nowNs);
      case RAMPING -> pace(acceptedSince, spanNs, nowNs);
      case PACED -> {
        if (emptyHanded >= 3) {
          probeAfter(PROBE_FIRST_NS, nowNs);
        } else if (spanNs >= SECOND_NS && acceptedSince > 0) {
          pace(acceptedSince, spanNs, nowNs);
        } else {
          perSecond = Math.max(PER_SECOND_MIN, perSecond * 0.9);
          allowance = Math.min(allowance, 0);
          stale = outstanding;
          return; // too short to measure: go on measuring
        }
      }
    }
    stale = outstanding;
    measuringSinceNs = nowNs;
    acceptedSince = 0;
  }

  /**
   * The gate has opened: the dialer stood still meanwhile, so what was measured until then says
   * nothing.
   */
  void resumed(long nowNs) {
    measuringSinceNs = nowNs;
    acceptedSince = 0;
    allowanceAtNs = nowNs;
    creptAtNs = nowNs;
    if (mode == Mode.PROBING) {
      probeAfter(PROBE_FIRST_NS / 4, nowNs);
    }
  }

  private void pace(long items, long spanNs, long nowNs) {
    double mean = BELOW_DRAIN * items * SECOND_NS / Math.max(spanNs, SECOND_NS / 10);
    // Over long the mean says what the drain was, not what it is.
    if (mode == Mode.PACED && spanNs > 2 * creepSpanSeconds() * SECOND_NS) {
      mean = Math.max(mean, perSecond * AFTER_LONG_CREEP);
    }
    mode = Mode.PACED;
    perSecond = Math.max(PER_SECOND_MIN, mean);
    limiting = false;
    // The buffer is full now: let half a batch's worth drain before the next, or two seconds'
    // worth.
    allowance = -Math.min(ITEMS_MAX / 2.0, perSecond * 2);
    allowanceAtNs = nowNs;
    creptAtNs = nowNs;
  }

  private void probeAfter(long intervalNs, long nowNs) {
    mode = Mode.PROBING;
    probeOut = false;
    probeIntervalNs = intervalNs;
    nextNs = nowNs + Math.round(intervalNs * (0.75 + random.nextDouble() / 2));
  }

  /** Items per second that the dialer is believed to take; 0 while that was never tested. */
  double perSecond() {
    return mode == Mode.PACED ? perSecond : 0;
  }
}
