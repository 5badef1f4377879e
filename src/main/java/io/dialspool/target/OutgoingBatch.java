package io.dialspool.target;

import io.dialspool.request.CampaignId;
import java.util.List;

/**
 * One call's worth: items of one campaign.
 *
 * @param items 1 to 25, tokens distinct
 * @param windowMs how far ahead {@code expirationTime} may lie; 35,000 to 840,000
 */
public record OutgoingBatch(CampaignId campaign, List<OutgoingItem> items, long windowMs) {
  /**
   * Less than this before its deadline a request is not sent any more: the target wants 30 s ahead.
   * Milliseconds.
   */
  public static final long LEFT_MIN_MS = 35_000;

  public OutgoingBatch {
    items = List.copyOf(items);
  }

  /**
   * The {@code expirationTime} to send, made at the moment of writing to the socket.
   *
   * @param nowMs on the target's clock
   */
  public long expirationMs(OutgoingItem item, long nowMs) {
    return Math.min(item.deadlineMs(), nowMs + windowMs);
  }

  /**
   * Whether no item is too close to its deadline to be sent at {@code nowMs} on the target's clock.
   */
  public boolean maySendAt(long nowMs) {
    for (OutgoingItem item : items) {
      if (item.deadlineMs() - nowMs < LEFT_MIN_MS) {
        return false;
      }
    }
    return true;
  }
}
