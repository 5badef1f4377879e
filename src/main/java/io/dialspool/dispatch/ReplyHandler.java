package io.dialspool.dispatch;

import io.dialspool.target.BatchReply;

/** Decides what an answer means for its items, its lane and its target. Dispatch thread. */
public interface ReplyHandler {
  /** Called once for each call; afterwards none of its requests is in flight. */
  void onReply(Call call, BatchReply reply, long nowNs, long nowMs);

  /** Called about once a second for each lane; whether the lane may now have something to send. */
  boolean onTick(LaneControl control, long nowNs, long nowMs);
}
