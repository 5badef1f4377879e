package io.dialspool.crashtest;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamSenderTest {
  private static final List<Lead> LEADS =
      List.of(
          new Lead("one", "stream-0", 12_062_000_000L, 50_000),
          new Lead("one", "stream-1", 12_062_000_001L, 60_000));

  @Test
  void shouldWriteEachDeadlineAsTheLedgerHasItHoweverLongThatTakes() throws Exception {
    var ledger = new Ledger();

    byte[] body = StreamSender.entered(LEADS, ledger, new HurryingClock());

    List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
    assertEquals(LEADS.size(), lines.size());
    for (String line : lines) {
      JsonNode lead = Door.JSON.readTree(line);
      Ledger.Entry entry = requireNonNull(ledger.entry(lead.path("clientToken").asText()));
      assertEquals(
          entry.lastDeadlineMs(),
          Instant.parse(lead.path("expirationTime").asText()).toEpochMilli());
    }
  }

  /** A second passes each time that somebody looks. */
  private static final class HurryingClock implements Clock {
    private long nowMs = 1_700_000_000_000L;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long epochMs() {
      nowMs += 1_000;
      return nowMs;
    }
  }
}
