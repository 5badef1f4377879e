package io.dialspool.dispatch;

import io.dialspool.lane.Lane;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.spool.DeadlineBucket;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoreReply;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.StoredRequest;
import java.util.Map;

/**
 * Ends held requests whose deadline has passed, paused or not. The counts per deadline bucket say
 * whether there is anything to look for; the spool's deadline index says in which pages. A wall
 * clock that jumps against the monotonic one stops all expiry for a minute: better late than wrong.
 */
final class ExpirySweeper {
  private static final long SPAN_NS = 1_000_000_000L;
  private static final long JUMP_MS = 5_000;
  private static final long PAUSE_NS = 60_000_000_000L;

  private final StoreWorker store;
  private final Alarms alarms;
  private long nextNs = Long.MIN_VALUE;
  private boolean started;
  private long wallAheadMs;
  private long pausedUntilNs = Long.MIN_VALUE;

  ExpirySweeper(StoreWorker store, Alarms alarms) {
    this.store = store;
    this.alarms = alarms;
  }

  /** Watches the clocks; call every turn. */
  void watch(long nowNs, long nowMs) {
    long ahead = nowMs - nowNs / 1_000_000;
    if (started && Math.abs(ahead - wallAheadMs) > JUMP_MS) {
      pausedUntilNs = nowNs + PAUSE_NS;
      alarms.raise(
          Alarms.Kind.CLOCK_JUMPED,
          "the wall clock jumped by "
              + (ahead - wallAheadMs)
              + " ms; nothing expires for a minute");
    }
    // Always against the last turn: a clock that is slewed slowly doesn't jump.
    wallAheadMs = ahead;
    started = true;
  }

  boolean isPaused(long nowNs) {
    return nowNs < pausedUntilNs;
  }

  /** Whether it is time to look through the lanes. */
  boolean isDue(long nowNs) {
    if (nowNs < nextNs || isPaused(nowNs)) {
      return false;
    }
    nextNs = nowNs + SPAN_NS;
    return true;
  }

  void sweep(LaneControl control, long nowMs) {
    Lane lane = control.lane();
    if (DeadlineBucket.endMs(lane.firstBucket()) > nowMs) {
      return;
    }
    for (QueuedRequest request : lane.overdue(nowMs)) {
      lane.settle(request, RequestState.EXPIRED, Reason.NONE, null, nowMs);
    }
    if (control.sweeping || !lane.hasMoreOnDisk()) {
      return;
    }
    for (Map.Entry<Integer, Long> bucket : lane.unsettledByBucket().entrySet()) {
      if (DeadlineBucket.endMs(bucket.getKey()) > nowMs) {
        return;
      }
      if (bucket.getKey() > control.sweptThrough) {
        control.sweeping = true;
        store.offer(new StoreCommand.Sweep(lane.info(), bucket.getKey(), 0, lane.tail()));
        return;
      }
    }
  }

  void swept(LaneControl control, StoreReply.Swept reply, long nowNs, long nowMs) {
    Lane lane = control.lane();
    control.sweeping = false;
    if (isPaused(nowNs)) {
      return; // looked for again afterwards
    }
    for (StoredRequest request : reply.expired()) {
      if (request.deadlineMs() <= nowMs) {
        lane.settleOnDisk(request, RequestState.EXPIRED, Reason.NONE, nowMs);
      }
    }
    if (reply.nextPage() != 0) {
      control.sweeping = true;
      store.offer(
          new StoreCommand.Sweep(lane.info(), reply.bucket(), reply.nextPage(), lane.tail()));
    } else {
      control.sweptThrough = Math.max(control.sweptThrough, reply.bucket());
    }
  }
}
