package io.dialspool.dispatch;

/** Something for the dispatch thread to do at the beginning of its next turn. */
public interface Event {
  /**
   * @param nowNs monotonic
   * @param nowMs wall clock
   */
  void at(long nowNs, long nowMs);
}
