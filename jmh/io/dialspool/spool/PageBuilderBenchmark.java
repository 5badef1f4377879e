package io.dialspool.spool;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.SampleRequests;
import java.util.Arrays;
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
 * Cost of writing one dial request into its page, beside copying its bytes.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="PageBuilder -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PageBuilderBenchmark.REQUESTS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PageBuilderBenchmark {
  static final int REQUESTS = 10 * DialItems.ITEMS_MAX;

  private final DialItems items = new DialItems();
  private final PageBuilder builder = new PageBuilder();
  private final byte[] page;

  public PageBuilderBenchmark() {
    SampleRequests.fill(items, 1, DialItems.ITEMS_MAX);
    page = Arrays.copyOf(write(), builder.length());
  }

  /** A copy of the finished page. */
  @Benchmark
  public byte[] baseline() {
    return Arrays.copyOf(page, page.length);
  }

  @Benchmark
  public byte[] build() {
    return write();
  }

  private byte[] write() {
    builder.clear();
    for (int i = 0; i < REQUESTS; i++) {
      builder.add(items, i % DialItems.ITEMS_MAX, SampleRequests.NOW_MS);
    }
    return builder.finish();
  }
}
