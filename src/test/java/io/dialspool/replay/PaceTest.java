package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.time.VirtualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private final VirtualClock clock = VirtualClock.beginningAt(0);

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 7, 100, 12_345, 1_000_000})
  void shouldKeepToTheRateInEverySecond(double perSecond) {
    var pace = new Pace(perSecond, clock);
    long inSecond = 0;
    long secondEndsNs = SECOND_NS;
    for (int i = 0; i < 30_000 && clock.virtualNs() < 20 * SECOND_NS; i++) {
      clock.moveTo(clock.virtualNs() + pace.waitNs());
      if (clock.virtualNs() >= secondEndsNs) {
        inSecond = 0;
        secondEndsNs += SECOND_NS;
      }
      int rows = pace.rowsTogether();
      pace.gone(rows);
      inSecond += rows;
      assertTrue(inSecond <= Math.ceil(perSecond) + rows, inSecond + " in a second");
    }
    assertTrue(clock.virtualNs() >= 19 * SECOND_NS, "as many turns as planned");
  }

  @Test
  void shouldNotMakeUpForATimeInWhichNothingCouldBeSent() {
    var pace = new Pace(100, clock);
    pace.gone(10);
    clock.moveTo(60 * SECOND_NS);
    assertEquals(0, pace.waitNs());
    pace.gone(10);
    assertEquals(SECOND_NS / 10, pace.waitNs());
  }

  @Test
  void shouldLetEverythingPassWithoutARate() {
    var pace = new Pace(0, clock);
    pace.gone(Chunk.LINES_MAX);
    assertEquals(0, pace.waitNs());
    assertEquals(Chunk.LINES_MAX, pace.rowsTogether());
  }
}
