package io.dialspool.dispatch;

import java.util.random.RandomGenerator;

/**
 * How many items per second one campaign's dialer takes. The target tells only when its buffer is
 * full, so the drain is measured: what was accepted between two throttled answers, over the time
 * between them. The buffer was full both times, so that is exact, however deep it is.
 *
 * <pre>
 * FREE  --throttled--> PROBING --one accepted--> RAMPING --throttled--> PACED --nothing accepted, three times--> PROBING
 * </pre>
 *
 * FREE: never full, no limit. PROBING: full for long, one item now and then, 1 s growing to 30 s
 * with jitter. RAMPING: one call at a time, each twice the last. PACED: at the measured drain for a
 * while, a little below a full buffer, then ever faster until throttled again, since agents may
 * have come by the dozen. That search is what costs refused items, so it goes in small calls if
 * calls are plenty, and rests while something else than the rate limits. What it found is too high
 * rather than too low: that shows at once, while a dialer that stands idle says nothing. One answer
 * is one event, however many of its items were throttled. Dispatch thread only.
 */
public final class Occupancy {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long PROBE_FIRST_NS = SECOND_NS;
  private static final long PROBE_LONGEST_NS = 30 * SECOND_NS;

  /**
   * The search begins after this time, or so many items if that is longer, but within two minutes.
   */
  private static final double HOLD_SECONDS = 16;

  private static final double HOLD_SECONDS_MAX = 120;
  private static final double HOLD_ITEMS = 160;

  /** It grows by this share a second at first, and by as much more each second. */
  private static final double GROWTH = 0.1;

  private static final double GROWTH_MAX = 0.5;

  /** How much of a second's items one call of the search has. */
  private static final double SEARCH_CALL_SECONDS = 0.15;

  private static final long SEARCH_CALL_NS = (long) (SEARCH_CALL_SECONDS * SECOND_NS);

  /** A mean so far above the last one is of a dialer that became faster on the way. */
  private static final double RISEN = 1.1;

  private static final double BELOW_DRAIN = 0.998;
  private static final double BELOW_RECENT = 0.95;
  private static final double BELOW_IDLE = 0.75;
  private static final double LIMITED_SHARE_MIN = 0.5;

  /**
   * Room left in the buffer while the drain is believed to be known; items, or that of a second.
   */
  private static final double ROOM_ITEMS = 5;

  private static final double WAIT_SECONDS_MAX = 2;
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

  private double measured;
  private double perSecond;

  /** Room that the buffer is believed to have; items. */
  private double allowance;

  private long allowanceAtNs;
  private long searchNextNs = Long.MIN_VALUE;
  private boolean limiting;
  private double heldSeconds; // in which this limited, since the last throttled answer
  private double limitedSince; // the same since measuringSinceNs
  private long measuringSinceNs;
  private long acceptedSince;
  private final RecentItems recent = new RecentItems();
  private int emptyHanded;
  private boolean probeOut;

  public Occupancy(RandomGenerator random) {
    this.random = random;
  }

  /**
   * How many of {@code wanted} items may leave now; 0 means wait until {@link #nextNs}.
   *
   * @param scarce whether others could use the calls
   */
  int permits(int wanted, boolean scarce, long nowNs) {
    return switch (mode) {
      case FREE -> wanted;
      case PROBING -> outstanding == 0 && nowNs >= nextNs ? 1 : 0;
      case RAMPING -> outstanding == 0 ? Math.min(wanted, rampItems) : 0;
      case PACED -> paced(wanted, scarce, nowNs);
    };
  }

  private int paced(int wanted, boolean scarce, long nowNs) {
    pass(nowNs);
    boolean searching = heldSeconds > holdSeconds();
    // Full calls, unless the dialer is so slow that one would take over five seconds.
    double call = perSecond * (searching && !scarce ? SEARCH_CALL_SECONDS : 5);
    int enough = (int) Math.min(wanted, Math.max(1, Math.round(Math.min(ITEMS_MAX, call))));
    double spare = Math.min(ROOM_ITEMS, perSecond);
    double room = searching ? 0 : spare;
    if (searching && !scarce && enough < ITEMS_MAX && nowNs < searchNextNs) {
      limiting = true; // or the search would take all the calls there are
      nextNs = searchNextNs;
      return 0;
    }
    if (allowance >= enough + room) {
      limiting = false;
      return Math.max(enough, (int) Math.min(wanted, allowance - spare));
    }
    limiting = true;
    double seconds = Math.min(1, (enough + room - allowance) / perSecond);
    nextNs = nowNs + (long) Math.ceil(seconds * SECOND_NS);
    return 0;
  }

  private void pass(long nowNs) {
    double seconds = (nowNs - allowanceAtNs) / (double) SECOND_NS;
    allowanceAtNs = nowNs;
    if (limiting) {
      heldSeconds += Math.min(seconds, WAIT_SECONDS_MAX);
      limitedSince += Math.min(seconds, WAIT_SECONDS_MAX);
      double searched = heldSeconds - holdSeconds();
      if (searched > 0) {
        double growth = Math.min(GROWTH_MAX, GROWTH * (1 + searched));
        perSecond *= 1 + growth * Math.min(seconds, searched);
      }
    }
    allowance += seconds * perSecond;
    allowance = Math.min(allowance, Math.max(ITEMS_MAX + ROOM_ITEMS, perSecond / 2));
  }

  private double holdSeconds() {
    return Math.min(HOLD_SECONDS_MAX, Math.max(HOLD_SECONDS, HOLD_ITEMS / measured));
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
      searchNextNs = allowanceAtNs + SEARCH_CALL_NS;
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
    recent.add(accepted, nowNs);
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
          paceAt(perSecond * 0.9, nowNs);
          stale = outstanding;
          return; // too short to measure: go on measuring
        }
      }
    }
    stale = outstanding;
    measureFrom(nowNs);
  }

  /**
   * The gate has opened: the dialer stood still meanwhile, so what was measured until then says
   * nothing.
   */
  void resumed(long nowNs) {
    measureFrom(nowNs);
    allowanceAtNs = nowNs;
    limiting = false;
    if (mode == Mode.PROBING) {
      probeAfter(PROBE_FIRST_NS / 4, nowNs);
    }
  }

  private void measureFrom(long nowNs) {
    measuringSinceNs = nowNs;
    acceptedSince = 0;
    limitedSince = 0;
  }

  private void pace(long items, long spanNs, long nowNs) {
    double seconds = Math.max(spanNs / (double) SECOND_NS, 0.1);
    double mean = BELOW_DRAIN * items / seconds;
    if (mode == Mode.PACED) {
      if (mean > RISEN * measured) {
        // Then it says what the drain was, not what it is.
        mean = Math.max(mean, BELOW_RECENT * Math.min(perSecond, recent.perSecond(nowNs)));
      }
      if (limitedSince < LIMITED_SHARE_MIN * seconds) {
        mean = Math.max(mean, BELOW_IDLE * perSecond); // we had too little for it
      }
    }
    mode = Mode.PACED;
    paceAt(mean, nowNs);
  }

  /** The buffer is full now. */
  private void paceAt(double rate, long nowNs) {
    measured = Math.max(PER_SECOND_MIN, rate);
    perSecond = measured;
    heldSeconds = 0;
    limiting = false;
    allowance = 0;
    allowanceAtNs = nowNs;
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
