package io.dialspool.target;

import io.netty.handler.codec.http.HttpHeaders;

/** How one exchange with the target ended. */
sealed interface Ended {
  /**
   * A whole answer, whatever its status.
   *
   * @param sent as the request was written
   * @param answered as the answer's head was there
   */
  record Answer(
      int status,
      HttpHeaders headers,
      byte[] body,
      TargetClock.Moment sent,
      TargetClock.Moment answered)
      implements Ended {
    /** The header's value; empty if it was not sent. */
    String header(String name) {
      String value = headers.get(name);
      return value == null ? "" : value.trim();
    }
  }

  /** Written at least in part, and no whole answer. */
  record Unanswered(String why) implements Ended {}

  /** Not a byte was written. */
  record NotSent(String why, boolean targetDown) implements Ended {}
}
