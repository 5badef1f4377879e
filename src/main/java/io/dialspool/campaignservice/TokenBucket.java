package io.dialspool.campaignservice;

/**
 * Calls a second with a burst, in whole nanoseconds, so that a caller who keeps the rate exactly is
 * never refused for a rounding error. It remembers one time: when the bucket would be full again
 * (the "virtual scheduling" form of the generic cell rate algorithm, ITU-T I.371).
 */
final class TokenBucket {
  private long intervalNs;
  private long burstNs;
  private long fullAtNs;

  TokenBucket(double perSecond, int burst, long nowNs) {
    this.fullAtNs = nowNs;
    resize(perSecond, burst);
  }

  /** Changes rate and burst; what was taken stays taken. */
  void resize(double perSecond, int burst) {
    intervalNs = (long) (1e9 / perSecond);
    burstNs = intervalNs * burst;
  }

  boolean take(long nowNs) {
    long missingNs = Math.min(Math.max(0, fullAtNs - nowNs), burstNs);
    if (missingNs + intervalNs > burstNs) {
      return false;
    }
    fullAtNs = nowNs + missingNs + intervalNs;
    return true;
  }
}
