package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much is answered with 429 and not taken in. */
class OverloadIT {
  @TempDir static Path directory;

  @Test
  void shouldAnswer429OnceTheBacklogHasReachedItsBound() {
    try (Service service = Service.serve(directory.resolve("backlog"), "intake.backlogMax=2")) {
      String campaign = Service.createCampaign(service.url("intake"), "backlog");
      assertEquals(200, put(service, campaign, "a").status());
      assertEquals(200, put(service, campaign, "b").status());
      Service.await(
          "the third is refused",
          Duration.ofSeconds(10),
          () -> put(service, campaign, "b").status() == 429);
      expectRefused(service, campaign, "The backlog has reached its bound.", 2);
    }
  }

  @Test
  void shouldAnswer429BeforeTheDiskIsFull() {
    // More than any disk has: the watermark is crossed from the start.
    try (Service service =
        Service.serve(directory.resolve("disk"), "spool.freeBytesMin=" + (1L << 50))) {
      String campaign = Service.createCampaign(service.url("intake"), "disk");
      expectRefused(service, campaign, "The disk of the spool is almost full.", 0);
      assertEquals(503, Service.get(service.url("management") + "/health/ready").status());
      assertEquals(200, Service.get(service.url("management") + "/health/live").status());
    }
  }

  @Test
  void shouldRefuseWhatIsTooMuchAndKeepWhatItAcknowledged() {
    try (Service service = paused("flood", "intake.ringSize=64")) {
      String campaign = Leads.created(service.url("intake"), "flood");
      var tokens = new AtomicInteger();
      try (var crowd = new Crowd(service.url("intake"))) {
        Crowd.Flood flood =
            crowd.flood(
                1_000,
                () ->
                    request(
                        "PUT",
                        campaign,
                        "application/json",
                        Leads.body(
                            List.of(
                                Leads.item(
                                    "flood-" + tokens.incrementAndGet(),
                                    7,
                                    Duration.ofHours(2))))));
        Service.await(
            "many are taken and many refused",
            Duration.ofSeconds(60),
            () -> flood.answered(200) > 5_000 && flood.answered(429) > 100);
        assertTrue(service.residentBytes() < 1L << 30, "resident: " + service.residentBytes());
        Service.await("all are answered", Duration.ofSeconds(20), flood::stop);
        assertEquals(0, flood.answered(0));
        assertEquals(0, flood.refusedWithoutRetryAfter());
        assertEquals(flood.answered(200), service.counts().path("accepted").asInt());
      }
      assertEquals(200, put(service, campaign, "after").status());
      assertTrue(
          Service.get(service.url("intake") + "/spool").json().path("conserved").asBoolean());
    }
  }

  @Test
  void shouldServeAHealthyClientBesideTenThousandThatAreStuck() {
    try (Service service = paused("stuck", "intake.connectionsMax=12000", "intake.idleMs=60000")) {
      String campaign = Leads.created(service.url("intake"), "stuck");
      String item = Leads.item("slow", 9, Duration.ofHours(2)).toString();
      try (var crowd = new Crowd(service.url("intake"))) {
        crowd.stuck(3_000, "");
        crowd.stuck(3_000, "PUT /campaigns/" + campaign + "/dial-requ");
        crowd.stuck(
            2_000,
            "PUT /campaigns/"
                + campaign
                + "/dial-requests HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n{");
        // Each line is a problem that is written back to a client who doesn't read.
        crowd.stuck(
            1_000, request("POST", campaign, "application/x-ndjson", "not json\n".repeat(2_000)));
        crowd.stuck(
            1_000,
            "POST /campaigns/"
                + campaign
                + "/dial-requests HTTP/1.1\r\n"
                + "Host: localhost\r\nContent-Type: application/x-ndjson\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n10000\r\n"
                + item.substring(0, 40));
        assertTrue(crowd.open() > 9_000, "open: " + crowd.open());
        for (int i = 0; i < 200; i++) {
          assertEquals(200, put(service, campaign, "healthy-" + i).status());
        }
        assertTrue(service.residentBytes() < 1L << 30, "resident: " + service.residentBytes());
      }
      Service.await(
          "all is as before",
          Duration.ofSeconds(20),
          () -> put(service, campaign, "after").status() == 200);
      assertEquals(201, service.counts().path("accepted").asInt());
    }
  }

  @Test
  void shouldEndBodiesThatHaveNoEnd() {
    try (Service service = paused("endless")) {
      String campaign = Leads.created(service.url("intake"), "endless");
      String chunk = "10000\r\n" + " ".repeat(65_536) + "\r\n";
      for (String type : List.of("PUT application/json", "POST application/x-ndjson")) {
        try (var client = new RawHttp(service.url("intake"))) {
          client.send(
              type.substring(0, type.indexOf(' '))
                  + " /campaigns/"
                  + campaign
                  + "/dial-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  + type.substring(type.indexOf(' ') + 1)
                  + "\r\nTransfer-Encoding: chunked\r\n\r\n");
          int sent = 0;
          while (sent < 2_000 && client.trySend(chunk)) { // 128 MiB
            sent++;
          }
          assertTrue(
              sent < 2_000 || type.startsWith("POST"), type + ": it took " + sent + " chunks");
        }
      }
      assertEquals(200, put(service, campaign, "after").status());
      assertTrue(service.residentBytes() < 1L << 30, "resident: " + service.residentBytes());
    }
  }

  private static Service paused(String name, String... sets) {
    return Service.serve(directory.resolve(name), sets);
  }

  private static String request(String method, String campaign, String type, String body) {
    return method
        + " /campaigns/"
        + campaign
        + "/dial-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        + type
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static void expectRefused(
      Service service, String campaign, String message, int accepted) {
    Service.Answer refused = put(service, campaign, "c");
    assertEquals(429, refused.status());
    assertEquals(message, refused.json().path("message").asText());
    assertEquals(accepted, service.counts().path("accepted").asInt());
    assertTrue(service.status(campaign, "c").path("message").asText().contains("No dial request"));
  }

  private static Service.Answer put(Service service, String campaign, String token) {
    return Service.call(
        "PUT",
        service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
        "application/json",
        """
        {"dialRequests":[{"clientToken":"%s","phoneNumber":"+12065550100","expirationTime":"%s",
          "attributes":{}}]}
        """
            .formatted(token, Instant.now().plus(Duration.ofHours(1))));
  }
}
