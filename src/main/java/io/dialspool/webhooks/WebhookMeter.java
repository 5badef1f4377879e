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

  /** Some outcomes left the feed before they could be brought. */
  void missed();

  /** How it stands, about once a second. */
  void standing(long lagMs, long deadOutcomes);
}
