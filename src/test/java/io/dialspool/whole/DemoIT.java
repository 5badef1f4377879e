package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code demo}: the first thing that anybody runs. */
class DemoIT {
  private static final List<String> MEMBERS =
      List.of(
          "accepted",
          "duplicates",
          "refused",
          "submitted",
          "rejected",
          "expired",
          "cancelled",
          "undeliverable",
          "queued",
          "inFlight",
          "batches",
          "fillRatio",
          "conserved");

  @Test
  void shouldTakeTenThousandLeadsToTheirEndsAndAddUp() {
    Service.Ran demo = Service.run("demo", "--json");
    assertEquals(0, demo.exitCode(), demo::err);

    JsonNode summary = demo.json();
    assertEquals(MEMBERS, summary.properties().stream().map(member -> member.getKey()).toList());
    assertTrue(summary.path("conserved").isBoolean() && summary.path("conserved").asBoolean());
    assertEquals(
        10_000,
        sum(summary, "accepted", "duplicates", "refused"),
        "every lead is accepted, known already, or refused");
    assertEquals(
        summary.path("accepted").asLong(),
        sum(
            summary,
            "submitted",
            "rejected",
            "expired",
            "cancelled",
            "undeliverable",
            "queued",
            "inFlight"));
    assertEquals(0, sum(summary, "queued", "inFlight", "undeliverable"));
    assertTrue(summary.path("expired").asLong() >= 100, summary::toString);
    assertTrue(summary.path("duplicates").asLong() > 0, summary::toString);
    assertTrue(summary.path("refused").asLong() > 0, summary::toString);
    double fillRatio = summary.path("fillRatio").asDouble();
    assertTrue(fillRatio > 0.9 && fillRatio <= 1, summary::toString);
    long batches = summary.path("batches").asLong();
    assertTrue(batches * 25 >= summary.path("submitted").asLong(), summary::toString);
  }

  private static long sum(JsonNode summary, String... members) {
    return Stream.of(members).mapToLong(member -> summary.path(member).asLong()).sum();
  }
}
