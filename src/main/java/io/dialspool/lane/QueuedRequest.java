package io.dialspool.lane;

import io.dialspool.request.Evidence;
import io.dialspool.spool.StoredRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way: what is stored, and what has happened to it since it was loaded. Dispatch
 * thread only.
 */
public final class QueuedRequest {
  private final StoredRequest stored;
  private final long waitingSinceNs;
  private Place place = Place.WAITING;
  private int attempts;
  private Evidence.Doubt doubt = Evidence.Doubt.NONE;
  private int calls;
  private long lastSentAtMs;
  private long firstSentAtMs;
  private long tokenAliveUntilMs = Long.MAX_VALUE;
  private long notBeforeNs;
  private @Nullable String lastFailure;

  QueuedRequest(StoredRequest stored, long nowNs) {
    this.stored = stored;
    this.waitingSinceNs = nowNs;
  }

  public StoredRequest stored() {
    return stored;
  }

  public long sequence() {
    return stored.sequence();
  }

  public long deadlineMs() {
    return stored.deadlineMs();
  }

  /** When it came into the window; monotonic nanoseconds. */
  public long waitingSinceNs() {
    return waitingSinceNs;
  }

  public Place place() {
    return place;
  }

  void place(Place now) {
    place = now;
  }

  /** Calls that could have settled it and didn't. */
  public int attempts() {
    return attempts;
  }

  public void countAttempt() {
    attempts++;
  }

  /**
   * Whether some call with it went unanswered, in this life of the process or before. Only a
   * success clears that.
   */
  public boolean maybeSent() {
    return doubt != Evidence.Doubt.NONE;
  }

  /**
   * Its token is good for a resend until {@code aliveUntilMs}; the earliest such time stands, and
   * the strongest reason.
   */
  public void maybeSentUntil(long aliveUntilMs, Evidence.Doubt why) {
    doubt = why.compareTo(doubt) > 0 ? why : doubt;
    tokenAliveUntilMs = Math.min(tokenAliveUntilMs, aliveUntilMs);
  }

  /**
   * After this a maybe-sent request must not be sent again: the target may have forgotten the
   * token.
   */
  public long tokenAliveUntilMs() {
    return tokenAliveUntilMs;
  }

  /** 0 while it was never in a call of this process. */
  public long firstSentAtMs() {
    return firstSentAtMs;
  }

  /** What is known of its calls, ended by a rule; null if it was never in one. */
  public @Nullable Evidence evidence(Evidence.Policy policy) {
    return calls == 0 && !maybeSent()
        ? null
        : new Evidence(doubt, policy, calls, lastSentAtMs, lastFailure);
  }

  public void sentAt(long nowMs) {
    calls++;
    lastSentAtMs = nowMs;
    if (firstSentAtMs == 0) {
      firstSentAtMs = nowMs;
    }
  }

  long notBeforeNs() {
    return notBeforeNs;
  }

  void notBeforeNs(long timeNs) {
    notBeforeNs = timeNs;
  }

  public @Nullable String lastFailure() {
    return lastFailure;
  }

  public void lastFailure(String what) {
    lastFailure = what;
  }
}
