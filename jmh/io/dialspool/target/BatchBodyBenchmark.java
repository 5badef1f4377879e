package io.dialspool.target;

import io.dialspool.ring.SampleRequests;
import java.io.ByteArrayOutputStream;
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
 * Cost of writing one item into the body of a full call, beside copying its stored bytes.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="BatchBody -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleBatch.ITEMS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBodyBenchmark {
  private final OutgoingBatch batch = SampleBatch.full();

  @Benchmark
  public byte[] baseline() {
    var copy = new ByteArrayOutputStream(8_192);
    for (OutgoingItem item : batch.items()) {
      copy.write(item.bytes(), item.offset(), item.length());
    }
    return copy.toByteArray();
  }

  @Benchmark
  public byte[] write() {
    return BatchBody.at(batch, SampleRequests.NOW_MS);
  }
}
