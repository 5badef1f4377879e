package io.dialspool.simulation;

import io.dialspool.request.CampaignId;
import io.dialspool.request.FailureCode;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whether the lanes of a target take turns, in one life of the service.
 *
 * <p><b>Fair</b>: of L lanes of a target, one that can send, and could for the last second, sees at
 * most {@code 2 L + 2} calls of others before it has its turn, however few calls there are. (In
 * turn it would be L - 1; the rest is for lanes that come and go.)
 *
 * <p><b>Can send</b>, told from outside and so rather too seldom than too often: its gate is open
 * by {@link GateLedger} (and a call proved it, if the campaign was ever paused before this life);
 * 25 requests or more lie in it that were acknowledged, never in a call and never asked to be
 * recalled, with 20 minutes until their deadline, which is a full batch whatever the linger is;
 * fewer than 25 requests that were in a call still wait for their end, and less than half a window
 * (else these may block the window); for a minute and a second no call of it went without a
 * success, which covers every hold and alarm; and its dialer was never full in this life, since
 * then it is the pace that holds it. Reading its pages and writing its mark are what the second is
 * for.
 */
final class FairnessLedger {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long TROUBLED_NS = 61 * SECOND_NS;
  private static final int BATCH = 25;

  private static final class Turn {
    final Set<String> open = new HashSet<>();
    boolean called;
    boolean paced;
    boolean waiting;
    long canSendSinceNs;
    long troubledUntilNs;
    int passedOver;
  }

  private final Judge judge;
  private final SimulatedClock clock;
  private final IntakeLedger intake;
  private final GateLedger gates;
  private final Tally tally;
  private final int openMax;
  private final Map<CampaignId, Turn> lanes = new HashMap<>();

  /**
   * @param windowItems that a lane may have loaded
   */
  FairnessLedger(
      Judge judge,
      SimulatedClock clock,
      IntakeLedger intake,
      GateLedger gates,
      Tally tally,
      Iterable<CampaignId> campaigns,
      int windowItems) {
    this.judge = judge;
    this.clock = clock;
    this.intake = intake;
    this.gates = gates;
    this.tally = tally;
    openMax = Math.min(BATCH - 1, windowItems / 2 - BATCH);
    for (CampaignId campaign : campaigns) {
      Turn turn = new Turn();
      // What an earlier life left is loaded first, and some of it may be in doubt.
      turn.troubledUntilNs = clock.virtualNs() + 2 * SECOND_NS;
      lanes.put(campaign, turn);
    }
  }

  private Turn turn(CampaignId campaign) {
    return lanes.computeIfAbsent(campaign, key -> new Turn());
  }

  /** A clock of ours jumped: what seems overdue holds up its lane until that is sure. */
  void clockJumped() {
    for (Turn turn : lanes.values()) {
      turn.troubledUntilNs = clock.virtualNs() + TROUBLED_NS;
    }
  }

  /** A call begins, whether or not it gets out. */
  void called(OutgoingBatch batch) {
    CampaignId campaign = batch.campaign();
    Turn its = turn(campaign);
    for (OutgoingItem item : batch.items()) {
      its.open.add(item.clientToken());
    }
    its.called = true;
    its.waiting = false;
    its.passedOver = 0;
    long nowNs = clock.virtualNs();
    lanes.forEach(
        (other, turn) -> {
          if (turn != its) {
            passedOver(other, turn, campaign, nowNs);
          }
        });
  }

  private void passedOver(CampaignId lane, Turn turn, CampaignId by, long nowNs) {
    if (!canSend(lane, turn, nowNs)) {
      turn.waiting = false;
      turn.passedOver = 0;
      return;
    }
    if (!turn.waiting) {
      turn.waiting = true;
      turn.canSendSinceNs = nowNs;
    }
    if (nowNs - turn.canSendSinceNs < SECOND_NS) {
      return;
    }
    tally.count(Happening.LANE_WAITED_FOR_ITS_TURN);
    if (++turn.passedOver > 2 * lanes.size() + 2) {
      throw judge.failure(
          Checker.FAIRNESS,
          "%s could send for %d ms and was passed over by %d calls, the last of %s",
          lane,
          (nowNs - turn.canSendSinceNs) / 1_000_000,
          turn.passedOver,
          by);
    }
  }

  private boolean canSend(CampaignId lane, Turn turn, long nowNs) {
    return !turn.paced
        && (turn.called || !gates.mayBeDoubted(lane))
        && nowNs >= turn.troubledUntilNs
        && turn.open.size() <= openMax
        && gates.isOpen(lane)
        && intake.hasFresh(lane.value(), BATCH);
  }

  /** A call came back. */
  void answered(OutgoingBatch batch, BatchReply reply) {
    Turn turn = turn(batch.campaign());
    boolean succeeded = false;
    if (reply instanceof BatchReply.Answered answered) {
      for (BatchReply.Success success : answered.successes()) {
        succeeded |= turn.open.remove(success.clientToken());
      }
      for (BatchReply.Failure failure : answered.failures()) {
        turn.paced |= failure.failureCode() == FailureCode.REQUEST_THROTTLED;
      }
    }
    if (!succeeded) {
      turn.troubledUntilNs = clock.virtualNs() + TROUBLED_NS;
    }
  }
}
