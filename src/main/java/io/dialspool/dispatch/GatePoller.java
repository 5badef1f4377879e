package io.dialspool.dispatch;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.target.StatesReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Keeps the gates of one target's lanes up to date while these have something to send: 25 campaigns
 * a call, at most two calls a second.
 */
final class GatePoller {
  private static final int CAMPAIGNS_MAX = 25;
  private static final long SPAN_NS = 500_000_000L;
  private static final long TIMEOUT_NS = 5_000_000_000L;

  private final TargetControl target;
  private final Consumer<Event> inbox;
  private final BiConsumer<CampaignId, CampaignState> seen;
  private boolean asking;
  private long nextNs = Long.MIN_VALUE;

  /**
   * @param seen told every state that was read
   */
  GatePoller(
      TargetControl target, Consumer<Event> inbox, BiConsumer<CampaignId, CampaignState> seen) {
    this.target = target;
    this.inbox = inbox;
    this.seen = seen;
  }

  /** Asks if it is time; {@code gateMoved} is told of each lane whose gate was looked at. */
  int poll(long nowNs, Consumer<LaneControl> gateMoved) {
    if (asking || nowNs < nextNs || nowNs < target.gatesDueNs) {
      return 0;
    }
    // Looking through all lanes costs; what changes a gate or fills a lane says so.
    target.gatesDueNs = Long.MAX_VALUE;
    var due = new ArrayList<LaneControl>();
    for (LaneControl control : target.lanes.values()) {
      if (control.lane().hasUnsettled() && control.ending() == null) {
        target.lookAtGatesFrom(control.gate().askNs());
        if (control.gate().askNs() <= nowNs) {
          due.add(control);
        }
      }
    }
    if (due.isEmpty()) {
      return 0;
    }
    due.sort(Comparator.comparingLong(control -> control.gate().askNs()));
    ask(List.copyOf(due.subList(0, Math.min(CAMPAIGNS_MAX, due.size()))), nowNs, gateMoved);
    return 1;
  }

  private void ask(List<LaneControl> asked, long beganNs, Consumer<LaneControl> gateMoved) {
    asking = true;
    nextNs = beganNs + SPAN_NS;
    Map<CampaignId, LaneControl> byCampaign = new HashMap<>();
    for (LaneControl control : asked) {
      byCampaign.put(control.lane().info().campaign(), control);
    }
    target
        .target()
        .states(
            List.copyOf(byCampaign.keySet()),
            TIMEOUT_NS,
            reply ->
                inbox.accept(
                    (nowNs, nowMs) -> {
                      asking = false;
                      if (reply instanceof StatesReply.Answered answered) {
                        answered(byCampaign, answered, beganNs, nowNs, nowMs);
                      } else if (reply instanceof StatesReply.Failed failed) {
                        nextNs = nowNs + Math.max(2 * SPAN_NS, failed.retryAfterMs() * 1_000_000);
                        asked.forEach(control -> control.gate().askFailed(nowNs));
                      }
                      asked.forEach(gateMoved);
                    }));
  }

  private void answered(
      Map<CampaignId, LaneControl> asked,
      StatesReply.Answered reply,
      long beganNs,
      long nowNs,
      long nowMs) {
    asked.forEach(
        (campaign, control) -> {
          String wire = reply.states().get(campaign);
          CampaignState state = wire == null ? null : CampaignState.ofWire(wire).orElse(null);
          if (state != null) {
            seen.accept(campaign, state);
            control.gate().observed(state, beganNs, nowNs, nowMs);
          } else if (reply.notFound().contains(campaign)) {
            control.gate().notFound(nowNs);
          } else {
            control.gate().askFailed(nowNs);
          }
        });
  }
}
