package io.dialspool.dispatch;

import io.dialspool.time.Clock;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * The target's circuit breaker: Resilience4j's, on our clock. Errors are calls without a usable
 * answer (5xx, timeout, reset, unreadable) and refused credentials; a throttle or a refusal is an
 * answer.
 */
public final class Breaker {
  /** How often an open breaker is worth asking. */
  static final long ASK_AGAIN_NS = 100_000_000L;

  private final CircuitBreaker breaker;

  public Breaker(Clock clock) {
    breaker =
        CircuitBreaker.of(
            "target",
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(20)
                .minimumNumberOfCalls(10)
                .failureRateThreshold(60)
                .waitIntervalFunctionInOpenState(
                    IntervalFunction.ofExponentialBackoff(1_000, 2.0, 30_000))
                .permittedNumberOfCallsInHalfOpenState(2)
                .currentTimestampFunction(ignored -> clock.nanoTime(), TimeUnit.NANOSECONDS)
                .clock(new Monotonic(clock))
                .build());
  }

  boolean tryAcquire() {
    return breaker.tryAcquirePermission();
  }

  /** A permission that was not used. */
  public void giveBack() {
    breaker.releasePermission();
  }

  public void succeeded() {
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
  }

  public void failed() {
    breaker.onError(0, TimeUnit.NANOSECONDS, new Unusable());
  }

  boolean isOpen() {
    return breaker.getState() == CircuitBreaker.State.OPEN;
  }

  /** {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}. */
  String state() {
    return breaker.getState().name();
  }

  /** Resilience4j wants an exception; one without a stack is enough. */
  private static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable() {
      super("no usable answer", null, false, false);
    }
  }

  /** The breaker waits by a wall clock; ours doesn't jump. */
  private static final class Monotonic extends java.time.Clock {
    private final Clock clock;

    Monotonic(Clock clock) {
      this.clock = clock;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public java.time.Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(0, clock.nanoTime());
    }
  }
}
