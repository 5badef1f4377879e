package io.dialspool.campaignservice;

import static io.dialspool.request.CampaignState.INITIALIZED;
import static io.dialspool.request.CampaignState.PAUSED;
import static io.dialspool.request.CampaignState.RUNNING;
import static io.dialspool.request.CampaignState.STOPPED;

import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignState;

/**
 * Which call is legal in which state, and where it leads: the matrix of contract section 7 in its
 * v1 reading, where a campaign may be deleted in any state. Completed is as Stopped.
 */
enum Lifecycle {
  START("StartCampaign", RUNNING),
  PAUSE("PauseCampaign", PAUSED),
  RESUME("ResumeCampaign", RUNNING),
  STOP("StopCampaign", STOPPED);

  private final String call;
  private final CampaignState to;

  Lifecycle(String call, CampaignState to) {
    this.call = call;
    this.to = to;
  }

  private boolean isLegalIn(CampaignState state) {
    return switch (this) {
      case START -> state == INITIALIZED;
      case PAUSE -> state == RUNNING;
      case RESUME -> state == PAUSED;
      case STOP -> state == RUNNING || state == PAUSED;
    };
  }

  CampaignState to() {
    return to;
  }

  /** Refuses the move if the campaign's state doesn't let it. */
  void check(Campaign campaign) {
    if (!isLegalIn(campaign.state())) {
      throw refused(campaign, call);
    }
  }

  /** Refuses dial requests to a campaign that doesn't run. */
  static void checkDialable(Campaign campaign) {
    if (!campaign.isRunning()) {
      throw refused(campaign, "PutDialRequestBatch");
    }
  }

  private static Refused refused(Campaign campaign, String call) {
    String state = campaign.state().wire();
    return new Refused(
        ApiError.invalidCampaignState(
            "Campaign "
                + campaign.id()
                + " is "
                + state
                + ": "
                + call
                + " is not legal now (legal: "
                + legal(campaign.state())
                + ").",
            state));
  }

  private static String legal(CampaignState state) {
    var calls = new StringBuilder();
    for (Lifecycle move : values()) {
      if (move.isLegalIn(state)) {
        calls.append(move.call).append(", ");
      }
    }
    if (state == RUNNING) {
      calls.append("PutDialRequestBatch, ");
    }
    return calls.append("DeleteCampaign").toString();
  }
}
