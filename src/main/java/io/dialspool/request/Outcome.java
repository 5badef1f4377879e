package io.dialspool.request;

import org.jspecify.annotations.Nullable;

/**
 * One ended request as the feed tells it. Times are milliseconds since 1970.
 *
 * @param cursor the place behind it in the feed
 * @param firstSentAtMs 0 if it was never in a call
 * @param evidence what else is known of its calls; null for one that was taken or in none
 * @param phoneNumber as it was given, and
 * @param attributes as a JSON object: mask both before they leave the process
 */
public record Outcome(
    String cursor,
    RequestId id,
    ClientToken clientToken,
    RequestState state,
    Reason reason,
    @Nullable String targetDialRequestId,
    int attempts,
    long firstSentAtMs,
    @Nullable Evidence evidence,
    long acceptedAtMs,
    long deadlineMs,
    long settledAtMs,
    String phoneNumber,
    String attributes,
    @Nullable RequestId redriveOf,
    @Nullable RequestId redrivenAs) {}
