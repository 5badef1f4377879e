package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

class JsonLogEncoderTest {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final JsonLogEncoder encoder = new JsonLogEncoder();

  @Test
  void shouldWriteOneObjectALine() throws IOException {
    assertEquals(
        "{\"time\":\"2026-11-21T14:02:11.482Z\",\"level\":\"WARN\",\"logger\":\"alarm\","
            + "\"thread\":\"dialspool-dispatch\",\"message\":\"campaign c-1: \\\"odd\\\"\\nsecond line\"}\n",
        written(event("campaign {}: \"odd\"\nsecond line", null, "c-1")));
  }

  @Test
  void shouldWriteFieldsAndTheErrorWithItsCauses() throws IOException {
    LoggingEvent event =
        event(
            "halted",
            new IllegalStateException(
                "the disk", new IOException("full", new IOException("no room"))));
    event.setKeyValuePairs(List.of(new KeyValuePair("campaign", "c-1")));
    JsonNode line = new ObjectMapper().readTree(written(event));
    assertEquals("c-1", line.at("/fields/campaign").asText());
    assertEquals("java.lang.IllegalStateException", line.at("/error/type").asText());
    assertEquals("the disk", line.at("/error/message").asText());
    assertTrue(line.at("/error/stack/0").asText().contains("JsonLogEncoderTest"), line::toString);
    assertTrue(line.at("/error/stack").size() <= 20, line::toString);
    assertEquals("java.io.IOException: no room", line.at("/error/causes/1").asText());
  }

  private LoggingEvent event(String message, @Nullable Throwable thrown, Object... arguments) {
    var event =
        new LoggingEvent("", context.getLogger("alarm"), Level.WARN, message, thrown, arguments);
    event.setThreadName("dialspool-dispatch");
    event.setInstant(Instant.parse("2026-11-21T14:02:11.482Z"));
    return event;
  }

  private String written(LoggingEvent event) {
    return new String(encoder.encode(event), StandardCharsets.UTF_8);
  }
}
