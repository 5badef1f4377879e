package io.dialspool.spool;

import io.dialspool.ring.SampleRequests;
import io.dialspool.store.OrderedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * Cost of looking one token up among a million, beside making its key.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="TokenEntry -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenEntryBenchmark {
  private static final int TOKENS = 1_000_000;
  private static final int GROUP = 4_096;

  private final TemporaryStore store = new TemporaryStore();
  private final LaneInfo lane = SamplePages.lane();
  private final SplittableRandom random = new SplittableRandom(1);

  public TokenEntryBenchmark() {
    try (OrderedStore.Batch batch = store.rocks().newBatch()) {
      for (int number = 0; number < TOKENS; number++) {
        batch.put(Keys.TOKENS, key(number), new TokenEntry(1, number, number, number).encode());
        if (batch.size() == GROUP || number == TOKENS - 1) {
          store.rocks().write(batch, false);
          batch.clear();
        }
      }
    }
  }

  @TearDown
  public void close() throws IOException {
    store.close();
  }

  @Benchmark
  public byte[] baseline() {
    return key(random.nextInt(TOKENS));
  }

  /** A repeated request's. */
  @Benchmark
  public @Nullable TokenEntry known() {
    return lookUp(random.nextInt(TOKENS));
  }

  /** A new request's, which is the normal case. */
  @Benchmark
  public @Nullable TokenEntry unknown() {
    return lookUp(TOKENS + random.nextInt(TOKENS));
  }

  private @Nullable TokenEntry lookUp(int number) {
    byte[] entry = store.rocks().get(Keys.TOKENS, key(number));
    return entry == null ? null : TokenEntry.decode(entry);
  }

  private byte[] key(int number) {
    byte[] token = SampleRequests.token(number).getBytes(StandardCharsets.US_ASCII);
    return Spool.tokenKey(lane, token, 0, token.length);
  }
}
