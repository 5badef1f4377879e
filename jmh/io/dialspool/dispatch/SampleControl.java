package io.dialspool.dispatch;

import io.dialspool.lane.Lane;
import java.util.SplittableRandom;

/** Controls of a lane whose dialer was never full. */
public final class SampleControl {
  private SampleControl() {}

  public static LaneControl of(Lane lane) {
    return new LaneControl(lane, new Occupancy(new SplittableRandom(1)));
  }
}
