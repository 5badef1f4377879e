package io.dialspool.request;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The sum over campaigns, and the call budgets: summed up, and each target's. Source: api.md,
 * {@code GET /spool}.
 *
 * @param callsPerSecondMax the hard cap
 * @param callsPerSecond what the pacer admits now
 * @param calls made since the start
 * @param callsThrottled of those, answered by the API rate throttle
 * @param batchesWhileScarce batches sent while no permit was free, whose fill counts
 * @param itemsWhileScarce dial requests in those batches
 * @param targets the default first
 */
public record SpoolReport(
    Counts counts,
    double callsPerSecondMax,
    double callsPerSecond,
    long calls,
    long callsThrottled,
    long batches,
    long batchItems,
    long batchesWhileScarce,
    long itemsWhileScarce,
    List<TargetReport> targets) {

  public SpoolReport {
    targets = List.copyOf(targets);
  }

  /** Adds the targets' figures up. */
  public static SpoolReport of(Counts counts, List<TargetReport> targets) {
    return new SpoolReport(
        counts,
        sum(targets, TargetReport::callsPerSecondMax),
        sum(targets, TargetReport::callsPerSecond),
        count(targets, TargetReport::calls),
        count(targets, TargetReport::callsThrottled),
        count(targets, TargetReport::calls),
        count(targets, TargetReport::batchItems),
        count(targets, TargetReport::batchesWhileScarce),
        count(targets, TargetReport::itemsWhileScarce),
        targets);
  }

  private static double sum(List<TargetReport> targets, ToDoubleFunction<TargetReport> figure) {
    return targets.stream().mapToDouble(figure).sum();
  }

  private static long count(List<TargetReport> targets, ToLongFunction<TargetReport> figure) {
    return targets.stream().mapToLong(figure).sum();
  }
}
