package io.dialspool.target;

/** The target's answer to a {@link RawCall}. */
public sealed interface RawAnswer {
  /**
   * @param errorType the {@code x-amzn-ErrorType} header; empty if there was none
   * @param requestId the {@code x-amzn-RequestId} header; empty if there was none
   * @param retryAfter the {@code Retry-After} header; empty if there was none
   */
  record Answered(
      int status,
      String contentType,
      String errorType,
      String requestId,
      String retryAfter,
      byte[] body)
      implements RawAnswer {}

  /** No answer: unreachable, timeout, connection lost. */
  record Unanswered(String why) implements RawAnswer {}
}
