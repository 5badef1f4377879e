package io.dialspool.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialspool.request.CampaignId;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidateStageTest {
  private static final NumberRule NUMBERS = NumberRule.load(false);
  private static final long NOW_MS = 1_763_683_200_000L;
  private static final long DAY_MS = 86_400_000L;
  private static final String NUMBER = "+12065550100";

  private final ValidateStage stage = new ValidateStage(NUMBERS);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 199, 200})
  void shouldTakeTokensOf1To200Characters(int length) {
    assertNull(ofToken("x".repeat(length)));
  }

  @Test
  void shouldRefuseTokensOutsideThat() {
    assertEquals(ValidateStage.TOKEN_EMPTY, ofToken(""));
    assertEquals(ValidateStage.TOKEN_LONG, ofToken("x".repeat(201)));
  }

  @Test
  void shouldTakeEveryCharacterOfATokenThatTheContractNamesAndNoOther() {
    for (char c = 0; c < 256; c++) {
      boolean named = ("" + c).matches("[a-zA-Z0-9_\\-.]");
      assertEquals(named ? null : ValidateStage.TOKEN_FORM, ofToken("a" + c + "b"), "char " + +c);
    }
  }

  @Test
  void shouldJudgeTheNumber() {
    assertNull(ofNumber("+12065550100"));
    assertEquals(NumberRule.LENGTH, ofNumber("+15550100"));
    assertEquals(NumberRule.NOT_E164, ofNumber(""));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 29_999, 30_000, 35_000, 30 * DAY_MS - 1, 30 * DAY_MS})
  void shouldTakeDeadlinesFromNowTo30DaysAhead(long aheadMs) {
    assertNull(ofDeadline(NOW_MS + aheadMs));
  }

  @Test
  void shouldRefuseDeadlinesOutsideThat() {
    assertEquals(ValidateStage.DEADLINE_PAST, ofDeadline(NOW_MS - 1));
    assertEquals(ValidateStage.DEADLINE_PAST, ofDeadline(-Long.MAX_VALUE / 4));
    assertEquals(ValidateStage.DEADLINE_FAR, ofDeadline(NOW_MS + 30 * DAY_MS + 1));
    assertEquals(ValidateStage.DEADLINE_FAR, ofDeadline(Long.MAX_VALUE / 4));
  }

  @Test
  void shouldTakeEveryCharacterOfANameThatTheContractNamesAndNoOther() {
    for (char c = 0; c < 256; c++) {
      boolean named = ("" + c).matches("[a-zA-Z0-9_\\-]");
      assertEquals(
          named ? null : ValidateStage.NAME_FORM, ofAttributes("a" + c, "v"), "char " + +c);
    }
  }

  @Test
  void shouldTakeNamesOf1To32767Characters() {
    assertEquals(ValidateStage.NAME_EMPTY, ofAttributes("", "v"));
    assertNull(ofAttributes("n", ""));
    assertNull(ofAttributes("n".repeat(32_766), ""));
    assertNull(ofAttributes("n".repeat(32_767), "v"));
    assertEquals(ValidateStage.NAME_LONG, ofAttributes("n".repeat(32_768), ""));
  }

  @Test
  void shouldTakeNamesAndValuesOf32768BytesTogether() {
    assertNull(ofAttributes("n", "v".repeat(32_766)));
    assertNull(ofAttributes("n", "v".repeat(32_767)));
    assertEquals(ValidateStage.ATTRIBUTES_LARGE, ofAttributes("n", "v".repeat(32_768)));
    assertNull(ofAttributes("ab", "é".repeat(16_383)));
    assertEquals(ValidateStage.ATTRIBUTES_LARGE, ofAttributes("abc", "é".repeat(16_383)));
  }

  @Test
  void shouldCountAllPairsTogether() {
    assertNull(ofAttributes("a", "v".repeat(16_383), "b", "v".repeat(16_383)));
    assertEquals(
        ValidateStage.ATTRIBUTES_LARGE,
        ofAttributes("a", "v".repeat(16_383), "b", "v".repeat(16_384)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\u0085", "\u2028", "\u2029"})
  void shouldRefuseAValueWithALineBreak(String lineBreak) {
    assertEquals(ValidateStage.VALUE_LINES, ofAttributes("a", "ok", "b", "x" + lineBreak + "y"));
    assertEquals(ValidateStage.VALUE_LINES, ofAttributes("a", lineBreak));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t", "\u0000", "é", "\u0086", "\u2027", "\u202a", "😀", "…"})
  void shouldTakeAnyOtherValue(String value) {
    assertNull(ofAttributes("a", value));
  }

  @Test
  void shouldTakeNoAttributes() {
    assertNull(ofAttributes());
  }

  @Test
  void shouldJudgeEachItemByItself() {
    var items = new DialItems();
    add(items, "t-1", NUMBER, NOW_MS);
    add(items, "", NUMBER, NOW_MS);
    add(items, "t-3", NUMBER, NOW_MS);
    stage.on(slot(items));

    assertEquals(Verdict.FINE, items.verdict(0));
    assertEquals(Verdict.INVALID, items.verdict(1));
    assertEquals(Verdict.FINE, items.verdict(2));
  }

  @Test
  void shouldLetTheParsersFaultStand() {
    var items = new DialItems();
    add(items, "", NUMBER, NOW_MS);
    var first = new Fault("expirationTime", "not a time");
    items.invalid(0, first);
    stage.on(slot(items));

    assertEquals(first, items.fault(0));
  }

  @Test
  void shouldPassOverEmptySlotsAndRecalls() {
    stage.on(new DialSlot());
    var recall = new DialSlot();
    recall.recall(new CampaignId("c-1"), "t-1", NOW_MS, answer -> {});
    stage.on(recall);

    assertEquals(Verdict.FINE, recall.items().verdict(0));
  }

  private @Nullable Fault ofToken(String token) {
    return judged(token, NUMBER, NOW_MS);
  }

  private @Nullable Fault ofNumber(String number) {
    return judged("t-1", number, NOW_MS);
  }

  private @Nullable Fault ofDeadline(long deadlineMs) {
    return judged("t-1", NUMBER, deadlineMs);
  }

  private @Nullable Fault ofAttributes(String... namesAndValues) {
    return judged("t-1", NUMBER, NOW_MS, namesAndValues);
  }

  private @Nullable Fault judged(
      String token, String number, long deadlineMs, String... namesAndValues) {
    var items = new DialItems();
    add(items, token, number, deadlineMs, namesAndValues);
    stage.on(slot(items));
    return items.fault(0);
  }

  private static DialSlot slot(DialItems items) {
    var slot = new DialSlot();
    slot.trade(new CampaignId("c-1"), items, NOW_MS, answered -> {});
    return slot;
  }

  private static void add(
      DialItems items, String token, String number, long deadlineMs, String... namesAndValues) {
    int item = items.begin();
    int tokenAt = items.append(token);
    items.token(item, tokenAt, items.used() - tokenAt);
    int phoneAt = items.append(number);
    items.phone(item, phoneAt, items.used() - phoneAt);
    items.deadlineMs(item, deadlineMs);
    int at = items.used();
    for (String text : namesAndValues) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      ByteBuffer.wrap(items.ensure(4)).putInt(items.used(), length);
      items.advance(4);
      items.append(text);
    }
    items.attributes(item, at, items.used() - at, namesAndValues.length / 2);
  }
}
