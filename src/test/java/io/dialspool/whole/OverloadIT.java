package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
