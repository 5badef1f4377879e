package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final Lead LEAD = new Lead("c-1", "t-1", 12_065_550_100L, 50_000);

  private final Ledger ledger = new Ledger();

  @Test
  void shouldCountATokenOnceHoweverOftenItIsAcknowledged() {
    ledger.sending(List.of(LEAD), 0);
    assertNull(ledger.recent(new SplittableRandom(1)));
    ledger.acknowledged("t-1", null);
    ledger.acknowledged("t-1", "ds-1-1");
    ledger.acknowledged("t-1", "ds-1-1");

    assertEquals(1, ledger.acknowledged());
    assertEquals(1, ledger.acknowledged("t"));
    assertEquals(0, ledger.acknowledged("another"));
    assertEquals(List.of(), ledger.contradictions());
    assertEquals(LEAD, ledger.recent(new SplittableRandom(1)));
  }

  @Test
  void shouldHoldAnotherIdOfTheSameTokenForAContradiction() {
    ledger.sending(List.of(LEAD), 0);
    ledger.acknowledged("t-1", "ds-1-1");
    ledger.acknowledged("t-1", "ds-1-2");

    assertEquals(List.of("t-1 had the id ds-1-1 and then ds-1-2"), ledger.contradictions());
  }

  @Test
  void shouldHoldAnAcknowledgementOfWhatWasNeverSentForAContradiction() {
    ledger.acknowledged("t-9", "ds-1-9");
    ledger.cancelled("t-9");

    assertEquals(
        List.of("t-9 was acknowledged and never sent", "t-9 was cancelled and never sent"),
        ledger.contradictions());
    assertEquals(0, ledger.acknowledged());
  }

  @Test
  void shouldRememberTheEarliestAndTheLatestDeadlineThatWereSent() {
    ledger.sending(List.of(LEAD), 2_000);
    ledger.sending(List.of(LEAD), 1_000);
    ledger.sending(List.of(LEAD), 9_000);

    Ledger.Entry entry = ledger.entry("t-1");
    assertNotNull(entry);
    assertEquals(51_000, entry.firstDeadlineMs());
    assertEquals(59_000, entry.lastDeadlineMs());
  }

  @Test
  void shouldWriteDownTokensAndNeverNumbers(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("ledger.ndjson");
    try (var books = new Ledger(file)) {
      books.sending(List.of(LEAD), 0);
      books.acknowledged("t-1", "ds-1-1");
      books.recalling("t-1");
      books.cancelled("t-1");
    }

    assertEquals(
        """
        {"clientToken":"t-1","said":"acknowledged","id":"ds-1-1"}
        {"clientToken":"t-1","said":"cancelled"}
        """,
        Files.readString(file));
  }
}
