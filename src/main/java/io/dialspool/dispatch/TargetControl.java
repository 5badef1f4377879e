package io.dialspool.dispatch;

import io.dialspool.target.Target;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * A target with what decides how many calls it gets: its budget, its breaker, its bound of calls in
 * flight; and with the lanes whose requests go there. Each has a queue of ready lanes of its own,
 * so that one that is throttled or down holds up its own lanes and no other's. Dispatch thread
 * only, but for name and target.
 */
public final class TargetControl {
  private static final double SMALL_SHARE = 0.1;

  private final String name;
  private final Target target;
  private final long timeoutNs;
  private final CallBudget budget;
  private final Breaker breaker;
  private final DispatchMeter meter;

  // Dispatcher only
  final Share bisecting;
  final Share probing;
  final Map<Integer, LaneControl> lanes = new HashMap<>();
  final ArrayDeque<LaneControl> ready = new ArrayDeque<>();
  long sendBlockedUntilNs = Long.MIN_VALUE;
  long gatesDueNs = Long.MIN_VALUE; // no gate is to be asked about before; GatePoller's
  int inFlight;
  long calls;
  long batchItems;
  long batchesWhileScarce;
  long itemsWhileScarce;

  /**
   * @param name as in the configuration
   * @param timeoutNs of a PutDialRequestBatch
   * @param meter told of each call to it
   */
  public TargetControl(
      String name,
      Target target,
      long timeoutNs,
      CallBudget budget,
      Breaker breaker,
      DispatchMeter meter) {
    this.name = name;
    this.target = target;
    this.timeoutNs = timeoutNs;
    this.budget = budget;
    this.breaker = breaker;
    this.meter = meter;
    this.bisecting = new Share(budget.perSecondMax() * SMALL_SHARE);
    this.probing = new Share(budget.perSecondMax() * SMALL_SHARE);
  }

  public String name() {
    return name;
  }

  public Target target() {
    return target;
  }

  public CallBudget budget() {
    return budget;
  }

  public Breaker breaker() {
    return breaker;
  }

  /** The circuit breaker: 0 closed, 1 half open, 2 open. Any thread. */
  public int breakerLevel() {
    return switch (breaker.state()) {
      case "CLOSED" -> 0;
      case "HALF_OPEN" -> 1;
      default -> 2;
    };
  }

  /** A gate is to be asked about at {@code timeNs}, unless it changes before. */
  void lookAtGatesFrom(long timeNs) {
    gatesDueNs = Math.min(gatesDueNs, timeNs);
  }

  long timeoutNs() {
    return timeoutNs;
  }

  DispatchMeter meter() {
    return meter;
  }

  /** What its clock says when ours says {@code nowMs}; tokens live by it. */
  long nowMs(long nowMs) {
    return nowMs + target.clockOffsetMs();
  }

  /** How far its clock is ahead of ours, but never behind; milliseconds. */
  long clockAheadMs() {
    return Math.max(0, target.clockOffsetMs());
  }
}
