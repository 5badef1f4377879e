package io.dialspool.request;

/**
 * Which waiting requests of a campaign are to be taken back.
 *
 * @param phoneNumber only those to this number; empty for the whole campaign. Sensitive: never into
 *     a log
 * @param dryRun only count
 * @param after where an earlier answer left off; empty to begin
 */
public record RecallOrder(String phoneNumber, boolean dryRun, String after) {
  @Override
  public String toString() {
    return "RecallOrder[phoneNumber="
        + RequestStatus.masked(phoneNumber)
        + ", dryRun="
        + dryRun
        + ", after="
        + after
        + "]";
  }
}
