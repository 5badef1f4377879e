package io.dialspool.target;

import io.dialspool.request.CampaignId;
import java.util.List;
import java.util.Map;

/** What came back from one GetCampaignStateBatch. */
public sealed interface StatesReply {
  /**
   * @param states as spelled on the wire, by campaign
   * @param notFound campaigns that the target doesn't know
   */
  record Answered(Map<CampaignId, String> states, List<CampaignId> notFound)
      implements StatesReply {}

  /**
   * No use: throttled, refused or unanswered.
   *
   * @param status HTTP status, 0 if there was none
   * @param code the error's name or what happened
   */
  record Failed(int status, String code, long retryAfterMs) implements StatesReply {}
}
