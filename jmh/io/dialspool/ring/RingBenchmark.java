package io.dialspool.ring;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cost of one slot of 25 dial requests from the event loop to the ring's thread, the wait strategy
 * that the service has, with stages that only clear the slot. The baseline fills and clears a slot
 * without a ring.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="RingBenchmark -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
  private static final int SIZE = 2_048;

  private final DialSlot alone = new DialSlot();
  private final AtomicLong cleared = new AtomicLong();
  private final Disruptor<DialSlot> ring =
      new Disruptor<>(
          DialSlot::new,
          SIZE,
          task -> {
            var thread = new Thread(task, "ring");
            thread.setDaemon(true);
            return thread;
          },
          ProducerType.MULTI,
          new BlockingWaitStrategy());
  private final RingBuffer<DialSlot> buffer = ring.getRingBuffer();
  private DialItems items = new DialItems();
  private long published;

  public RingBenchmark() {
    ring.handleEventsWith(
        (slot, sequence, endOfBatch) -> {
          slot.clear();
          cleared.lazySet(sequence + 1);
        });
    ring.start();
  }

  @TearDown
  public void close() {
    ring.halt();
  }

  @Benchmark
  public DialSlot baseline() {
    items.clear();
    SampleRequests.fill(items, published, DialItems.ITEMS_MAX);
    items = alone.trade(SampleRequests.CAMPAIGN, items, SampleRequests.NOW_MS, synced -> {});
    alone.clear();
    return alone;
  }

  /** As fast as the ring's thread takes them: hand-overs share their wake-ups. */
  @Benchmark
  public long publish() {
    long sequence = buffer.next();
    items.clear();
    SampleRequests.fill(items, published++, DialItems.ITEMS_MAX);
    items =
        buffer
            .get(sequence)
            .trade(SampleRequests.CAMPAIGN, items, SampleRequests.NOW_MS, synced -> {});
    buffer.publish(sequence);
    return sequence;
  }

  /** One at a time, to its end: what a lone request waits. */
  @Benchmark
  public long publishAndWait() {
    long sequence = publish();
    while (cleared.get() <= sequence) {
      LockSupport.parkNanos(1);
    }
    return sequence;
  }
}
