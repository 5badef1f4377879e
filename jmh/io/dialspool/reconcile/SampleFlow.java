package io.dialspool.reconcile;

import io.dialspool.dispatch.Call;
import io.dialspool.dispatch.LaneControl;
import io.dialspool.dispatch.SampleControl;
import io.dialspool.lane.Batch;
import io.dialspool.lane.Lane;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.ring.SampleRequests;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.SamplePages;
import io.dialspool.spool.Settlement;
import io.dialspool.target.BatchReply;
import java.util.ArrayList;
import java.util.List;

/** A lane that pages come into and calls go out of. */
final class SampleFlow {
  private final LaneInfo info = SamplePages.lane();
  private final byte[] page = SamplePages.page();
  private final List<Settlement> ended = new ArrayList<>();
  private final Lane lane = new Lane(info, ended::add);
  private final LaneControl control = SampleControl.of(lane);
  private long lastId;

  /** The next full call; a page comes in whenever the lane is empty. */
  Call nextCall() {
    List<QueuedRequest> next = lane.peek(Batch.ITEMS_MAX);
    if (next.isEmpty()) {
      lane.appended(
          new AppendedPage(
              info,
              lane.tail(),
              SamplePages.REQUESTS,
              1,
              new int[] {1, SamplePages.REQUESTS},
              page),
          SamplePages.REQUESTS,
          1);
      next = lane.peek(Batch.ITEMS_MAX);
    }
    List<String> tokens = next.stream().map(request -> request.stored().clientToken()).toList();
    return new Call(control, lane.take(next), tokens, 1, SampleRequests.NOW_MS);
  }

  /** What a target says that takes all of the call; it never gives an id twice. */
  BatchReply.Answered taken(Call call) {
    return new BatchReply.Answered(
        call.tokens().stream()
            .map(token -> new BatchReply.Success(token, "6f3d0a52-17c4-4f0e-8a39-" + ++lastId))
            .toList(),
        List.of());
  }

  /** Takes the ends that were decided for synced. */
  void sync() {
    ended.forEach(lane::settled);
    ended.clear();
  }
}
