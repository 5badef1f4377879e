package io.dialspool.request;

import org.jspecify.annotations.Nullable;

/**
 * How one campaign stands. Source: api.md, {@code GET /campaigns/{id}/spool}. Times are
 * milliseconds since 1970, 0 for none.
 *
 * @param waitingFor what holds the queue's head; null while nothing is queued
 * @param gateState as spelled on the wire, or {@code Unknown}
 * @param alarm what a person must look at before its calls go on; null if no alarm holds it
 * @param drainPerSecond requests that reached an outcome by being sent, over the last minute
 * @param etaSeconds until the queue is empty at that rate; -1 if it isn't moving
 * @param willExpire queued requests whose deadline comes before their turn at that rate
 * @param occupancyPerSecond what the dialer is believed to take; 0 while it never said "full"
 * @param batchFill items a call, on average
 */
public record CampaignReport(
    CampaignId campaignId,
    String target,
    @Nullable WaitingFor waitingFor,
    boolean gateOpen,
    String gateState,
    long gateSinceMs,
    @Nullable String alarm,
    Counts counts,
    long oldestQueuedAtMs,
    long nextDeadlineMs,
    double drainPerSecond,
    long etaSeconds,
    long willExpire,
    double occupancyPerSecond,
    double batchFill) {

  /** One that no alarm holds. */
  public CampaignReport(
      CampaignId campaignId,
      String target,
      @Nullable WaitingFor waitingFor,
      boolean gateOpen,
      String gateState,
      long gateSinceMs,
      Counts counts,
      long oldestQueuedAtMs,
      long nextDeadlineMs,
      double drainPerSecond,
      long etaSeconds,
      long willExpire,
      double occupancyPerSecond,
      double batchFill) {
    this(
        campaignId,
        target,
        waitingFor,
        gateOpen,
        gateState,
        gateSinceMs,
        null,
        counts,
        oldestQueuedAtMs,
        nextDeadlineMs,
        drainPerSecond,
        etaSeconds,
        willExpire,
        occupancyPerSecond,
        batchFill);
  }
}
