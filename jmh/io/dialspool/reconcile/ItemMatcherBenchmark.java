package io.dialspool.reconcile;

import io.dialspool.dispatch.Call;
import io.dialspool.lane.Batch;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.FailureCode;
import io.dialspool.target.BatchReply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
 * Cost of matching one item of a full answer by its token, beside pairing by position.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="ItemMatcher -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Batch.ITEMS_MAX)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ItemMatcherBenchmark {
  private final SampleFlow flow = new SampleFlow();
  private final Call call = flow.nextCall();
  private final BatchReply.Answered taken = flow.taken(call);
  private final BatchReply.Answered mixed = mixed(taken);
  private final ItemMatcher matcher = new ItemMatcher();

  /** Pairs by position, which no answer promises. */
  @Benchmark
  public List<ItemOutcome> baseline() {
    List<QueuedRequest> requests = call.batch().requests();
    var outcomes = new ArrayList<ItemOutcome>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      outcomes.add(new ItemOutcome.Accepted(requests.get(i), "6f3d0a52"));
    }
    return outcomes;
  }

  @Benchmark
  public List<ItemOutcome> allTaken() {
    return matcher.match(call, taken);
  }

  /** A third throttled, in no order, one missing. */
  @Benchmark
  public List<ItemOutcome> mixed() {
    return matcher.match(call, mixed);
  }

  private static BatchReply.Answered mixed(BatchReply.Answered all) {
    var successes = new ArrayList<BatchReply.Success>();
    var failures = new ArrayList<BatchReply.Failure>();
    for (int i = 1; i < all.successes().size(); i++) {
      BatchReply.Success success = all.successes().get(i);
      if (i % 3 == 0) {
        failures.add(new BatchReply.Failure(success.clientToken(), FailureCode.REQUEST_THROTTLED));
      } else {
        successes.add(success);
      }
    }
    Collections.shuffle(successes, new Random(1));
    Collections.shuffle(failures, new Random(2));
    return new BatchReply.Answered(successes, failures);
  }
}
