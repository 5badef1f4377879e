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
 * Cost of reading one line of an NDJSON body, beside finding and copying it.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="LineParser -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DialItems.ITEMS_MAX)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LineParserBenchmark {
  private final byte[] lines = SampleRequests.lines(1, DialItems.ITEMS_MAX);
  private final LineParser parser = new LineParser();
  private final DialItems items = new DialItems();

  /** The lines, found and taken over unread. */
  @Benchmark
  public DialItems baseline() {
    items.clear();
    for (int at = 0; at < lines.length; ) {
      int to = lineEnd(at);
      System.arraycopy(lines, at, items.ensure(to - at), items.used(), to - at);
      items.advance(to - at);
      at = to;
    }
    return items;
  }

  @Benchmark
  public DialItems parse() throws ShapeException {
    items.clear();
    for (int at = 0; at < lines.length; ) {
      int to = lineEnd(at);
      parser.parse(lines, at, to, items);
      at = to;
    }
    return items;
  }

  private int lineEnd(int from) {
    int to = from;
    while (lines[to] != '\n') {
      to++;
    }
    return to + 1;
  }
}
