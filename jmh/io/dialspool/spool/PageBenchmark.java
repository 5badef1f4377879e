package io.dialspool.spool;

import java.util.Arrays;
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
 * Cost of reading one dial request from its page, beside copying its bytes.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="spool.PageBenchmark -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SamplePages.REQUESTS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PageBenchmark {
  private final LaneInfo lane = SamplePages.lane();
  private final byte[] page = SamplePages.page();

  @Benchmark
  public byte[] baseline() {
    return Arrays.copyOf(page, page.length);
  }

  @Benchmark
  public List<StoredRequest> read() {
    return Page.read(lane, 1, page);
  }
}
