package io.dialspool.dispatch;

/**
 * A token bucket for the few calls that may take only a share of the call budget: bisecting,
 * probing a full dialer.
 */
final class Share {
  private static final double BURST = 3;
  private final double perSecond;
  private double tokens = BURST;
  private long lastNs;
  private boolean started;

  Share(double perSecond) {
    this.perSecond = perSecond;
  }

  /** Whether a call may be made; {@link #take} says that it was. */
  boolean isAvailable(long nowNs) {
    if (started) {
      tokens = Math.min(BURST, tokens + (nowNs - lastNs) / 1e9 * perSecond);
    }
    started = true;
    lastNs = nowNs;
    return tokens >= 1;
  }

  void take() {
    tokens--;
  }

  /** How long until the next one, about; nanoseconds. */
  long intervalNs() {
    return Math.round(1e9 / perSecond);
  }
}
