package io.dialspool.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters of a campaign are to be accepted anew. What is left open matches all.
 *
 * @param state {@code REJECTED}, {@code EXPIRED} or {@code UNDELIVERABLE}
 * @param settledFromMs ended then or later; milliseconds since 1970
 * @param settledBeforeMs ended before
 * @param clientTokens these alone; empty for all
 * @param inDoubt also those that were perhaps dialled; one named in {@code clientTokens} is taken
 *     in any case
 * @param deadlineMs of the new requests; milliseconds since 1970
 * @param dryRun only count
 * @param after where an earlier answer left off; empty to begin
 */
public record RedriveOrder(
    @Nullable RequestState state,
    @Nullable Reason reason,
    long settledFromMs,
    long settledBeforeMs,
    List<ClientToken> clientTokens,
    boolean inDoubt,
    long deadlineMs,
    boolean dryRun,
    String after) {
  public RedriveOrder {
    clientTokens = List.copyOf(clientTokens);
  }

  /** Whether a dead letter that ended so is meant; doubt and history aside. */
  public boolean matches(RequestState itsState, Reason itsReason, long settledAtMs) {
    return (state == null || state == itsState)
        && (reason == null || reason == itsReason)
        && settledAtMs >= settledFromMs
        && settledAtMs < settledBeforeMs;
  }
}
