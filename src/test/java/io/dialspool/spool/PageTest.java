package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Traceparent;
import io.dialspool.ring.DialItems;
import io.dialspool.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long DEADLINE_MS = 1_763_683_200_000L;
  private static final LaneInfo LANE =
      new LaneInfo(3, new CampaignId("c"), Spooling.TARGET, 1, new Seeds(1, 2, 3));

  private final PageBuilder builder = new PageBuilder();

  @Test
  void shouldGiveBackWhatWasPutIn() {
    byte[] page =
        page(
            Lead.of("first", DEADLINE_MS),
            new Lead("second", "+49301234567", DEADLINE_MS + 1, List.of("name", "Ann")));
    List<StoredRequest> read = Page.read(LANE, 40, page);
    assertEquals(2, read.size());
    StoredRequest second = read.get(1);
    assertEquals(41, second.sequence());
    assertEquals(40, second.pageFirst());
    assertEquals(1, second.index());
    assertEquals(2, second.pageCount());
    assertEquals("second", second.clientToken());
    assertEquals("+49301234567", second.phoneNumber());
    assertEquals(DEADLINE_MS + 1, second.deadlineMs());
    assertEquals(77, second.acceptedAtMs());
    assertEquals(LANE, second.lane());
    assertEquals("first", read.get(0).clientToken());
  }

  // --- traces

  private static final Traceparent ONE = new Traceparent(1, 2, 3, (byte) 1);
  private static final Traceparent OTHER = new Traceparent(-1, 0, Long.MIN_VALUE, (byte) 0);

  @Test
  void shouldTellEachRequestsTraceAndNoneOfTheOthers() {
    DialItems items =
        Lead.items(
            List.of(
                Lead.of("a", DEADLINE_MS),
                Lead.of("b", DEADLINE_MS),
                Lead.of("c", DEADLINE_MS),
                Lead.of("d", DEADLINE_MS)));
    Traceparent[] traces = {null, ONE, ONE, OTHER};
    for (int i = 0; i < traces.length; i++) {
      builder.add(items, i, 77);
      if (traces[i] != null) {
        builder.belongsTo(traces[i]);
      }
    }
    byte[] page = finish(builder);
    for (int i = 0; i < traces.length; i++) {
      assertEquals(traces[i], Page.trace(LANE, 40, page, i));
    }
    List<StoredRequest> read = Page.read(LANE, 40, page);
    assertEquals(
        List.of("a", "b", "c", "d"), read.stream().map(StoredRequest::clientToken).toList());
    byte[] untraced =
        page(
            Lead.of("a", DEADLINE_MS),
            Lead.of("b", DEADLINE_MS),
            Lead.of("c", DEADLINE_MS),
            Lead.of("d", DEADLINE_MS));
    assertEquals(untraced.length + 2 * PageBuilder.TRACE_BYTES, page.length);
    assertEquals(null, Page.trace(LANE, 40, untraced, 1));
  }

  @Test
  void shouldRefuseATraceThatIsCutOff() {
    DialItems items = Lead.items(List.of(Lead.of("a", DEADLINE_MS)));
    builder.add(items, 0, 77);
    builder.belongsTo(ONE);
    byte[] page = finish(builder);
    byte[] cut = Arrays.copyOf(page, page.length - 1);
    assertThrows(StoreException.class, () -> Page.trace(LANE, 40, cut, 0));
    byte[] zeros = Arrays.copyOf(page, page.length);
    Arrays.fill(zeros, page.length - 25, page.length, (byte) 0);
    assertThrows(StoreException.class, () -> Page.trace(LANE, 40, zeros, 0));
  }

  @Test
  void shouldFindADamagedTraceBehindASoundOne() {
    DialItems items = Lead.items(List.of(Lead.of("a", DEADLINE_MS), Lead.of("b", DEADLINE_MS)));
    builder.add(items, 0, 77);
    builder.belongsTo(ONE);
    builder.add(items, 1, 77);
    builder.belongsTo(OTHER);
    byte[] page = finish(builder);
    Page.checkTraces(LANE, 40, page);
    Arrays.fill(page, page.length - 25, page.length, (byte) 0);
    assertEquals(ONE, Page.trace(LANE, 40, page, 0));
    assertThrows(StoreException.class, () -> Page.checkTraces(LANE, 40, page));
  }

  static List<String> values() {
    var all = new StringBuilder();
    for (char c = 0; c < 0x300; c++) {
      all.append(c);
    }
    return List.of(
        "",
        "plain",
        "she said \"yes\"",
        "back\\slash \\u0041 \\",
        "tab\tline\nreturn\rbell\u0007nul\u0000esc\u001b del\u007f",
        "Grüße, 東京, \ud83d\udcde, \u2028 and \u2029",
        "</script>",
        all.toString());
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldWriteAPayloadThatReadsAsTheSameJson(String value) throws IOException {
    JsonNode read = payload(Lead.of("t", DEADLINE_MS).withAttributes("a", value, "b-2", "x"));
    var expected = JSON.createObjectNode().put("phoneNumber", "+12065550100");
    expected.putObject("attributes").put("a", value).put("b-2", "x");
    assertEquals(expected, read);
  }

  @Test
  void shouldWriteAnEmptyObjectForNoAttributes() throws IOException {
    assertEquals(
        JSON.readTree("{\"phoneNumber\":\"+12065550100\",\"attributes\":{}}"),
        payload(Lead.of("t", DEADLINE_MS)));
  }

  @Test
  void shouldHoldTheLargestRequestThatIsAllowed() throws IOException {
    String value = "\u0001".repeat(32_000); // each grows sixfold
    JsonNode read = payload(Lead.of("t".repeat(200), DEADLINE_MS).withAttributes("a", value));
    assertEquals(value, read.get("attributes").get("a").asText());
  }

  @Test
  void shouldBeFullAt256Items() {
    DialItems one = Lead.items(List.of(Lead.of("t", DEADLINE_MS)));
    for (int i = 0; i < 256; i++) {
      assertFalse(builder.isFull());
      builder.add(one, 0, 0);
    }
    assertTrue(builder.isFull());
    byte[] page = finish(builder);
    assertEquals(256, Page.count(page));
    assertEquals(256, Page.read(LANE, 1, page).size());
  }

  @Test
  void shouldBeFullOnceItHoldsAMebibyte() {
    DialItems large =
        Lead.items(List.of(Lead.of("t", DEADLINE_MS).withAttributes("a", "x".repeat(30_000))));
    int added = 0;
    while (!builder.isFull()) {
      builder.add(large, 0, 0);
      added++;
    }
    assertEquals(35, added);
    assertEquals(35, Page.read(LANE, 1, finish(builder)).size());
  }

  @Test
  void shouldBeEmptyAgainOnceFinished() {
    page(Lead.of("first", DEADLINE_MS));
    assertTrue(builder.isEmpty());
    List<StoredRequest> next = Page.read(LANE, 1, page(Lead.of("next", DEADLINE_MS)));
    assertEquals(List.of("next"), next.stream().map(StoredRequest::clientToken).toList());
  }

  @Test
  void shouldTellItsDeadlineBucketsInOrder() {
    DialItems items =
        Lead.items(
            List.of(
                Lead.of("a", 95_000), // the fourth half minute
                Lead.of("b", 30_000),
                Lead.of("c", 59_999)));
    for (int i = 0; i < 3; i++) {
      builder.add(items, i, 0);
    }
    assertEquals(
        List.of(1, 1, 3), Arrays.stream(builder.sortedBuckets()).limit(3).boxed().toList());
  }

  @Test
  void shouldRefuseAPageOfAnotherVersion() {
    byte[] page = page(Lead.of("t", DEADLINE_MS));
    page[0] = 9;
    assertEquals("page 3/9 is of an unknown format", refusal(page));
  }

  @Test
  void shouldRefuseAPageThatHoldsNothing() {
    assertEquals("page 3/9 holds nothing", refusal(new byte[] {1, 0, 0}));
    assertThrows(StoreException.class, () -> Page.count(new byte[] {1, 0, 0}));
    assertThrows(StoreException.class, () -> Page.count(new byte[] {1}));
  }

  @Test
  void shouldRefuseAPageWhosePayloadIsShorterThanItsNumber() {
    byte[] page = page(Lead.of("t", DEADLINE_MS));
    page[PageBuilder.HEAD_BYTES + 17] = (byte) 200;
    assertEquals("page 3/9 is cut off", refusal(page));
  }

  @Test
  void shouldRefuseAPageThatIsCutOffAnywhere() {
    byte[] page = page(Lead.of("t", DEADLINE_MS), Lead.of("u", DEADLINE_MS));
    for (int length = 0; length < page.length; length++) {
      byte[] cut = Arrays.copyOf(page, length);
      String message = refusal(cut);
      assertTrue(message.startsWith("page 3/9 is "), message);
    }
  }

  private static String refusal(byte[] page) {
    return String.valueOf(
        assertThrows(StoreException.class, () -> Page.read(LANE, 9, page)).getMessage());
  }

  private JsonNode payload(Lead lead) throws IOException {
    StoredRequest stored = Page.read(LANE, 1, page(lead)).get(0);
    String members =
        new String(
            stored.bytes(), stored.payloadAt(), stored.payloadBytes(), StandardCharsets.UTF_8);
    return JSON.readTree("{" + members + "}");
  }

  private byte[] page(Lead... leads) {
    DialItems items = Lead.items(List.of(leads));
    for (int i = 0; i < leads.length; i++) {
      builder.add(items, i, 77);
    }
    return finish(builder);
  }

  private static byte[] finish(PageBuilder builder) {
    byte[] page = Arrays.copyOf(builder.finish(), builder.length());
    builder.clear();
    return page;
  }
}
