package io.dialspool.intake;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.SampleRequests;
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
 * Cost of reading one dial request out of a full batch's body, beside copying its bytes.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="BatchParser -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DialItems.ITEMS_MAX)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchParserBenchmark {
  private final byte[] body = SampleRequests.body(1, DialItems.ITEMS_MAX);
  private final BatchParser parser = new BatchParser();
  private final DialItems items = new DialItems();

  /** The bytes, taken over unread. */
  @Benchmark
  public DialItems baseline() {
    items.clear();
    System.arraycopy(body, 0, items.ensure(body.length), 0, body.length);
    items.advance(body.length);
    return items;
  }

  @Benchmark
  public DialItems parse() throws ShapeException {
    items.clear();
    parser.parse(body, 0, body.length, items);
    return items;
  }
}
