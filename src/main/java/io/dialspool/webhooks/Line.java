package io.dialspool.webhooks;

import io.dialspool.request.CampaignId;
import io.dialspool.spool.OutcomeFeed.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * How far one campaign's outcomes have been brought; or a dead delivery that is being brought
 * again. At most one call of it is under way, which keeps the order. Webhooks' thread only.
 */
final class Line {
  final CampaignId campaign;

  /** The key of the dead delivery; null for the feed itself. */
  final @Nullable String dead;

  /** Everything up to here was brought or given up. */
  Cursor after;

  /** When to look at it next, if it is in the queue. */
  long dueNs;

  boolean queued;
  boolean sending;

  /** Whether something ended since the last look at the feed began. */
  boolean dirty;

  /** Outcomes of the call that failed, so that a repeat is the same message; 0 for none. */
  int repeats;

  int refusals;

  /** Where a gap of the feed was met last. */
  @Nullable Cursor gapSaid;

  /** Since when something is known to wait; milliseconds since 1970, 0 for nothing. */
  long waitingSinceMs;

  Line(CampaignId campaign, @Nullable String dead, Cursor after) {
    this.campaign = campaign;
    this.dead = dead;
    this.after = after;
  }
}
