package io.dialspool.dispatch;

import io.dialspool.lane.Lane;
import io.dialspool.lane.Place;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.Evidence;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.TargetReport;
import io.dialspool.request.WaitingFor;
import io.dialspool.spool.DeadlineBucket;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoredRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How things stand, counted where they live. Dispatch thread only. */
public final class Reports {
  private static final int ITEMS_MAX = 25;
  private final Dispatcher dispatcher;

  public Reports(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  public SpoolReport spool() {
    Counts sum = Counts.NONE;
    for (LaneControl control : dispatcher.lanes()) {
      sum = sum.plus(control.lane().counts());
    }
    return SpoolReport.of(sum, dispatcher.targets().stream().map(Reports::target).toList());
  }

  private static TargetReport target(TargetControl control) {
    CallBudget budget = control.budget();
    return new TargetReport(
        control.name(),
        budget.perSecondMax(),
        budget.perSecond(),
        control.calls,
        budget.throttledCalls(),
        control.batchItems,
        control.batchesWhileScarce,
        control.itemsWhileScarce,
        control.breaker().state());
  }

  public CampaignReport campaign(LaneControl control, long nowNs, long nowMs) {
    Lane lane = control.lane();
    Counts counts = lane.counts();
    long waiting = counts.queued() + counts.inFlight();
    boolean open = control.gate().isOpen(nowNs);
    double drain = control.drainPerSecond(nowNs);
    boolean moving = open && drain > 0;
    return new CampaignReport(
        lane.info().campaign(),
        control.target().name(),
        waitingFor(control, nowNs),
        open,
        control.gate().stateName(),
        control.gate().sinceMs(),
        control.gate().alarm(nowNs),
        counts,
        lane.oldestWaitingAcceptedAtMs(),
        lane.nextDeadlineMs(),
        drain,
        waiting == 0 ? 0 : moving ? Math.round(waiting / drain) : -1,
        willExpire(lane, moving ? drain : fastest(control), nowMs),
        control.occupancy().perSecond(),
        control.batchFill());
  }

  /** What holds the queue's head; null while nothing is queued. */
  public @Nullable WaitingFor waitingFor(LaneControl control, long nowNs) {
    return control.lane().counts().queued() == 0 ? null : waitingFor(control, null, nowNs);
  }

  // A campaign that isn't moving is judged by the fastest that the call budget admits: what it
  // loses is lost for certain.
  private static double fastest(LaneControl control) {
    return control.target().budget().perSecondMax() * ITEMS_MAX;
  }

  private static long willExpire(Lane lane, double perSecond, long nowMs) {
    long ahead = 0;
    long lost = 0;
    for (Map.Entry<Integer, Long> bucket : lane.unsettledByBucket().entrySet()) {
      double secondsLeft = (DeadlineBucket.endMs(bucket.getKey()) - nowMs) / 1_000.0;
      long inTime = Math.round(Math.max(0, secondsLeft * perSecond)) - ahead;
      long mine = bucket.getValue();
      lost += Math.max(0, mine - Math.max(0, inTime));
      ahead += Math.min(mine, Math.max(0, inTime));
    }
    return lost;
  }

  /** What the store found, with what is known of it in memory. */
  public RequestStatus live(Spool.Found found, long nowNs, long nowMs) {
    RequestStatus stored = found.status();
    StoredRequest request = found.request();
    LaneControl control = dispatcher.find(stored.campaignId());
    if (stored.state().isFinal() || control == null) {
      return stored;
    }
    QueuedRequest queued = control.lane().find(request.sequence());
    boolean inFlight =
        queued != null
            && (queued.place() == Place.IN_FLIGHT || queued.place() == Place.SETTLING_FROM_FLIGHT);
    boolean doubt = queued != null ? queued.maybeSent() : control.lane().mayHaveBeenSent(request);
    RequestState state =
        inFlight
            ? RequestState.IN_FLIGHT
            // It will never be sent, although its end may take some seconds to reach the disk.
            : request.deadlineMs() <= nowMs && !doubt ? RequestState.EXPIRED : RequestState.QUEUED;
    return new RequestStatus(
        stored.campaignId(),
        stored.clientToken(),
        stored.id(),
        state,
        state == RequestState.QUEUED ? waitingFor(control, queued, nowNs) : null,
        stored.phoneNumber(),
        stored.acceptedAtMs(),
        stored.deadlineMs(),
        firstSentAtMs(control.lane(), request, queued),
        0,
        queued == null ? 0 : queued.attempts(),
        queued == null ? null : queued.lastFailure(),
        stored.reason(),
        null,
        stored.redriveOf(),
        null,
        queued != null
            ? queued.evidence(Evidence.Policy.NONE)
            : control.lane().evidenceOnDisk(request, Evidence.Policy.NONE),
        stored.traceparent());
  }

  // As it will stand in the outcome should it end in doubt: since when its token may be at the
  // target.
  private static long firstSentAtMs(
      Lane lane, StoredRequest request, @Nullable QueuedRequest queued) {
    if (queued == null) {
      return lane.mayHaveBeenSent(request) ? lane.maybeSentSinceMs(request) : 0;
    }
    return queued.maybeSent()
        ? queued.tokenAliveUntilMs() - ClientToken.LIFE_MS
        : queued.firstSentAtMs();
  }

  private static WaitingFor waitingFor(
      LaneControl control, @Nullable QueuedRequest queued, long nowNs) {
    if (!control.gate().isOpen(nowNs)) {
      return control.gate().waitingFor(nowNs);
    }
    if (control.target().breaker().isOpen()) {
      return WaitingFor.TARGET_DOWN;
    }
    if (queued != null) {
      if (queued.place() != Place.WAITING) {
        return WaitingFor.BACKOFF;
      }
    }
    return control.waitingFor;
  }
}
