package io.dialspool.request;

import org.jspecify.annotations.Nullable;

/**
 * All we know of one dial request. End states are synced ones. Times are milliseconds since 1970, 0
 * for never.
 *
 * @param phoneNumber as it was given; mask it before it leaves the process
 * @param waitingFor only while QUEUED
 * @param lastFailure the target's failure code or our word for what went wrong last
 * @param evidence what else is known of its calls; null for one that was taken or in none
 * @param redriveOf the dead letter that it was redriven from
 * @param redrivenAs the request that it was redriven as
 * @param traceparent the trace that it came with; null for none
 */
public record RequestStatus(
    CampaignId campaignId,
    ClientToken clientToken,
    RequestId id,
    RequestState state,
    @Nullable WaitingFor waitingFor,
    String phoneNumber,
    long acceptedAtMs,
    long deadlineMs,
    long firstSentAtMs,
    long settledAtMs,
    int attempts,
    @Nullable String lastFailure,
    Reason reason,
    @Nullable String targetDialRequestId,
    @Nullable RequestId redriveOf,
    @Nullable RequestId redrivenAs,
    @Nullable Evidence evidence,
    @Nullable Traceparent traceparent) {

  /** One that has nothing to do with a redrive. */
  public RequestStatus(
      CampaignId campaignId,
      ClientToken clientToken,
      RequestId id,
      RequestState state,
      @Nullable WaitingFor waitingFor,
      String phoneNumber,
      long acceptedAtMs,
      long deadlineMs,
      long firstSentAtMs,
      long settledAtMs,
      int attempts,
      @Nullable String lastFailure,
      Reason reason,
      @Nullable String targetDialRequestId) {
    this(
        campaignId,
        clientToken,
        id,
        state,
        waitingFor,
        phoneNumber,
        acceptedAtMs,
        deadlineMs,
        firstSentAtMs,
        settledAtMs,
        attempts,
        lastFailure,
        reason,
        targetDialRequestId,
        null,
        null,
        null,
        null);
  }

  /** One of whose calls nothing else is known. */
  public RequestStatus(
      CampaignId campaignId,
      ClientToken clientToken,
      RequestId id,
      RequestState state,
      @Nullable WaitingFor waitingFor,
      String phoneNumber,
      long acceptedAtMs,
      long deadlineMs,
      long firstSentAtMs,
      long settledAtMs,
      int attempts,
      @Nullable String lastFailure,
      Reason reason,
      @Nullable String targetDialRequestId,
      @Nullable RequestId redriveOf,
      @Nullable RequestId redrivenAs) {
    this(
        campaignId,
        clientToken,
        id,
        state,
        waitingFor,
        phoneNumber,
        acceptedAtMs,
        deadlineMs,
        firstSentAtMs,
        settledAtMs,
        attempts,
        lastFailure,
        reason,
        targetDialRequestId,
        redriveOf,
        redrivenAs,
        null,
        null);
  }

  /** {@code +1206*****00}: country and area stay readable, the subscriber doesn't. */
  public String maskedPhoneNumber() {
    return masked(phoneNumber);
  }

  /** What may be shown of a number. */
  public static String masked(String phoneNumber) {
    int length = phoneNumber.length();
    if (length <= 7) {
      return "*".repeat(length);
    }
    return phoneNumber.substring(0, 5) + "*".repeat(length - 7) + phoneNumber.substring(length - 2);
  }
}
