package io.dialspool.target;

import io.dialspool.request.FailureCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came back from one PutDialRequestBatch. Which items a reply settles is decided by reconcile,
 * not here.
 */
public sealed interface BatchReply {

  /** 200 with a readable body; nothing in it is taken on trust. */
  record Answered(List<Success> successes, List<Failure> failures) implements BatchReply {}

  /**
   * Any other status.
   *
   * @param code from {@code x-amzn-ErrorType} or the body's {@code __type}, without namespace and
   *     suffix; empty if neither
   * @param state of InvalidCampaignStateException, as spelled on the wire
   * @param retryAfterMs from {@code Retry-After}; -1 if it was not there
   */
  record Refused(int status, String code, String message, @Nullable String state, long retryAfterMs)
      implements BatchReply {}

  /**
   * Written at least in part, and no readable answer: perhaps carried out.
   *
   * @param why {@code timeout}, {@code connection lost}, {@code unreadable answer}
   */
  record Unanswered(String why) implements BatchReply {}

  /**
   * Surely not sent: no connection, no credentials, or a deadline came too close while waiting for
   * a connection.
   *
   * @param why in words
   * @param targetDown whether the target could not be reached
   */
  record NotSent(String why, boolean targetDown) implements BatchReply {}

  /** An entry of {@code successfulRequests}; both members may be missing. */
  record Success(@Nullable String clientToken, @Nullable String id) {}

  /** An entry of {@code failedRequests}; the token may be missing. */
  record Failure(@Nullable String clientToken, FailureCode failureCode) {}
}
