package io.dialspool.lane;

import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.SamplePages;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one page on its way from the ring to dispatch. The baseline is a queue of one thread.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="Mailbox -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MailboxBenchmark {
  private final Mailbox mailbox = new Mailbox(() -> {});
  private final ArrayDeque<LaneMessage> queue = new ArrayDeque<>();
  private final AppendedPage page = SamplePages.appended();

  @Benchmark
  public LaneMessage baseline() {
    queue.add(new LaneMessage.Appended(page));
    return queue.remove();
  }

  @Benchmark
  public LaneMessage putAndPoll() {
    SampleMail.put(mailbox, page);
    return Objects.requireNonNull(mailbox.poll());
  }
}
