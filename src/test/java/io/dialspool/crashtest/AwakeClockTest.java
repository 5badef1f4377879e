package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialspool.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AwakeClockTest {
  private long nowNs = 77;
  private final AwakeClock awake =
      new AwakeClock(
          new Clock() {
            @Override
            public long nanoTime() {
              return nowNs;
            }

            @Override
            public long epochMs() {
              return 1_000;
            }
          });

  @Test
  void shouldCountTimeThatSomebodyLooksAt() {
    for (int i = 0; i < 10; i++) {
      nowNs += TimeUnit.MILLISECONDS.toNanos(250);
      awake.nanoTime();
    }

    assertEquals(2_500, TimeUnit.NANOSECONDS.toMillis(awake.nanoTime()));
    assertEquals(0, awake.stoodStillSeconds());
    assertEquals(1_000, awake.epochMs());
  }

  @Test
  void shouldStandWhileTheMachineStandsStill() {
    nowNs += TimeUnit.SECONDS.toNanos(105);

    assertEquals(1_000, TimeUnit.NANOSECONDS.toMillis(awake.nanoTime()));
    assertEquals(104, awake.stoodStillSeconds());
  }
}
