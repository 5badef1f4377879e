package io.dialspool.reconcile;

import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.Call;
import io.dialspool.dispatch.TickingClock;
import io.dialspool.lane.Batch;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.target.BatchReply;
import java.util.SplittableRandom;
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
 * Cost of one item of a call that was taken whole: out of its lane, answered, settled. The baseline
 * settles without looking at the answer, though it makes one too.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="Reconciler -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Batch.ITEMS_MAX)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReconcilerBenchmark {
  private final TickingClock clock = new TickingClock();
  private final SampleFlow flow = new SampleFlow();
  private final Alarms alarms =
      new Alarms(
          message -> {
            throw new IllegalStateException(message);
          });
  private final Reconciler reconciler = new Reconciler(alarms, 8, new SplittableRandom(1));

  @Benchmark
  public BatchReply baseline() {
    Call call = flow.nextCall();
    BatchReply.Answered answer = flow.taken(call);
    for (QueuedRequest request : call.batch().requests()) {
      call.control()
          .lane()
          .settle(request, RequestState.SUBMITTED, Reason.NONE, "6f3d0a52", clock.epochMs());
    }
    flow.sync();
    return answer;
  }

  @Benchmark
  public BatchReply answered() {
    Call call = flow.nextCall();
    BatchReply.Answered answer = flow.taken(call);
    reconciler.onReply(call, answer, clock.nanoTime(), clock.epochMs());
    flow.sync();
    return answer;
  }
}
