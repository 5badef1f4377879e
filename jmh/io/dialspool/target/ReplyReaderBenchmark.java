package io.dialspool.target;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
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
 * Cost of one item of a full call's answer, read and made into outcomes. The baseline only looks at
 * every byte.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="ReplyReader -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleBatch.ITEMS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplyReaderBenchmark {
  private final OutgoingBatch batch = SampleBatch.full();
  private final Ended answer = answer();

  private Ended answer() {
    var body = new StringBuilder("{\"successfulRequests\":[");
    for (OutgoingItem item : batch.items()) {
      body.append(body.charAt(body.length() - 1) == '[' ? "" : ",")
          .append("{\"clientToken\":\"")
          .append(item.clientToken())
          .append("\",\"id\":\"6f3d0a52-18f2-4c7e-9a7e-0d6b1c2e3f40\"}");
    }
    byte[] bytes =
        body.append("],\"failedRequests\":[]}").toString().getBytes(StandardCharsets.UTF_8);
    var at = new TargetClock.Moment(0, 0);
    return new Ended.Answer(200, new DefaultHttpHeaders(), bytes, at, at);
  }

  @Benchmark
  public int baseline() {
    int sum = 0;
    for (byte next : ((Ended.Answer) answer).body()) {
      sum += next;
    }
    return sum;
  }

  @Benchmark
  public BatchReply read() {
    return ReplyReader.ofBatch(answer, batch);
  }
}
