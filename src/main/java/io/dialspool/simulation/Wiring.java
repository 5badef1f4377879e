package io.dialspool.simulation;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RedriveOrder;
import io.dialspool.spool.Route;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoreReply;
import io.dialspool.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How the simulated service is put together. What a test overrides is a defect planted between the
 * parts; the parts themselves stay those of production.
 */
class Wiring {
  SimulatedStore store() {
    return new SimulatedStore(Spool.spaces());
  }

  /**
   * The target as dispatch gets it.
   *
   * @param lines to each target, the default first
   */
  Target target(int index, List<SimulatedTarget.Line> lines) {
    return target(lines.get(index));
  }

  Target target(Target target) {
    return target;
  }

  /** What tells the spool where campaigns belong. */
  Route route(Route route) {
    return route;
  }

  Consumer<StoreReply> storeReplies(Consumer<StoreReply> dispatcher) {
    return dispatcher;
  }

  /** How long a target remembers a token. Source: contract section 8. */
  long tokenLifeMs() {
    return Duration.ofDays(7).toMillis();
  }

  double callsPerSecond(double configured) {
    return configured;
  }

  /** The wall clock as dispatch gets it. */
  long dispatchMs(long epochMs) {
    return epochMs;
  }

  /** What a client hears of its recall. */
  RecallAnswer recallAnswer(RecallAnswer answer) {
    return answer;
  }

  /** What a redrive asks for, as the look-up of dead letters gets it. */
  RedriveOrder redriveOrder(RedriveOrder order) {
    return order;
  }

  /** The campaigns that dispatch takes for paused at its start. */
  Set<CampaignId> paused(Set<CampaignId> kept) {
    return kept;
  }

  /**
   * Tells dispatch of a life cycle call that was answered.
   *
   * @param whenApplied what dispatch runs once it has taken that in
   */
  void campaignChanged(Consumer<Runnable> tellDispatch, Runnable whenApplied) {
    tellDispatch.accept(whenApplied);
  }
}
