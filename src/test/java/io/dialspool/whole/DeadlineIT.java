package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deadlines: what has expired is never sent, and what is sent has a time the target accepts. */
class DeadlineIT {
  @TempDir static Path directory;

  private static Service service;

  @BeforeAll
  static void start() {
    // A window so small that most of what is held is on disk alone.
    service =
        Service.serve(
            directory,
            "campaignService.callsPerSecond=100",
            "target.callsPerSecond=100",
            "dispatch.windowItems=50");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void shouldExpireHeldRequestsWithinAMinuteAndNeverSendThem() {
    String url = service.url("intake");
    String campaign = Leads.running(url, "held");
    Leads.change(url, campaign, "pause");
    Leads.putAll(url, campaign, "brief", 0, 400, Duration.ofSeconds(4));
    Leads.putAll(url, campaign, "long", 0, 30, Duration.ofHours(1));
    Service.await(
        "status says why it waits",
        Duration.ofSeconds(3),
        () ->
            service
                .status(campaign, "brief-3")
                .path("waitingFor")
                .asText()
                .equals("CAMPAIGN_PAUSED"));

    Service.await(
        "status tells at once",
        Duration.ofSeconds(10),
        () -> state("brief-399", campaign).equals("EXPIRED"));
    Service.await(
        "settled as expired",
        Duration.ofSeconds(60),
        () -> counts(campaign).path("expired").asInt() == 400);
    assertEquals(30, counts(campaign).path("queued").asInt());
    JsonNode ended = service.status(campaign, "brief-399");
    assertEquals("EXPIRED", ended.path("state").asText());
    assertTrue(!ended.has("firstSentAt"), ended::toString);
    Duration late = Duration.between(Times.of(ended, "deadline"), Times.of(ended, "settledAt"));
    assertTrue(!late.isNegative() && late.compareTo(Duration.ofSeconds(60)) <= 0, late::toString);

    Leads.change(url, campaign, "resume");
    Service.await(
        "the others are sent",
        Duration.ofSeconds(20),
        () -> counts(campaign).path("submitted").asInt() == 30);
    Leads.expectEachOnce(
        Service.record(service.url("target"), campaign), Leads.tokens("long", 0, 30));
    assertEquals(400, counts(campaign).path("expired").asInt());
  }

  @Test
  void shouldAcceptADeadlineTooNearToBeSentAndExpireIt() {
    String url = service.url("intake");
    String campaign = Leads.running(url, "too near");
    Leads.putAll(url, campaign, "near", 0, 2, Duration.ofSeconds(20));
    Service.await(
        "expired", Duration.ofSeconds(60), () -> counts(campaign).path("expired").asInt() == 2);
    assertEquals(List.of(), Service.record(service.url("target"), campaign));
  }

  @Test
  void shouldSendATimeWithinTheTargetsWindowWhateverTheDeadline() {
    String url = service.url("intake");
    String campaign = Leads.running(url, "three hours");
    Instant soon = Instant.now().plusSeconds(90);
    ObjectNode brief = Leads.item("brief", 1, Duration.ZERO).put("expirationTime", soon.toString());
    Leads.put(url, campaign, brief, Leads.item("hours", 2, Duration.ofHours(3)));
    Leads.put(url, campaign, Leads.item("days", 3, Duration.ofDays(29)));
    Service.await(
        "submitted", Duration.ofSeconds(20), () -> counts(campaign).path("submitted").asInt() == 3);
    List<JsonNode> record = Service.record(service.url("target"), campaign);
    Leads.expectEachOnce(record, List.of("brief", "hours", "days"));
    for (JsonNode line : record) {
      Duration ahead = Times.ahead(line);
      assertTrue(
          ahead.toSeconds() >= 30 && ahead.toSeconds() <= 900,
          line.get("clientToken") + " " + ahead);
    }
    JsonNode first =
        Stream.of(record.toArray(JsonNode[]::new))
            .filter(l -> l.path("clientToken").asText().equals("brief"))
            .findFirst()
            .get();
    // Never later than the sender's own deadline, which is in milliseconds on the wire.
    assertTrue(!Times.of(first, "expirationTime").isAfter(soon), first::toString);
  }

  private static String state(String token, String campaign) {
    return service.status(campaign, token).path("state").asText();
  }

  private static JsonNode counts(String campaign) {
    return service.report(campaign).path("counts");
  }
}
