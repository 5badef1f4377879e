package io.dialspool.validate;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
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
 * Cost of judging one valid dial request, beside reading each of its bytes once.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="ValidateStage -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DialItems.ITEMS_MAX)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ValidateStageBenchmark {
  private final ValidateStage byLength = new ValidateStage(NumberRule.load(false));
  private final ValidateStage inFull = new ValidateStage(NumberRule.load(true));
  private final DialSlot slot = new DialSlot();

  /** One slot serves for all turns, as a valid item's verdict stays {@code FINE}. */
  public ValidateStageBenchmark() {
    var items = new DialItems();
    SampleRequests.fill(items, 1, DialItems.ITEMS_MAX);
    slot.trade(SampleRequests.CAMPAIGN, items, SampleRequests.NOW_MS, synced -> {});
  }

  @Benchmark
  public int baseline() {
    DialItems items = slot.items();
    byte[] bytes = items.bytes();
    int sum = 0;
    for (int i = 0; i < items.used(); i++) {
      sum += bytes[i];
    }
    return sum;
  }

  @Benchmark
  public DialSlot validate() {
    byLength.on(slot);
    return slot;
  }

  /** With {@code intake.fullNumberCheck}. */
  @Benchmark
  public DialSlot validateInFull() {
    inFull.on(slot);
    return slot;
  }
}
