package io.dialspool.spool;

import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import org.jspecify.annotations.Nullable;

/**
 * A request's end.
 *
 * @param state a final one
 * @param attempts calls that could have settled it
 * @param firstSentAtMs 0 if it was never in a call
 * @param targetDialRequestId the target's id, for SUBMITTED
 */
public record Settlement(
    StoredRequest request,
    RequestState state,
    Reason reason,
    int attempts,
    long firstSentAtMs,
    long settledAtMs,
    @Nullable String targetDialRequestId) {}
