package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchParserTest {
  private static final String TIME = "\"expirationTime\":\"2026-11-20T12:05:00Z\"";
  private static final String ITEM =
      "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\"," + TIME + ",\"attributes\":{}}";

  private final BatchParser parser = new BatchParser();
  private final DialItems items = new DialItems();

  @Test
  void shouldReadEveryMemberOfAnItem() throws ShapeException {
    parse(
        batch(
            "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\","
                + TIME
                + ",\"attributes\":{\"first_name\":\"Ann\",\"city\":\"\"}}"));

    assertEquals(1, items.count());
    assertEquals("t-1", items.token(0));
    assertEquals("+12065550100", text(items.phoneAt(0), items.phoneBytes(0)));
    assertEquals(Instant.parse("2026-11-20T12:05:00Z").toEpochMilli(), items.deadlineMs(0));
    assertEquals(2, items.attributePairs(0));
    assertEquals(List.of("first_name", "Ann", "city", ""), attributes(0));
    assertEquals(Verdict.FINE, items.verdict(0));
  }

  @Test
  void shouldReadMembersInAnyOrderAndSkipUnknownOnes() throws ShapeException {
    parse(
        "{\"x\":[{\"dialRequests\":1}],\"dialRequests\":[{\"attributes\":{\"a\":\"b\"},"
            + "\"more\":{\"clientToken\":[1,{}]},\"more\":null,"
            + TIME
            + ",\"phoneNumber\":\"+12065550100\",\"clientToken\":\"t\"}],\"y\":null}");

    assertEquals("t", items.token(0));
    assertEquals(List.of("a", "b"), attributes(0));
  }

  @Test
  void shouldReadOneTo25Items() throws ShapeException {
    for (int count : new int[] {1, 2, 24, 25}) {
      items.clear();
      parse(batch(String.join(",", java.util.Collections.nCopies(count, ITEM))));
      assertEquals(count, items.count());
    }
  }

  @Test
  void shouldRefuse26Items() {
    assertEquals(
        "dialRequests: more than 25 items (expected: 1 to 25 items)",
        refusal(batch(String.join(",", java.util.Collections.nCopies(26, ITEM)))));
  }

  @Test
  void shouldRefuseNoItems() {
    assertEquals("dialRequests: 0 items (expected: 1 to 25 items)", refusal(batch("")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clientToken    | dialRequests[1].clientToken: missing (expected: string)",
        "phoneNumber    | dialRequests[1].phoneNumber: missing (expected: string)",
        "expirationTime | dialRequests[1].expirationTime: missing (expected: time)",
        "attributes     | dialRequests[1].attributes: missing (expected: object)",
      })
  void shouldNameTheMissingMember(String member, String message) {
    String broken = ITEM.replace("\"" + member + "\"", "\"other\"");
    assertEquals(message, refusal(batch(ITEM + "," + broken)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"t-1\"                  | null  | clientToken: null (expected: string)",
        "\"t-1\"                  | 1     | clientToken: number (expected: string)",
        "\"+12065550100\"         | null  | phoneNumber: null (expected: string)",
        "\"+12065550100\"         | []    | phoneNumber: array (expected: string)",
        "\"2026-11-20T12:05:00Z\" | null  | expirationTime: null (expected: time)",
        "\"2026-11-20T12:05:00Z\" | true  | expirationTime: boolean (expected: time)",
        "{}                       | null  | attributes: null (expected: object)",
        "{}                       | []    | attributes: array (expected: object)",
        "{}                       | \"\"  | attributes: string (expected: object)",
        "{}                 | {\"a\":null}| attributes: null as a value (expected: string)",
        "{}                 | {\"a\":1}   | attributes: number as a value (expected: string)",
        "{}                 | {\"a\":{}}  | attributes: object as a value (expected: string)",
      })
  void shouldRefuseAMemberOfTheWrongType(String good, String bad, String message) {
    assertEquals("dialRequests[0]." + message, refusal(batch(ITEM.replace(good, bad))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"clientToken", "phoneNumber", "expirationTime", "attributes"})
  void shouldRefuseAMemberGivenTwice(String member) {
    String twice =
        ITEM.replace("{\"client", "{\"" + member + "\":" + valueOf(member) + ",\"client");
    assertEquals(
        "dialRequests[0]." + member + ": given twice (expected: once)", refusal(batch(twice)));
  }

  @Test
  void shouldRefuseDialRequestsGivenTwice() {
    assertEquals(
        "dialRequests: given twice (expected: once)",
        refusal("{\"dialRequests\":[" + ITEM + "],\"dialRequests\":[" + ITEM + "]}"));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 17, 18, 500})
  void shouldRefuseAnAttributeNameGivenTwice(int count) {
    var pairs = new ArrayList<String>();
    for (int i = 1; i < count; i++) {
      pairs.add("\"name" + i + "\":\"v\"");
    }
    pairs.add("\"n\\u0061me1\":\"other\"");

    assertEquals(
        "dialRequests[0].attributes: a name given twice (expected: once)",
        refusal(batch(ITEM.replace("{}", "{" + String.join(",", pairs) + "}"))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 18, 1000})
  void shouldKeepAnyNumberOfDistinctAttributesInOrder(int count) throws ShapeException {
    var pairs = new ArrayList<String>();
    var expected = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      pairs.add("\"n" + i + "\":\"v" + i + "\"");
      expected.add("n" + i);
      expected.add("v" + i);
    }
    parse(batch(ITEM.replace("{}", "{" + String.join(",", pairs) + "}")));

    assertEquals(count, items.attributePairs(0));
    assertEquals(expected, attributes(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{",
        "{}",
        "{\"dialRequests\":null}",
        "{\"dialRequests\":{}}",
        "{\"dialRequests\":[",
        "{\"dialRequests\":[null]}",
        "{\"dialRequests\":[1]}",
        "{\"dialRequests\":[[]]}",
        "{'dialRequests':[]}",
        "nonsense",
      })
  void shouldRefuseABodyOfAnotherShape(String body) {
    assertTrue(refusal(body).contains(" (expected: "), body);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "x", "]", "}", ",", "0"})
  void shouldRefuseAnythingBehindTheDocument(String trailing) {
    assertTrue(refusal(batch(ITEM) + " " + trailing).startsWith("body: "));
  }

  @Test
  void shouldTakeWhiteSpaceBehindTheDocument() throws ShapeException {
    parse(batch(ITEM) + " \r\n\t ");
    assertEquals(1, items.count());
  }

  @Test
  void shouldRefuseABodyCutOffAnywhere() {
    String whole = batch(ITEM.replace("{}", "{\"a\":\"b\"}"));
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      items.clear();
      assertThrows(ShapeException.class, () -> parse(cut), cut);
    }
  }

  @Test
  void shouldBoundNesting() throws ShapeException {
    int within = DialRequestReader.NESTING_MAX - 1;
    parse("{\"x\":" + "[".repeat(within) + "]".repeat(within) + "," + batch(ITEM).substring(1));
    assertEquals(1, items.count());

    assertEquals(
        "body: nested too deep or a number too long (expected: at most 32 levels)",
        refusal(
            "{\"x\":"
                + "[".repeat(within + 1)
                + "]".repeat(within + 1)
                + ","
                + batch(ITEM).substring(1)));
  }

  @Test
  void shouldRefuseBytesThatAreNoUtf8() {
    byte[] latin1 =
        batch(ITEM.replace("{}", "{\"a\":\"é\"}")).getBytes(StandardCharsets.ISO_8859_1);
    byte[] utf16 = batch(ITEM).getBytes(StandardCharsets.UTF_16LE);
    byte[] overlong = batch(ITEM).getBytes(StandardCharsets.UTF_8);
    overlong[overlong.length / 2] = (byte) 0xC0;
    overlong[overlong.length / 2 + 1] = (byte) 0x80;

    assertEquals("body: not UTF-8 (expected: JSON in UTF-8)", refusal(latin1));
    assertEquals("body: not UTF-8 (expected: JSON in UTF-8)", refusal(overlong));
    assertTrue(refusal(utf16).startsWith("body: "));
  }

  @Test
  void shouldKeepTextOfAllPlanesEscapedOrNot() throws ShapeException {
    String text = "é ﷺ 😀 \u0000 \" \\ /";
    String escaped = "\\u00e9 \\ufdfa \\ud83d\\ude00 \\u0000 \\\" \\\\ \\/";
    parse(
        batch(
            ITEM.replace(
                "{}", "{\"a\":\"é ﷺ 😀 \\u0000 \\\" \\\\ /\",\"b\":\"" + escaped + "\"}")));

    assertEquals(List.of("a", text, "b", text), attributes(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d", "\\ude00", "\\ud83dx", "\\ude00\\ud83d", "\\ud83d\\ud83d"})
  void shouldMarkTheItemWithHalfASurrogatePairInvalid(String half) throws ShapeException {
    parse(batch(ITEM.replace("{}", "{\"a\":\"" + half + "\"}") + "," + ITEM));

    assertEquals(Verdict.INVALID, items.verdict(0));
    assertEquals(DialRequestReader.UNPAIRED_SURROGATE, items.fault(0));
    assertEquals(Verdict.FINE, items.verdict(1));
  }

  @Test
  void shouldMarkTheItemWithAnUnreadableTimeInvalid() throws ShapeException {
    parse(batch(ITEM.replace("2026-11-20T12:05:00Z", "tomorrow") + "," + ITEM));

    assertEquals(Verdict.INVALID, items.verdict(0));
    assertEquals(DialRequestReader.EXPIRATION_TIME_FORM, items.fault(0));
    assertEquals("t-1", items.token(0));
    assertEquals(Verdict.FINE, items.verdict(1));
  }

  @ParameterizedTest
  @CsvSource({
    "1763683200, 1763683200000",
    "1763683200.5, 1763683200500",
    "1.7636832E9, 1763683200000",
    "0, 0"
  })
  void shouldReadATimeInEpochSeconds(String number, long epochMs) throws ShapeException {
    parse(batch(ITEM.replace("\"2026-11-20T12:05:00Z\"", number)));
    assertEquals(epochMs, items.deadlineMs(0));
  }

  @Test
  void shouldLeaveAnAbsurdNumberToTheRangeCheck() throws ShapeException {
    parse(
        batch(
            ITEM.replace("\"2026-11-20T12:05:00Z\"", "9".repeat(99))
                + ","
                + ITEM.replace("\"2026-11-20T12:05:00Z\"", "1e99999")));
    assertEquals(Long.MAX_VALUE / 4, items.deadlineMs(0));
    assertEquals(Long.MAX_VALUE / 4, items.deadlineMs(1));
  }

  @ParameterizedTest
  @CsvSource({"199, 199", "200, 200", "201, 201", "202, 201", "100000, 201"})
  void shouldKeepOfATokenNoMoreThanShowsItTooLong(int given, int kept) throws ShapeException {
    parse(batch(ITEM.replace("t-1", "x".repeat(given))));
    assertEquals(kept, items.tokenBytes(0));
  }

  @Test
  void shouldKeepOfAttributesNoMoreThanShowsThemTooLarge() throws ShapeException {
    String huge = "v".repeat(200_000);
    parse(
        batch(ITEM.replace("{}", "{\"a\":\"" + huge + "\",\"b\":\"" + huge + "\"}") + "," + ITEM));

    assertTrue(items.attributesBytes(0) > 32_768 + 8 * items.attributePairs(0));
    assertTrue(items.used() < 70_000);
    assertEquals("t-1", items.token(1));
  }

  @Test
  void shouldCheckTheShapeBehindWhatIsTooLargeToKeep() {
    String huge = "v".repeat(40_000);
    assertEquals(
        "dialRequests[0].attributes: number as a value (expected: string)",
        refusal(batch(ITEM.replace("{}", "{\"a\":\"" + huge + "\",\"b\":1}"))));
  }

  @Test
  void shouldTakeAnAttributeNameLongerThanJacksonTakesByItself() throws ShapeException {
    parse(batch(ITEM.replace("{}", "{\"" + "n".repeat(60_000) + "\":\"\"}")));
    assertEquals(32_769, items.attributesBytes(0) - 8);
  }

  @Test
  void shouldNotQuoteTheBodyInAMessage() {
    String message = refusal(batch(ITEM.replace("\"+12065550100\"", "+12065550100")));
    assertFalse(message.contains("1206"), message);
  }

  @Test
  void shouldReadTheNextBodyAfterABrokenOne() throws ShapeException {
    refusal("{\"dialRequests\":[" + ITEM + "," + ITEM.substring(0, 40));
    items.clear();
    parse(batch(ITEM));
    assertEquals(1, items.count());
    assertNull(items.fault(0));
  }

  private static String valueOf(String member) {
    return member.equals("attributes")
        ? "{}"
        : member.equals("expirationTime") ? "\"2026-11-20T12:05:00Z\"" : "\"x\"";
  }

  private static String batch(String inside) {
    return "{\"dialRequests\":[" + inside + "]}";
  }

  private void parse(String body) throws ShapeException {
    byte[] bytes = ("##" + body + "##").getBytes(StandardCharsets.UTF_8);
    parser.parse(bytes, 2, bytes.length - 4, items);
  }

  private String refusal(String body) {
    return refusal(body.getBytes(StandardCharsets.UTF_8));
  }

  private String refusal(byte[] body) {
    items.clear();
    return ""
        + assertThrows(ShapeException.class, () -> parser.parse(body, 0, body.length, items))
            .getMessage();
  }

  private String text(int at, int length) {
    return new String(items.bytes(), at, length, StandardCharsets.UTF_8);
  }

  private List<String> attributes(int item) {
    var all = new ArrayList<String>();
    int next = items.attributesAt(item);
    for (int i = 0; i < items.attributePairs(item) * 2; i++) {
      int length = ByteBuffer.wrap(items.bytes()).getInt(next);
      all.add(text(next + 4, length));
      next += 4 + length;
    }
    assertEquals(items.attributesAt(item) + items.attributesBytes(item), next);
    return all;
  }

  @Test
  void shouldJudgeAsAFreshParserDoesWhateverCameBefore() {
    var random = new Random(20_261_121);
    String[] scraps = {
      "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\n", "t", "null", "1", "-", "{}", "é"
    };
    for (int round = 0; round < 20_000; round++) {
      var body = new StringBuilder("{\"x\":[1,{}],\"dialRequests\":[" + ITEM + "," + ITEM + "]}");
      for (int change = random.nextInt(3); change > 0; change--) {
        int at = random.nextInt(body.length() + 1);
        switch (random.nextInt(4)) {
          case 0 -> body.insert(at, scraps[random.nextInt(scraps.length)]);
          case 1 -> body.delete(at, Math.min(body.length(), at + 1 + random.nextInt(3)));
          case 2 -> body.setLength(at);
          default -> body.append(scraps[random.nextInt(scraps.length)]);
        }
        body.append(random.nextBoolean() ? "" : " ");
      }
      byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
      var fresh = new DialItems();
      String expected;
      try {
        new BatchParser().carefully(bytes, 0, bytes.length, fresh);
        expected = seen(fresh);
      } catch (ShapeException e) {
        expected = e.member() + ": " + e.reason();
      }
      items.clear();
      String actual;
      try {
        parser.parse(bytes, 0, bytes.length, items);
        actual = seen(items);
      } catch (ShapeException e) {
        actual = e.member() + ": " + e.reason();
      }
      assertEquals(expected, actual, body.toString());
    }
  }

  private static String seen(DialItems items) {
    var text = new StringBuilder();
    for (int i = 0; i < items.count(); i++) {
      text.append(items.token(i))
          .append(' ')
          .append(items.deadlineMs(i))
          .append(' ')
          .append(items.verdict(i));
      text.append(' ')
          .append(items.phoneBytes(i))
          .append(' ')
          .append(items.attributePairs(i))
          .append(';');
    }
    return text.append(new String(items.bytes(), 0, items.used(), StandardCharsets.UTF_8))
        .toString();
  }

  @Test
  void shouldNotTakeTheBeginningOfAnotherValueForSpace() throws ShapeException {
    for (String more : List.of("t", "\"", "{", "1", "[")) {
      assertThrows(ShapeException.class, () -> parse(batch(ITEM) + more));
      items.clear();
      parse(batch(ITEM) + " \r\n\t");
      assertEquals(1, items.count());
      items.clear();
    }
  }
}
