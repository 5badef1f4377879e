package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenTableTest {
  private final TokenTable table = new TokenTable();

  @Test
  void shouldFindEachOfManyAndNoOther() {
    fill(20_000, 1);
    var random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      assertEquals(i, table.find(random.nextLong(), random.nextLong()));
    }
    assertEquals(-1, table.find(random.nextLong(), random.nextLong()));
  }

  @Test
  void shouldForgetFewAsWellAsMany() {
    fill(20_000, 1);
    for (int count : new int[] {10, 3_000, 10}) {
      table.clear();
      fill(count, 2);
      table.clear();
      assertEquals(0, table.size());
      var random = new SplittableRandom(2);
      for (int i = 0; i < count; i++) {
        assertEquals(-1, table.find(random.nextLong(), random.nextLong()));
      }
    }
  }

  @Test
  void shouldForgetTokensThatShareTheirPlaces() {
    for (long high = 1; high <= 12; high++) {
      table.put(high, 255 + high % 3, 1, high, 0, 0); // around the end
    }
    table.clear();
    for (long high = 1; high <= 12; high++) {
      assertEquals(-1, table.find(high, 255 + high % 3));
    }
  }

  @Test
  void shouldSortByKeyAsBytesAre() {
    table.put(-1, 0, 1, 1, 0, 0);
    table.put(0, -1, 1, 2, 0, 0);
    table.put(0, 1, 1, 3, 0, 0);
    table.put(Long.MAX_VALUE, 5, 1, 4, 0, 0);
    table.put(Long.MIN_VALUE, 5, 1, 5, 0, 0);
    fill(5_000, 3);
    int[] sorted = table.sorted(() -> {});
    for (int i = 1; i < table.size(); i++) {
      byte[] before = key(sorted[i - 1]);
      assertTrue(java.util.Arrays.compareUnsigned(before, key(sorted[i])) < 0, "at " + i);
    }
  }

  @Test
  void shouldReadWhatItWrote() {
    fill(1_000, 4);
    var out = ByteBuffer.allocate(1_000 * TokenTable.STORED_BYTES);
    table.write(out);
    var other = new TokenTable();
    assertTrue(other.read(out.array()));
    for (int i = 0; i < 1_000; i++) {
      assertEquals(table.entry(i), other.entry(other.find(table.high(i), table.low(i))));
    }
    assertFalse(other.read(new byte[TokenTable.STORED_BYTES + 1]));
  }

  @Test
  void shouldTellNewTokensByTheFilter() {
    var filter = new TokenFilter(100);
    var random = new SplittableRandom(5);
    assertFalse(filter.mayHave(random.nextLong(), random.nextLong()));
    for (int i = 0; i < 1_400; i++) { // over all parts
      if (filter.neededSoon() > 0) {
        filter.prepare(filter.neededSoon(), () -> {});
      }
      filter.add(random.nextLong(), random.nextLong());
    }
    var again = new SplittableRandom(5);
    again.nextLong();
    again.nextLong();
    for (int i = 0; i < 1_400; i++) {
      assertTrue(filter.mayHave(again.nextLong(), again.nextLong()));
    }
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      taken += filter.mayHave(random.nextLong(), random.nextLong()) ? 1 : 0;
    }
    assertTrue(taken < 100, taken + " of 10000");
  }

  private void fill(int count, long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      table.put(random.nextLong(), random.nextLong(), 1, i, i, i);
    }
  }

  private byte[] key(int index) {
    ByteBuffer key = ByteBuffer.allocate(16);
    table.writeKey(index, key);
    return key.array();
  }
}
