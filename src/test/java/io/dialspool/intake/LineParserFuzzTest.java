package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dialspool.ring.DialItems;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;

/**
 * Lines one after the other through one parser, as a stream of dial requests brings them: what a
 * line before it was must not change what a line is.
 */
@Timeout(600)
class LineParserFuzzTest {
  private static final byte[] FINE =
      """
      {"clientToken":"t","phoneNumber":"+1","expirationTime":0,"attributes":{"a":"b","c":"d"}}
      """
          .getBytes(StandardCharsets.UTF_8);

  @FuzzTest
  void shouldReadEachLineByItself(byte[] lines) {
    var parser = new LineParser();
    var items = new DialItems();
    int from = 0;
    for (int i = 0; i <= lines.length; i++) {
      if (i == lines.length || lines[i] == '\n') {
        line(parser, items, Arrays.copyOfRange(lines, from, i));
        line(parser, items, Arrays.copyOf(FINE, FINE.length - 1));
        from = i + 1;
      }
    }
  }

  private static void line(LineParser parser, DialItems items, byte[] line) {
    PlainReading.Item expected = PlainReading.line(line);
    byte[] bytes = Arrays.copyOf(line, line.length + 1);
    bytes[line.length] = '\n';
    items.clear();
    ShapeException refusal = null;
    try {
      parser.parse(bytes, 0, bytes.length, items);
    } catch (ShapeException e) {
      refusal = e;
    }
    if (expected == null) {
      BatchParserFuzzTest.assertRefused(refusal);
      return;
    }
    assertNull(refusal);
    assertEquals(1, items.count());
    PlainReading.assertSame(expected, items, 0);
  }
}
