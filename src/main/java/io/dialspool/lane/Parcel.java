package io.dialspool.lane;

import java.util.List;

/**
 * Requests that go out again together: a call that got no answer is repeated as it was, a refused
 * one in halves. Keeping it whole is what lets a poison item be found.
 *
 * @param requests 1 to 25, in order
 * @param failures calls of this very parcel that got no answer or a 5xx
 * @param sinceSuccesses how many calls of the target had succeeded when it first failed
 * @param bisecting whether it is a half of a refused call, and pays from the bisecting budget
 * @param notBeforeNs backoff; monotonic nanoseconds
 */
public record Parcel(
    List<QueuedRequest> requests,
    int failures,
    long sinceSuccesses,
    boolean bisecting,
    long notBeforeNs) {
  public Parcel {
    requests = List.copyOf(requests);
  }
}
