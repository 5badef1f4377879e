package io.dialspool.dispatch;

import io.dialspool.lane.Lane;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Controls of a lane whose dialer was never full. */
public final class SampleControl {
  private SampleControl() {}

  public static LaneControl of(Lane lane) {
    var clock = new TickingClock();
    return new LaneControl(
        lane,
        new Occupancy(new SplittableRandom(1)),
        new TargetControl(
            "default",
            new ReadyTarget(),
            TimeUnit.SECONDS.toNanos(10),
            new CallBudget(10, clock),
            new Breaker(clock),
            DispatchMeter.NONE));
  }
}
