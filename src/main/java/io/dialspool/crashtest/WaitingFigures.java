package io.dialspool.crashtest;

import java.util.List;

/**
 * How it went with the requests that waited for a paused campaign; 0 for what was not come to.
 *
 * @param requests of them
 * @param fillSeconds until the last of them was acknowledged
 * @param readySeconds from each start until ready, in order, while they waited
 * @param asked statuses read while they waited, each of them QUEUED
 * @param recountSeconds that {@code spool check} took to count the whole spool anew
 * @param deliverySeconds from their campaign's resume until everything had ended, starts included
 */
record WaitingFigures(
    int requests,
    double fillSeconds,
    List<Double> readySeconds,
    int asked,
    double recountSeconds,
    double deliverySeconds) {
  WaitingFigures {
    readySeconds = List.copyOf(readySeconds);
  }

  /** No time of 0 s divides. */
  static double perSecond(int count, double seconds) {
    return seconds > 0 ? count / seconds : 0;
  }
}
