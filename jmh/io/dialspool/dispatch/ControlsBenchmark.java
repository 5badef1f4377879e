package io.dialspool.dispatch;

import java.util.SplittableRandom;
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
 * Cost of asking, once for each call, what decides whether it may leave: call budget, circuit
 * breaker, occupancy. The baseline only reads the clock.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="Controls -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ControlsBenchmark {
  private static final int ITEMS = 25;

  private final TickingClock clock = new TickingClock();
  private final CallBudget plenty = new CallBudget(1_000_000, clock);
  private final CallBudget scarce = new CallBudget(10, clock);
  private final Breaker breaker = new Breaker(clock);
  private final Occupancy free = new Occupancy(new SplittableRandom(1));

  @Benchmark
  public long baseline() {
    return clock.nanoTime();
  }

  @Benchmark
  public boolean permit() {
    return plenty.tryAcquire(clock.nanoTime());
  }

  /** Nearly always refused, as with Amazon Connect's ten calls a second. */
  @Benchmark
  public boolean refusal() {
    return scarce.tryAcquire(clock.nanoTime());
  }

  @Benchmark
  public Breaker success() {
    breaker.succeeded();
    return breaker;
  }

  @Benchmark
  public int occupancy() {
    long nowNs = clock.nanoTime();
    int permits = free.permits(ITEMS, false, nowNs);
    free.sent(permits);
    free.answered(permits, 0, nowNs);
    return permits;
  }
}
