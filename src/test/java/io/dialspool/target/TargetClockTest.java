package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.target.TargetClock.Moment;
import org.junit.jupiter.api.Test;

class TargetClockTest {
  private static final long NOON_MS = 1_795_000_000_000L;
  private static final long HOUR_MS = 3_600_000;

  private final TargetClock clock = new TargetClock();

  /** So long after noon by the wall clock, and so long after the start by the monotonic one. */
  private static Moment at(long wallMs, long monotonicMs) {
    return new Moment(NOON_MS + wallMs, -7_000_000_000L + monotonicMs * 1_000_000);
  }

  private static Moment at(long ms) {
    return at(ms, ms);
  }

  @Test
  void shouldLearnFromOneDateHowFarTheTargetIsAhead() {
    clock.learn(NOON_MS + 60_000, at(0), at(1_000), false);

    assertEquals(60_000, clock.offsetMs());
  }

  @Test
  void shouldNotBeStaleBeforeTheTargetToldItsTime() {
    assertFalse(clock.isStale(at(HOUR_MS, 0)));
  }

  @Test
  void shouldBeStaleOnceTheWallClockJumpedUntilTheNextAnswer() {
    clock.learn(NOON_MS, at(0), at(10), false);
    assertFalse(clock.isStale(at(60_000)));

    assertTrue(clock.isStale(at(60_000 - 30_000, 60_000)));
    assertTrue(clock.isStale(at(60_000 + HOUR_MS, 60_000))); // or the machine slept for that long

    clock.learn(NOON_MS + 61_000, at(31_000, 61_000), at(31_010, 61_010), false);
    assertFalse(clock.isStale(at(31_100, 61_100)));
    assertEquals(30_495, clock.offsetMs()); // at once, not by the median of what was before
  }

  @Test
  void shouldBelieveNoDateOfACallDuringWhichAClockJumped() {
    clock.learn(NOON_MS, at(0), at(-63_000, 100), false);

    assertTrue(clock.isStale(at(-62_900, 200)));
    assertEquals(0, clock.offsetMs());
  }

  @Test
  void shouldNotTakeTheTimeFromARefusalThatCameAfterTheProcessStoodStillForHours() {
    clock.learn(NOON_MS, at(0), at(10), false);

    clock.learn(NOON_MS + 1_000, at(1_000), at(2 * HOUR_MS), true);

    assertEquals(0, clock.offsetMs());
  }

  @Test
  void shouldNotTrustItsOwnClockIfAllItHasIsAnAnswerFromBeforeTheProcessStoodStill() {
    clock.learn(NOON_MS - 600_000, at(0), at(HOUR_MS), false);
    assertTrue(clock.isStale(at(HOUR_MS)));

    clock.learn(NOON_MS + HOUR_MS - 600_000, at(HOUR_MS), at(HOUR_MS + 3_000), false);
    assertFalse(clock.isStale(at(HOUR_MS + 3_000)));
    assertEquals(-601_000, clock.offsetMs());
  }
}
