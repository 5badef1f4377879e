package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
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
 * Parts of the token index, each for one token: its hash (the baseline is hash4j's), a look into a
 * full table and into a filter of four million tokens for one that isn't there, a put into a table.
 *
 * <pre>mvn -Pjmh test-compile exec:exec -Djmh="TokenIndex -prof gc"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TokenIndexBenchmark {
  private static final int ENTRIES = TokenIndex.TABLE_ITEMS;
  private static final int FILTERED = 4_000_000;

  private final byte[] token = "campaign-7-row-00012345".getBytes(StandardCharsets.US_ASCII);
  private final Hasher128 library = Hashing.xxh3_128(7);
  private final TokenHasher own = new TokenHasher(7);
  private final long[] highs = new long[1];
  private final long[] lows = new long[1];
  private final TokenTable full = new TokenTable(ENTRIES);
  private final TokenTable filling = new TokenTable(ENTRIES);
  private final TokenFilter filter = new TokenFilter(FILTERED);
  private final SplittableRandom random = new SplittableRandom(1);

  public TokenIndexBenchmark() {
    for (int i = 0; i < ENTRIES; i++) {
      full.put(random.nextLong(), random.nextLong(), 1, i, i, i);
    }
    for (int i = 0; i < FILTERED; i++) {
      filter.add(random.nextLong(), random.nextLong());
    }
  }

  @Benchmark
  public HashValue128 baseline() {
    return library.hashBytesTo128Bits(token);
  }

  @Benchmark
  public long hash() {
    own.hash(token, 0, token.length, highs, lows, 0);
    return highs[0] ^ lows[0];
  }

  @Benchmark
  public int find() {
    return full.find(random.nextLong(), random.nextLong());
  }

  @Benchmark
  public boolean mayHave() {
    return filter.mayHave(random.nextLong(), random.nextLong());
  }

  /** Emptied when it is full, which is in the figure. */
  @Benchmark
  public int put() {
    if (filling.size() == ENTRIES) {
      filling.clear();
    }
    filling.put(random.nextLong(), random.nextLong(), 1, 2, 3, 4);
    return filling.size();
  }
}
