package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShareTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private final Share share = new Share(2);

  @Test
  void shouldBeginWithABurstOfThree() {
    for (int i = 0; i < 3; i++) {
      assertTrue(share.isAvailable(0));
      share.take();
    }
    assertFalse(share.isAvailable(0));
  }

  @Test
  void shouldGiveItsRateAndSaveUpNoMoreThanTheBurst() {
    int taken = 0;
    for (long ns = 100 * SECOND_NS; ns < 110 * SECOND_NS; ns += SECOND_NS / 100) {
      if (share.isAvailable(ns)) {
        share.take();
        taken++;
      }
    }
    assertTrue(taken >= 22 && taken <= 23, "" + taken);
  }

  @Test
  void shouldTakeNothingByLooking() {
    for (int i = 0; i < 10; i++) {
      assertTrue(share.isAvailable(0));
    }
    assertEquals(SECOND_NS / 2, share.intervalNs());
  }
}
