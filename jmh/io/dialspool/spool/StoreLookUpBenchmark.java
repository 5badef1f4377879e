package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * Cost of looking one token's key up among a million in a store on disk, as status by token and the
 * index do, and of a synced group of 256 such keys. The baseline draws the key.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="StoreLookUp -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StoreLookUpBenchmark {
  private static final int KEYS = 1_000_000;
  private static final int GROUP = 256;
  private static final int KEY_BYTES = 16;
  private static final byte[] VALUE = new byte[24];

  private final TemporaryStore store = new TemporaryStore();
  private final SplittableRandom random = new SplittableRandom(1);
  private final OrderedStore.Batch batch = store.rocks().newBatch();
  private long written;

  public StoreLookUpBenchmark() {
    while (written < KEYS) {
      group(false);
    }
  }

  @TearDown
  public void close() throws IOException {
    batch.close();
    store.close();
  }

  @Benchmark
  public byte[] baseline() {
    return key(random.nextLong(KEYS));
  }

  @Benchmark
  public byte @Nullable [] present() {
    return store.rocks().get(Keys.TOKENS, key(random.nextLong(KEYS)));
  }

  @Benchmark
  public byte @Nullable [] absent() {
    return store.rocks().get(Keys.TOKENS, key(-1 - random.nextLong(KEYS)));
  }

  /** The whole group. */
  @Benchmark
  public long writeGroupSynced() {
    group(true);
    return written;
  }

  private void group(boolean sync) {
    for (int i = 0; i < GROUP; i++) {
      batch.put(Keys.TOKENS, key(written++), VALUE);
    }
    store.rocks().write(batch, sync);
    batch.clear();
  }

  /** As scattered as a hash. */
  private static byte[] key(long number) {
    long mixed = number * 0x9e3779b97f4a7c15L;
    return ByteBuffer.allocate(KEY_BYTES).putLong(mixed ^ (mixed >>> 29)).putLong(number).array();
  }
}
