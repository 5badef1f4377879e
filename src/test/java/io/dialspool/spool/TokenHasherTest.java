package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenHasherTest {
  /** Spools on disk hold keys that hash4j made. */
  @Test
  void shouldHashEveryLengthAsHash4jDoes() {
    var random = new SplittableRandom(1);
    for (int length = 0; length <= 300; length++) {
      for (int turn = 0; turn < 20; turn++) {
        long seed = turn == 0 ? 0 : random.nextLong();
        int at = random.nextInt(10);
        byte[] bytes = new byte[at + length + 3];
        random.nextBytes(bytes);
        long[] highs = new long[3];
        long[] lows = new long[3];

        new TokenHasher(seed).hash(bytes, at, length, highs, lows, 1);

        HashValue128 expected = Hashing.xxh3_128(seed).hashBytesTo128Bits(bytes, at, length);
        assertEquals(
            expected, new HashValue128(highs[1], lows[1]), length + " bytes, seed " + seed);
        assertEquals(0, highs[0] | lows[0] | highs[2] | lows[2]);
      }
    }
  }
}
