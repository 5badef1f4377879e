package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamAnswerTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n\r\n";

  private final Ledger ledger = new Ledger();
  private final List<Lead> leads =
      IntStream.rangeClosed(1, 5)
          .mapToObj(i -> new Lead("c-1", "t-" + i, 12_065_550_100L + i, 1_000))
          .toList();
  private final StreamAnswer answer = new StreamAnswer(ledger, leads);

  StreamAnswerTest() {
    ledger.sending(leads, 0);
  }

  @Test
  void shouldBelieveNothingBeforeItIsSaidToBeSynced() {
    take(HEAD);
    assertEquals(0, ledger.acknowledged());
    take("{\"syncedThrough\":3}\n");
    assertEquals(3, ledger.acknowledged());
    assertEquals(leads.subList(3, 5), answer.unanswered());
  }

  @Test
  void shouldReadAnAnswerHoweverItIsCut() {
    String all =
        HEAD
            + "{\"line\":2,\"clientToken\":\"t-2\",\"status\":\"duplicate\",\"id\":\"ds-1-7\",\"state\":\"QUEUED\"}\n"
            + "{\"syncedThrough\":5}\n{\"summary\":{\"lines\":5,\"accepted\":4,\"error\":null}}\n";
    for (byte one : all.getBytes(StandardCharsets.UTF_8)) {
      answer.take(new byte[] {one}, 1);
    }

    assertEquals(5, ledger.acknowledged());
    Ledger.Entry second = ledger.entry("t-2");
    assertNotNull(second);
    assertEquals("ds-1-7", second.id());
    assertEquals(List.of(), answer.unanswered());
    assertEquals(List.of(), ledger.contradictions());
  }

  @Test
  void shouldNotTakeHalfALineForAWord() {
    take(HEAD + "{\"syncedThrough\":4");
    assertEquals(0, ledger.acknowledged());
  }

  @Test
  void shouldHoldARefusalForAContradictionAndCountTheOthers() {
    take(
        HEAD
            + "{\"line\":1,\"clientToken\":\"t-1\",\"status\":\"rejected\",\"member\":\"phoneNumber\",\"reason\":\"why\"}\n"
            + "{\"syncedThrough\":2}\n");

    assertEquals(1, ledger.acknowledged());
    assertEquals(List.of("t-1 was refused: why"), ledger.contradictions());
  }

  @Test
  void shouldHoldMoreSyncedThanSentForAContradiction() {
    take(HEAD + "{\"syncedThrough\":6}\n");

    assertEquals(0, ledger.acknowledged());
    assertEquals(List.of("a stream of 5 lines was synced through 6"), ledger.contradictions());
  }

  @Test
  void shouldTakeNothingFromARefusedStream() {
    take("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"message\":\"Shutting down.\"}\n");

    assertEquals(0, ledger.acknowledged());
    assertEquals(leads, answer.unanswered());
  }

  private void take(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    answer.take(bytes, bytes.length);
  }
}
