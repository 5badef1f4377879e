package io.dialspool.bench;

import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What came of a load: {@code sent = answered + errors}.
 *
 * @param sent requests of the counted time
 * @param answered of those, with 200
 * @param itemsFailed dial requests that a 200 refused
 * @param errors requests that ended otherwise, by what happened
 * @param notSent requests of an open loop that were due and not sent, because their connection
 *     still waited for an earlier answer
 * @param connectionsLost before their time was over; each leaves its share of the load undone
 * @param latencyNs of answered requests, from the intended send time; with what was due and not
 *     sent, which counts with the time it waited until the end
 */
record LoadResult(
    LoadPlan plan,
    long sent,
    long answered,
    long itemsFailed,
    SortedMap<String, Long> errors,
    long notSent,
    long connectionsLost,
    Histogram latencyNs) {

  double requestsPerSecond() {
    return (double) answered / plan.seconds();
  }

  /** Dial requests that were accepted. */
  double itemsPerSecond() {
    return (double) (answered * plan.itemsPerRequest() - itemsFailed) / plan.seconds();
  }

  long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  double percentileMs(double percentile) {
    return latencyNs.getValueAtPercentile(percentile) / 1e6;
  }

  boolean isClean() {
    return failed() == 0 && itemsFailed == 0 && notSent == 0 && connectionsLost == 0;
  }

  /** Counts of the connections of one event loop, on that loop only. */
  static final class Tally {
    // Two minutes are longer than any answer is waited for.
    private static final long LATENCY_MAX_NS = 120_000_000_000L;

    private final Histogram latencyNs = new Histogram(LATENCY_MAX_NS, 3);
    private final SortedMap<String, Long> errors = new TreeMap<>();
    private long sent;
    private long answered;
    private long itemsFailed;
    private long notSent;
    private long connectionsLost;

    void sent() {
      sent++;
    }

    void answered(long tookNs, int failedItems) {
      answered++;
      itemsFailed += failedItems;
      record(tookNs);
    }

    void notSent(long waitedNs) {
      notSent++;
      record(waitedNs);
    }

    void connectionLost() {
      connectionsLost++;
    }

    void error(String what) {
      errors.merge(what, 1L, Long::sum);
    }

    private void record(long ns) {
      latencyNs.recordValue(Math.max(0, Math.min(ns, LATENCY_MAX_NS)));
    }
  }

  static LoadResult sum(LoadPlan plan, Iterable<Tally> tallies) {
    var total = new Tally();
    for (Tally tally : tallies) {
      total.sent += tally.sent;
      total.answered += tally.answered;
      total.itemsFailed += tally.itemsFailed;
      total.notSent += tally.notSent;
      total.connectionsLost += tally.connectionsLost;
      total.latencyNs.add(tally.latencyNs);
      tally.errors.forEach((what, count) -> total.errors.merge(what, count, Long::sum));
    }
    return new LoadResult(
        plan,
        total.sent,
        total.answered,
        total.itemsFailed,
        total.errors,
        total.notSent,
        total.connectionsLost,
        total.latencyNs);
  }
}
