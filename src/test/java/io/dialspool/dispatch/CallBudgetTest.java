package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallBudgetTest {
  private final MovedClock clock = new MovedClock();
  private final CallBudget budget = new CallBudget(10, clock);

  /** The target's side: 10 a second, a burst of 10. */
  private final class Bucket {
    private double tokens = 10;
    private long atNs = clock.nanoTime();

    boolean take() {
      tokens = Math.min(10, tokens + (clock.nanoTime() - atNs) / 1e9 * 10);
      atNs = clock.nanoTime();
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 33, 100})
  void shouldNeverBeThrottledByABucketOfTheQuota(int stepMs) {
    var bucket = new Bucket();
    int calls = 0;
    long beganNs = clock.nanoTime();
    while (calls < 600) {
      clock.advanceMs(stepMs);
      if (budget.tryAcquire(clock.nanoTime())) {
        calls++;
        assertTrue(bucket.take(), "throttled at call " + calls);
      }
    }
    double seconds = (clock.nanoTime() - beganNs) / 1e9;
    assertTrue(seconds < 62 || stepMs == 33, "the quota is used: 600 calls took " + seconds);
  }

  @Test
  void shouldAdmitOneCallAPeriodHoweverLongItRested() {
    clock.advanceMs(60_000);
    assertTrue(acquire());
    assertFalse(acquire());
    clock.advanceMs(100);
    assertTrue(acquire());
    assertFalse(acquire());
  }

  @Test
  void shouldSayWhenItIsWorthAskingAgain() {
    acquire();
    assertFalse(acquire());
    long inNs = budget.askAgainNs() - clock.nanoTime();
    assertTrue(inNs > 0 && inNs <= 100_000_000, "" + inNs);
    clock.advanceMs(inNs / 1_000_000 + 1);
    assertTrue(acquire());
  }

  @Test
  void shouldBeScarceForASecondAfterARefusal() {
    assertFalse(budget.isScarce(clock.nanoTime()));
    acquire();
    assertFalse(budget.isScarce(clock.nanoTime()));
    acquire();
    assertTrue(budget.isScarce(clock.nanoTime()));
    clock.advanceMs(999);
    assertTrue(budget.isScarce(clock.nanoTime()));
    clock.advanceMs(1);
    assertFalse(budget.isScarce(clock.nanoTime()));
  }

  @Test
  void shouldSlowDownOnceForThrottlesThatCameTogether() {
    throttled(-1);
    assertEquals(9.7, budget.perSecond(), 1e-9);
    throttled(-1);
    assertEquals(9.7, budget.perSecond(), 1e-9);
    clock.advanceMs(500);
    throttled(-1);
    assertEquals(9.7 * 0.9, budget.perSecond(), 1e-9);
    assertEquals(3, budget.throttledCalls());
  }

  @Test
  void shouldSlowDownTheMoreTheMoreThrottlesFollowOneAnother() {
    throttled(-1);
    clock.advanceMs(4_999);
    throttled(-1);
    assertEquals(9.7 * 0.9, budget.perSecond(), 1e-9);
    for (int i = 0; i < 2; i++) {
      clock.advanceMs(500);
      throttled(-1);
    }
    assertEquals(9.7 * 0.9 * 0.7 * 0.7, budget.perSecond(), 1e-9);
    clock.advanceMs(5_000);
    throttled(-1);
    assertEquals(9.7 * 0.9 * 0.7 * 0.7 * 0.97, budget.perSecond(), 1e-9);
  }

  @Test
  void shouldBeCarefulWhereItWasThrottledLast() {
    throttled(-1);
    clock.advanceMs(5_000);
    acquire();
    assertEquals(9.75, budget.perSecond(), 1e-9);
  }

  @Test
  void shouldPaceBelowTheCapOnceThrottled() {
    for (int i = 0; i < 4; i++) {
      throttled(-1);
      clock.advanceMs(500);
    }
    int calls = 0;
    for (int i = 0; i < 1_000; i++) {
      clock.advanceMs(1);
      calls += acquire() ? 1 : 0;
    }
    assertTrue(calls == 4 || calls == 5, "" + calls);
  }

  @Test
  void shouldComeBackToTheQuotaInSmallSteps() {
    for (int i = 0; i < 100; i++) {
      throttled(-1);
      clock.advanceMs(500);
    }
    assertEquals(0.2, budget.perSecond(), 1e-9, "a floor, or it would never find out");
    clock.advanceMs(10_000);
    acquire();
    assertEquals(4.7, budget.perSecond(), 0.5);
    clock.advanceMs(60_000);
    acquire();
    assertEquals(10, budget.perSecond(), 1e-9);
  }

  @Test
  void shouldKeepStillForRetryAfterButNotForEver() {
    throttled(3_000);
    clock.advanceMs(2_999);
    assertFalse(acquire());
    assertEquals(clock.nanoTime() + 1_000_000, budget.askAgainNs());
    clock.advanceMs(1);
    assertTrue(acquire());
    throttled(Long.MAX_VALUE / 2);
    clock.advanceMs(60_000);
    assertTrue(acquire(), "a minute at most");
  }

  @Test
  void shouldAdaptToATargetThatGivesLessThanItsQuota() {
    // Somebody else uses half of the account's ten calls a second.
    double tokens = 5;
    int taken = 0;
    int refused = 0;
    for (int ms = 0; ms < 300_000; ms += 5) {
      clock.advanceMs(5);
      tokens = Math.min(5, tokens + 0.025);
      if (acquire()) {
        if (tokens >= 1) {
          tokens--;
          taken++;
        } else {
          refused++;
          throttled(-1);
        }
      }
    }
    assertTrue(taken >= 0.93 * 1_500, "used " + taken + " of 1500");
    assertTrue(refused <= 0.02 * taken, "refused " + refused);
  }

  private boolean acquire() {
    return budget.tryAcquire(clock.nanoTime());
  }

  private void throttled(long retryAfterMs) {
    budget.throttled(clock.nanoTime(), retryAfterMs);
  }
}
