package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SettledRangesTest {
  private final SettledRanges ranges = new SettledRanges();

  @Test
  void shouldSkipNothingWhileNothingIsSettled() {
    assertEquals(1, ranges.skip(1));
  }

  @Test
  void shouldSkipFromAnywhereInARangeToItsEnd() {
    ranges.add(10, 5);
    assertEquals(9, ranges.skip(9));
    assertEquals(15, ranges.skip(10));
    assertEquals(15, ranges.skip(14));
    assertEquals(15, ranges.skip(15));
  }

  @Test
  void shouldMergeRangesThatTouch() {
    ranges.add(1, 5);
    ranges.add(11, 5);
    assertEquals(6, ranges.skip(1));
    ranges.add(6, 5);
    assertEquals(16, ranges.skip(1));
    assertEquals(16, ranges.encode().length, "one range of two numbers");
  }

  @Test
  void shouldComeBackFromItsBytes() {
    ranges.add(1, 5);
    ranges.add(11, 5);
    SettledRanges back = SettledRanges.decode(ranges.encode());
    assertEquals(6, back.skip(1));
    assertEquals(16, back.skip(12));
    assertEquals(8, back.skip(8));
  }

  @Test
  void shouldStoreABoundedNumberOfGapsTheLowestOnes() {
    for (int i = 0; i < 1_000; i++) {
      ranges.add(1 + 20L * i, 10);
    }
    byte[] stored = ranges.encode();
    assertEquals(64 * 16, stored.length);
    SettledRanges back = SettledRanges.decode(stored);
    assertEquals(11, back.skip(1));
    assertEquals(1 + 20 * 63 + 10, back.skip(1 + 20 * 63));
    assertEquals(1 + 20 * 64, back.skip(1 + 20 * 64), "beyond the bound nothing is known");
  }

  @Test
  void shouldAgreeWithASetOfSequencesWhateverTheOrder() {
    var random = new Random(7);
    var settled = new BitSet();
    for (int i = 0; i < 300; i++) {
      int first = 1 + random.nextInt(1_000);
      int count = 1 + random.nextInt(20);
      ranges.add(first, count);
      settled.set(first, first + count);
      int asked = 1 + random.nextInt(1_000);
      assertEquals(settled.nextClearBit(asked), ranges.skip(asked));
    }
  }
}
