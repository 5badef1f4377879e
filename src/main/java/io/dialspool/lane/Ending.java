package io.dialspool.lane;

import io.dialspool.spool.Settlement;

/** Takes a decided end on its way to the disk; it comes back as {@link Lane#settled}. */
public interface Ending {
  void settle(Settlement settlement);
}
