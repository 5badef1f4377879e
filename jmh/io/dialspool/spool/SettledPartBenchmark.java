package io.dialspool.spool;

import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.SampleRequests;
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
 * Cost of one outcome, written to its page's part and read back. The baseline copies the bytes.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="SettledPart -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SamplePages.REQUESTS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SettledPartBenchmark {
  private final List<Settlement> settlements =
      Page.read(SamplePages.lane(), 1, SamplePages.page()).stream()
          .map(
              request ->
                  new Settlement(
                      request,
                      RequestState.SUBMITTED,
                      Reason.NONE,
                      1,
                      SampleRequests.NOW_MS,
                      SampleRequests.NOW_MS + 12,
                      "6f3d0a52-18f2-4c7e-9a7e-0d6b1c2e3f40"))
          .toList();
  private final byte[] part = SettledPart.encode(settlements);

  @Benchmark
  public byte[] baseline() {
    return part.clone();
  }

  @Benchmark
  public byte[] encode() {
    return SettledPart.encode(settlements);
  }

  @Benchmark
  public long decode() {
    long[] attempts = new long[1];
    SettledPart.decode(part, (index, outcome) -> attempts[0] += outcome.attempts());
    return attempts[0];
  }
}
