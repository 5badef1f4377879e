package io.dialspool.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokensTest {
  private static final int REQUESTS = 400;
  private static final int ITEMS = 25;

  @Test
  void shouldRepeatOnlyValidItemsOfEarlierRequests() {
    var tokens = new Tokens(0.2, 0.1, 7);
    Set<Long> earlier = new HashSet<>();
    int repeated = 0;
    int invalid = 0;
    for (int request = 0; request < REQUESTS; request++) {
      tokens.beginRequest();
      Set<Long> now = new HashSet<>();
      int repeatedNow = 0;
      for (int item = 0; item < ITEMS; item++) {
        long number = tokens.draw();
        if (earlier.contains(number)) {
          repeatedNow++;
          assertFalse(tokens.isInvalid(number));
        } else {
          assertTrue(now.add(number), "new twice in one request");
        }
      }
      assertEquals(repeatedNow, tokens.duplicatesDrawn());
      repeated += repeatedNow;
      invalid += tokens.invalidDrawn();
      earlier.addAll(now);
    }
    assertEquals(earlier.size(), tokens.drawn());
    assertEquals(0.2, repeated / (double) (REQUESTS * ITEMS), 0.03);
    assertEquals(0.1, invalid / (double) earlier.size(), 0.03);
  }

  @Test
  void shouldAddUpTokensWhateverTheirOrder() {
    long sum = Tokens.sum("run", List.of(2L, 1L));
    long byHand = 0;
    for (String token :
        List.of("bench-run-1-0000000000", "bench-run-0-0000000001", "bench-run-0-0000000000")) {
      byte[] bytes = token.getBytes(StandardCharsets.US_ASCII);
      byHand += LocalTarget.hash(bytes, 0, bytes.length);
    }
    assertEquals(byHand, sum);
    assertNotEquals(sum, Tokens.sum("run", List.of(1L, 2L)));
  }
}
