package io.dialspool.dispatch;

import io.dialspool.time.Clock;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;

/**
 * How many calls the target gets. The hard cap is Resilience4j's limiter, set as one per period
 * rather than many per second: the latter was measured to be throttled at the edges of its windows.
 * Below it, once the target has throttled, an additive-increase, multiplicative-decrease pacer.
 * Dispatch thread only; never parks it.
 */
public final class CallBudget {
  private static final long SECOND_NS = 1_000_000_000L;

  /** One decrease answers all throttles that were under way together. */
  private static final long DECREASE_SPAN_NS = SECOND_NS / 2;

  /**
   * A throttle on its own is chance, or a quota that is met exactly: that costs little. The more of
   * them follow one another, the more there is to give up.
   */
  private static final double[] DECREASES = {0.97, 0.9, 0.7};

  private static final long STREAK_SPAN_NS = 5 * SECOND_NS;

  private static final double INCREASE_PER_SECOND = 0.05;

  /** The same where the last throttle was met, a tenth around it. */
  private static final double CAREFUL_PER_SECOND = 0.001;

  private static final double CAREFUL_SHARE = 0.1;
  private static final double FLOOR = 0.02;

  private final AtomicRateLimiter limiter;
  private final double perSecondMax;
  private final long periodNs;
  private double perSecond;
  private long pacedNextNs = Long.MIN_VALUE;
  private long pausedUntilNs = Long.MIN_VALUE;
  private double throttledAt;
  private int streak;
  private long lastDecreaseNs = Long.MIN_VALUE / 2;
  private long lastIncreaseNs = Long.MIN_VALUE / 2;
  private long lastRefusedNs = Long.MIN_VALUE / 2;
  private long askAgainNs;
  private long throttled;

  /**
   * @param callsPerSecond the quota
   */
  public CallBudget(double callsPerSecond, Clock clock) {
    perSecondMax = callsPerSecond;
    perSecond = callsPerSecond;
    periodNs = Math.max(1, Math.round(SECOND_NS / callsPerSecond));
    limiter =
        new AtomicRateLimiter(
            "calls",
            RateLimiterConfig.custom()
                .limitForPeriod(1)
                .limitRefreshPeriod(Duration.ofNanos(periodNs))
                .timeoutDuration(Duration.ZERO)
                .build(),
            clock::nanoTime);
  }

  /** Takes a permit if there is one. Ask last: a permit taken and not used is quota thrown away. */
  boolean tryAcquire(long nowNs) {
    recover(nowNs);
    if (nowNs < pausedUntilNs) {
      return refuse(nowNs, pausedUntilNs);
    }
    boolean paced = perSecond < perSecondMax;
    if (paced && nowNs < pacedNextNs) {
      return refuse(nowNs, pacedNextNs);
    }
    if (limiter.reservePermission(1) != 0) {
      return refuse(nowNs, nowNs + Math.max(1, limiter.getDetailedMetrics().getNanosToWait()));
    }
    if (paced) {
      long intervalNs = Math.round(SECOND_NS / perSecond);
      pacedNextNs = Math.max(pacedNextNs + intervalNs, nowNs + intervalNs / 2);
    }
    return true;
  }

  private boolean refuse(long nowNs, long untilNs) {
    lastRefusedNs = nowNs;
    askAgainNs = untilNs;
    return false;
  }

  /** When it is worth asking again after a refusal. */
  long askAgainNs() {
    return askAgainNs;
  }

  /** Whether calls are scarce: within the last second a permit was wanted and there was none. */
  boolean isScarce(long nowNs) {
    return nowNs - lastRefusedNs < SECOND_NS;
  }

  /**
   * The target said that calls come too fast. {@code retryAfterMs} is -1 if it didn't say for how
   * long.
   */
  public void throttled(long nowNs, long retryAfterMs) {
    throttled++;
    if (retryAfterMs > 0) {
      pausedUntilNs = Math.max(pausedUntilNs, nowNs + Math.min(retryAfterMs, 60_000) * 1_000_000);
    }
    if (nowNs - lastDecreaseNs >= DECREASE_SPAN_NS) {
      streak = nowNs - lastDecreaseNs < STREAK_SPAN_NS ? streak + 1 : 0;
      lastDecreaseNs = nowNs;
      lastIncreaseNs = nowNs;
      throttledAt = perSecond;
      double decrease = DECREASES[Math.min(streak, DECREASES.length - 1)];
      perSecond = Math.max(perSecond * decrease, perSecondMax * FLOOR);
      pacedNextNs = nowNs + Math.round(SECOND_NS / perSecond);
    }
  }

  private void recover(long nowNs) {
    while (perSecond < perSecondMax && nowNs - lastIncreaseNs >= SECOND_NS) {
      lastIncreaseNs += SECOND_NS;
      boolean careful = Math.abs(perSecond - throttledAt) <= throttledAt * CAREFUL_SHARE;
      double increase = careful ? CAREFUL_PER_SECOND : INCREASE_PER_SECOND;
      perSecond = Math.min(perSecondMax, perSecond + perSecondMax * increase);
    }
  }

  /** What the pacer admits now; calls per second. */
  double perSecond() {
    return perSecond;
  }

  double perSecondMax() {
    return perSecondMax;
  }

  /** Calls that the target throttled. */
  long throttledCalls() {
    return throttled;
  }
}
