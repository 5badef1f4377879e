package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialspool.ring.DialItems;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineParserTest {
  private static final String LINE =
      "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\","
          + "\"expirationTime\":\"2026-11-20T12:05:00Z\",\"attributes\":{\"a\":\"b\"}}";

  private final LineParser parser = new LineParser();
  private final DialItems items = new DialItems();

  @Test
  void shouldReadLineAfterLine() throws ShapeException {
    for (int i = 0; i < DialItems.ITEMS_MAX; i++) {
      parse(LINE.replace("t-1", "t-" + i));
    }
    assertEquals(25, items.count());
    assertEquals("t-0", items.token(0));
    assertEquals("t-24", items.token(24));
    assertEquals(1, items.attributePairs(24));
  }

  @Test
  void shouldNotTakeNamesOfOneLengthForTheSameName() throws ShapeException {
    parse(LINE.replace("\"a\":\"b\"", "\"country\":\"AT\",\"product\":\"Renewal\""));
    assertEquals(2, items.attributePairs(0));
    String stored =
        new String(
            items.bytes(), items.attributesAt(0), items.attributesBytes(0), StandardCharsets.UTF_8);
    assertEquals("\0\0\0\7country\0\0\0\2AT\0\0\0\7product\0\0\0\7Renewal", stored);
  }

  @Test
  void shouldTakeACarriageReturnBeforeTheLineFeed() throws ShapeException {
    parse(LINE + "\r");
    assertEquals("t-1", items.token(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]            | line: array (expected: one JSON object)",
        "5              | line: number (expected: one JSON object)",
        "null           | line: null (expected: one JSON object)",
        "\"x            | line: unreadable JSON (expected: one JSON object)",
        "{\"a\":        | line: incomplete (expected: one JSON object)",
        "{\"a\":1       | line: incomplete (expected: one JSON object)",
        "{\"clientToken\": | clientToken: incomplete (expected: string)",
        "nonsense       | line: unreadable JSON (expected: one JSON object)",
        "{}             | clientToken: missing (expected: string)",
      })
  void shouldSayWhatIsWrongWithALine(String line, String message) {
    assertEquals(message, refusal(line));
  }

  @ParameterizedTest
  @CsvSource({"{}", "x", "tru", "12", "]"})
  void shouldRefuseALineWithMoreThanOneValue(String more) throws ShapeException {
    assertEquals("line: ", refusal(LINE + more).substring(0, 6));
    items.clear();
    parse(LINE);
    assertEquals(1, items.count());
  }

  @Test
  void shouldReadTheNextLineAfterOneCutOffAnywhere() throws ShapeException {
    for (int length = 1; length < LINE.length(); length++) {
      refusal(LINE.substring(0, length));
      items.clear();
      parse(LINE);
      assertEquals("t-1", items.token(0));
    }
  }

  private void parse(String line) throws ShapeException {
    byte[] bytes = ("#" + line + "\n#").getBytes(StandardCharsets.UTF_8);
    parser.parse(bytes, 1, bytes.length - 1, items);
  }

  private String refusal(String line) {
    items.clear();
    return "" + assertThrows(ShapeException.class, () -> parse(line)).getMessage();
  }
}
