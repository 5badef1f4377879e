package io.dialspool.dispatch;

/** Told of each call, on the dispatch thread. */
public interface DispatchMeter {
  /**
   * @param outcome {@code answered}, {@code throttled}, {@code refused}, {@code unanswered} or
   *     {@code not-sent}
   */
  void called(String outcome, int items, long durationNs);

  DispatchMeter NONE = (outcome, items, durationNs) -> {};
}
