package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.ring.DialItems;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/** A batch's body as anyone may write it, held against {@link PlainReading}. */
@Timeout(600)
class BatchParserFuzzTest {
  private final BatchParser parser = new BatchParser();
  private final DialItems items = new DialItems();

  @FuzzTest
  void shouldReadWhatAPlainReaderReads(byte[] body) {
    List<PlainReading.Item> expected = PlainReading.batch(body);
    // The parser is handed a part of a larger array.
    byte[] around = new byte[body.length + 7];
    Arrays.fill(around, (byte) '}');
    System.arraycopy(body, 0, around, 3, body.length);
    ShapeException refusal = null;
    items.clear();
    try {
      parser.parse(around, 3, body.length, items);
    } catch (ShapeException e) {
      refusal = e;
    }
    if (expected == null) {
      assertRefused(refusal);
      return;
    }
    assertNull(refusal);
    assertEquals(expected.size(), items.count());
    for (int i = 0; i < expected.size(); i++) {
      PlainReading.assertSame(expected.get(i), items, i);
    }
  }

  static void assertRefused(@Nullable ShapeException refusal) {
    assertNotNull(refusal);
    String message = refusal.member() + ": " + refusal.reason();
    assertTrue(message.contains(" (expected: ") && message.endsWith(")"), message);
    assertFalse(message.chars().anyMatch(c -> c < ' ' || c > '~'), message);
  }
}
