package io.dialspool.campaignservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialBufferTest {
  private final DialBuffer buffer = new DialBuffer();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldGiveTheOldestToTheDialerAndTheSoonestToExpiry(long seed) {
    var random = new Random(seed);
    var model = new TreeMap<Long, Long>();
    long sequence = 0;
    for (int step = 0; step < 20_000; step++) {
      boolean filling = step / 2_000 % 2 == 0;
      int what = random.nextInt(10);
      if (what < (filling ? 7 : 3)) {
        sequence += random.nextInt(20) == 0 ? 1 + random.nextInt(200) : 1; // gaps: a restart
        long expirationMs = random.nextInt(1_000);
        buffer.add(sequence, expirationMs);
        model.put(sequence, expirationMs);
      } else if (!model.isEmpty() && what < 9) {
        assertEquals(model.firstKey(), buffer.first());
        assertEquals(model.pollFirstEntry().getKey(), buffer.poll());
      } else if (!model.isEmpty()) {
        Map.Entry<Long, Long> soonest =
            model.entrySet().stream()
                .min(Map.Entry.<Long, Long>comparingByValue().thenComparing(byKey()))
                .orElseThrow();
        assertEquals(soonest.getValue(), buffer.nextExpirationMs());
        assertEquals(soonest.getKey(), buffer.pollNextToExpire());
        model.remove(soonest.getKey());
      }
      assertEquals(model.size(), buffer.size());
    }
    assertTrue(sequence > 5_000, "sequence " + sequence);
  }

  private static Comparator<Map.Entry<Long, Long>> byKey() {
    return Map.Entry.comparingByKey();
  }

  @Test
  void shouldNeverExpireWhenNobodyWaits() {
    assertEquals(Agenda.NEVER, buffer.nextExpirationMs());
    buffer.add(1, 5);
    buffer.poll();
    assertEquals(Agenda.NEVER, buffer.nextExpirationMs());
    assertEquals(2, buffer.first());
  }
}
