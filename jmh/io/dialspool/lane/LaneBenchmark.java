package io.dialspool.lane;

import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.SampleRequests;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.Page;
import io.dialspool.spool.SamplePages;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.StoredRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one dial request's way through its lane: in with its page, out with a full batch, settled
 * and synced. The baseline only reads the page.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="LaneBenchmark -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SamplePages.REQUESTS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LaneBenchmark {
  private final LaneInfo info = SamplePages.lane();
  private final byte[] page = SamplePages.page();
  private final List<Settlement> ended = new ArrayList<>();
  private final Lane lane = new Lane(info, ended::add);

  @Benchmark
  public List<StoredRequest> baseline() {
    return Page.read(info, 1, page);
  }

  @Benchmark
  public Lane peekTakeSettle() {
    lane.appended(
        new AppendedPage(
            info, lane.tail(), SamplePages.REQUESTS, 1, new int[] {1, SamplePages.REQUESTS}, page),
        SamplePages.REQUESTS,
        1);
    List<QueuedRequest> next = lane.peek(Batch.ITEMS_MAX);
    while (!next.isEmpty()) {
      for (QueuedRequest request : lane.take(next).requests()) {
        lane.settle(
            request,
            RequestState.SUBMITTED,
            Reason.NONE,
            "6f3d0a52-17c4-4f0e-8a39-5b1f6e0c2d11",
            SampleRequests.NOW_MS);
      }
      ended.forEach(lane::settled);
      ended.clear();
      next = lane.peek(Batch.ITEMS_MAX);
    }
    return lane;
  }
}
