package io.dialspool.webhooks;

/** Counts what one webhook does. On the webhooks' thread. */
public interface WebhookMeter {
  /** A call that the receiver took. */
  void delivered(int outcomes, long durationNs);

  /** A call that the receiver refused. */
  void refused(long durationNs);

  /** A call that the receiver didn't answer, or only with "later". */
  void unanswered(long durationNs);

  /** Outcomes that became dead letters. */
  void givenUp(long outcomes);

  /** Groups of outcomes that the feed let go before they could be brought; at least so many. */
  void missed(long groups);

  /** How it stands, about once a second. */
  void standing(long lagMs, long deadOutcomes);
}
