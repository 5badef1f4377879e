package io.dialspool.request;

/** What became of a recall. What it says is synced. */
public sealed interface RecallAnswer {
  /** It will never be sent; also said again on a repeated recall. */
  record Cancelled() implements RecallAnswer {}

  /**
   * It was sent, may have been sent, or has ended otherwise.
   *
   * @param state where it stands now
   */
  record TooLate(RequestState state) implements RecallAnswer {}

  /** No such clientToken in this campaign. */
  record Unknown() implements RecallAnswer {}

  /** Can't be answered now: draining, or the store has stopped. */
  record Unavailable() implements RecallAnswer {}
}
