package io.dialspool.spool;

import io.dialspool.request.Evidence;
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
 * @param evidence what else is known of its calls, unless it was taken or never in one
 */
public record Settlement(
    StoredRequest request,
    RequestState state,
    Reason reason,
    int attempts,
    long firstSentAtMs,
    long settledAtMs,
    @Nullable String targetDialRequestId,
    @Nullable Evidence evidence) {

  /** One of which nothing else is known. */
  public Settlement(
      StoredRequest request,
      RequestState state,
      Reason reason,
      int attempts,
      long firstSentAtMs,
      long settledAtMs,
      @Nullable String targetDialRequestId) {
    this(request, state, reason, attempts, firstSentAtMs, settledAtMs, targetDialRequestId, null);
  }
}
