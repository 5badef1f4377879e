package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.target.TargetIdentity;
import java.util.Optional;

/** Where the requests of a campaign are to go. */
public interface Route {
  /** Where those of a campaign go that has no lane yet. Ring's thread. */
  TargetIdentity of(CampaignId campaign);

  /**
   * Where the configuration sends a lane from before the start; asked while the spool opens.
   *
   * @param stored where its requests went so far
   * @param waiting whether some of them still wait
   * @return empty if the configuration doesn't say, and has the stored target no longer
   */
  default Optional<TargetIdentity> ofStored(
      CampaignId campaign, TargetIdentity stored, boolean waiting) {
    return Optional.of(of(campaign));
  }
}
