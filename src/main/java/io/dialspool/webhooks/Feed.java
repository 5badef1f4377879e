package io.dialspool.webhooks;

import io.dialspool.request.CampaignId;
import io.dialspool.request.OutcomePage;
import io.dialspool.spool.OutcomeFeed;
import org.jspecify.annotations.Nullable;

/** The port to the feed; may wait for the disk. */
interface Feed {
  /**
   * Reads on.
   *
   * @param after a cursor; empty for the oldest that is kept
   * @param max 1 or more
   * @return null if the campaign is not known
   */
  @Nullable OutcomePage read(CampaignId campaign, String after, int max);

  /** Whether outcomes behind a cursor were let go unread. */
  boolean hasGapBehind(CampaignId campaign, String after);

  /** What lies behind a cursor and ended before a time. */
  OutcomeFeed.Stretch endedBefore(CampaignId campaign, String after, long beforeMs);
}
