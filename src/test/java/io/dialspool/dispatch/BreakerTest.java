package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BreakerTest {
  private final MovedClock clock = new MovedClock();
  private final Breaker breaker = new Breaker(clock);

  @Test
  void shouldStayClosedOverAFewFailures() {
    fail(9);
    assertFalse(breaker.isOpen());
    assertTrue(breaker.tryAcquire());
  }

  @Test
  void shouldOpenWhenMostCallsFail() {
    fail(10);
    assertTrue(breaker.isOpen());
    assertEquals("OPEN", breaker.state());
    assertFalse(breaker.tryAcquire());
  }

  @Test
  void shouldStayClosedWhileEnoughSucceed() {
    for (int i = 0; i < 100; i++) {
      assertTrue(breaker.tryAcquire());
      if (i % 2 == 0) {
        breaker.succeeded();
      } else {
        breaker.failed();
      }
    }
    assertFalse(breaker.isOpen());
  }

  @Test
  void shouldLetTwoTryAfterASecondAndCloseWhenTheySucceed() {
    fail(10);
    clock.advanceMs(990);
    assertFalse(breaker.tryAcquire());
    clock.advanceMs(20);
    assertTrue(breaker.tryAcquire());
    assertTrue(breaker.tryAcquire());
    assertFalse(breaker.tryAcquire());
    breaker.succeeded();
    breaker.succeeded();
    assertEquals("CLOSED", breaker.state());
  }

  @Test
  void shouldStayOpenLongerEachTimeUpToHalfAMinute() {
    fail(10);
    for (long waitMs : new long[] {1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
      clock.advanceMs(waitMs - 10);
      assertFalse(breaker.tryAcquire(), "before " + waitMs);
      clock.advanceMs(20);
      assertTrue(breaker.tryAcquire(), "after " + waitMs);
      assertTrue(breaker.tryAcquire());
      breaker.failed();
      breaker.failed();
      assertTrue(breaker.isOpen());
    }
  }

  @Test
  void shouldNotLoseATryThatWasGivenBack() {
    fail(10);
    clock.advanceMs(1_010);
    for (int i = 0; i < 10; i++) {
      assertTrue(breaker.tryAcquire());
      breaker.giveBack();
    }
    assertTrue(breaker.tryAcquire());
  }

  private void fail(int calls) {
    for (int i = 0; i < calls; i++) {
      breaker.tryAcquire();
      breaker.failed();
    }
  }
}
