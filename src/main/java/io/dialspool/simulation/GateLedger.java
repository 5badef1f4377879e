package io.dialspool.simulation;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one life of the service was told about each campaign, in the order in which it learnt it,
 * and whether that allows a call. Source: design section 6, gate.
 */
final class GateLedger {
  private static final long APART_NS = 5_000_000_000L;

  private static final class Told {
    String last = "nothing";
    @Nullable CampaignState state;
    boolean missing;
    boolean hasChanged;
    long changedNs;
    boolean oneRunning;
    long firstRunningNs;
  }

  private final Judge judge;
  private final Set<CampaignId> paused;
  private final Set<CampaignId> everPaused;
  private final Set<CampaignId> mayBeDoubted;
  private final Map<CampaignId, Told> campaigns = new HashMap<>();

  /**
   * @param paused campaigns whose pause was answered through us in this life or an earlier one, and
   *     of which nothing else was told since
   * @param everPaused campaigns that were told as paused in any way, in this life or an earlier one
   */
  GateLedger(Judge judge, Set<CampaignId> paused, Set<CampaignId> everPaused) {
    this.judge = judge;
    this.paused = paused;
    this.everPaused = everPaused;
    this.mayBeDoubted = Set.copyOf(everPaused);
    for (CampaignId campaign : paused) {
      Told told = told(campaign);
      told.state = CampaignState.PAUSED;
      told.last = "paused through us before the start";
    }
  }

  private Told told(CampaignId campaign) {
    return campaigns.computeIfAbsent(campaign, key -> new Told());
  }

  /** A life cycle call through us was answered. */
  void answeredThroughUs(CampaignId campaign, CampaignState state, long nowNs) {
    Told told = told(campaign);
    told.missing = false;
    become(campaign, told, state, "our own call: " + state.wire(), nowNs);
    told.hasChanged = true;
    told.changedNs = nowNs;
    if (state == CampaignState.PAUSED) {
      paused.add(campaign);
    }
  }

  /** A put was answered with 409 and a state that we know. */
  void refusedIn(CampaignId campaign, CampaignState state, long nowNs) {
    if (state != CampaignState.RUNNING) {
      Told told = told(campaign);
      become(campaign, told, state, "409: " + state.wire(), nowNs);
      told.hasChanged = true;
      told.changedNs = nowNs;
    }
  }

  /** A put was answered with 404, or a state's read with ResourceNotFound. */
  void notFound(CampaignId campaign) {
    Told told = told(campaign);
    told.missing = true;
    told.last = "not found";
  }

  /** It was deleted through us, and with it that it was paused. */
  void deletedThroughUs(CampaignId campaign) {
    notFound(campaign);
    paused.remove(campaign);
  }

  /** A state was read. */
  void observed(CampaignId campaign, CampaignState state, long beganNs, long nowNs) {
    Told told = told(campaign);
    if (told.hasChanged && beganNs <= told.changedNs) {
      return; // it may be older than what we know
    }
    told.missing = false;
    if (state == CampaignState.RUNNING && told.state == CampaignState.PAUSED) {
      if (!told.oneRunning) {
        told.oneRunning = true;
        told.firstRunningNs = beganNs;
        return;
      }
      if (beganNs - told.firstRunningNs < APART_NS) {
        return;
      }
    }
    become(campaign, told, state, "read: " + state.wire(), nowNs);
  }

  private void become(CampaignId campaign, Told told, CampaignState state, String how, long nowNs) {
    if (told.state != state) {
      told.state = state;
      told.hasChanged = true;
      told.changedNs = nowNs;
    }
    told.last = how;
    if (state == CampaignState.PAUSED) {
      everPaused.add(campaign);
    }
    told.oneRunning = false;
    if (state != CampaignState.PAUSED) {
      paused.remove(campaign);
    }
  }

  /** Whether this life may have begun with doubts that the campaign runs. */
  boolean mayBeDoubted(CampaignId campaign) {
    return mayBeDoubted.contains(campaign);
  }

  /** Whether a call may begin. */
  boolean isOpen(CampaignId campaign) {
    Told told = told(campaign);
    return told.state == CampaignState.RUNNING && !told.missing;
  }

  /** A call is about to begin. */
  void calling(CampaignId campaign) {
    if (!isOpen(campaign)) {
      throw judge.failure(
          Checker.GATE,
          "a call for campaign %s although it was told %s",
          campaign,
          told(campaign).last);
    }
  }
}
