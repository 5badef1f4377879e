package io.dialspool.spool;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.SampleRequests;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Stages;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one dial request in a group of 1,024 that is deduped, appended and synced in a temporary
 * directory, which should lie on the disk that the spool is to use ({@code -Djava.io.tmpdir}).
 * Filling the slots is in each figure; the baseline is that alone.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="SpoolStage -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SpoolStageBenchmark.GROUP)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpoolStageBenchmark {
  static final int GROUP = 1_024;

  private final TemporaryStore store = new TemporaryStore();
  private final Stages stages;
  private final List<DialSlot> slots = new ArrayList<>();
  private long next = GROUP;

  public SpoolStageBenchmark() {
    Spool spool = Spool.open(store.rocks(), campaign -> new TargetIdentity("embedded", "", "", ""));
    var append = new SpoolStage(spool, Clock.SYSTEM, (requests, syncNs) -> {});
    Stage handOver =
        new Stage() {
          @Override
          public void endOfGroup(List<DialSlot> group) {
            append.takeAppended();
          }
        };
    stages = Stages.inOrder(2 * GROUP, append.dedupe(), append, handOver);
    for (int left = GROUP; left > 0; left -= DialItems.ITEMS_MAX) {
      slots.add(new DialSlot());
    }
    run(0); // what repeat sends again
  }

  @TearDown
  public void close() throws IOException {
    store.close();
  }

  @Benchmark
  public List<DialSlot> baseline() {
    for (DialSlot slot : slots) {
      fill(slot, next);
      next += slot.items().count();
      slot.clear();
    }
    return slots;
  }

  /** All new. */
  @Benchmark
  public List<DialSlot> append() {
    run(next);
    next += GROUP;
    return slots;
  }

  /** All known: looked up and compared, nothing written. */
  @Benchmark
  public List<DialSlot> repeat() {
    run(0);
    return slots;
  }

  private void run(long from) {
    long at = from;
    for (int i = 0; i < slots.size(); i++) {
      DialSlot slot = slots.get(i);
      fill(slot, at);
      at += slot.items().count();
      stages.onEvent(slot, i, i == slots.size() - 1);
    }
  }

  private void fill(DialSlot slot, long from) {
    DialItems items = slot.items();
    int full = GROUP / DialItems.ITEMS_MAX;
    boolean last = slot == slots.get(full);
    SampleRequests.fill(
        items, from, last ? GROUP - full * DialItems.ITEMS_MAX : DialItems.ITEMS_MAX);
    slot.trade(SampleRequests.CAMPAIGN, items, SampleRequests.NOW_MS, synced -> {});
  }
}
