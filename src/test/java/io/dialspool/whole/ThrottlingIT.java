package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The campaign service in a process of its own, too slow for what it is given. */
class ThrottlingIT {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path directory;

  @Test
  void shouldLoseNothingWhileOneDialerIsFullAndTheOtherFlows() {
    try (Service target =
            Service.campaignService(
                directory.resolve("target"), "--buffer", "50", "--drain-per-second", "40");
        Service service = serve(target, 10)) {
      String url = service.url("intake");
      String full = Leads.running(url, "full");
      String flowing = Leads.running(url, "flowing");

      Leads.putAll(url, full, "full", 0, 400, HOUR);
      Service.await(
          "the first dialer is full",
          Duration.ofSeconds(20),
          () -> {
            JsonNode status = service.status(full, "full-399");
            return status.path("waitingFor").asText().equals("DIALER_FULL");
          });
      // 40 fit into the other's buffer: they must not wait for the full one.
      Leads.putAll(url, flowing, "flowing", 0, 40, HOUR);
      Service.await(
          "the other campaign flows",
          Duration.ofSeconds(5),
          () -> submitted(service, flowing) == 40);
      JsonNode waiting = service.report(full).path("counts");
      assertTrue(waiting.path("queued").asInt() > 0, waiting::toString);

      Service.await(
          "the full campaign drains",
          Duration.ofSeconds(40),
          () -> submitted(service, full) == 400);
      expectNothingLost(service);
      Leads.expectEachOnce(
          Service.record(target.url("campaign-service"), full), Leads.tokens("full", 0, 400));
      Leads.expectEachOnce(
          Service.record(target.url("campaign-service"), flowing), Leads.tokens("flowing", 0, 40));
    }
  }

  @Test
  void shouldFailNoRequestWhileTheDialerStaysFull() {
    try (Service target = Service.campaignService(directory.resolve("target"));
        Service service = serve(target, 10)) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "always full");
      String other = Leads.running(url, "other");
      faults(target, "{\"buffer\":0}");
      Leads.putAll(url, campaign, "t", 0, 100, HOUR);
      Service.await(
          "told that it is full",
          Duration.ofSeconds(20),
          () -> service.status(campaign, "t-99").path("waitingFor").asText().equals("DIALER_FULL"));
      // The probes go on, and none counts as an attempt.
      Service.await("some probes", Duration.ofSeconds(20), () -> calls(service) >= 4);
      JsonNode counts = service.report(campaign).path("counts");
      assertEquals(100, counts.path("queued").asInt() + counts.path("inFlight").asInt());
      assertEquals(0, service.status(campaign, "t-0").path("attempts").asInt());

      faults(target, "{}");
      Leads.putAll(url, other, "o", 0, 25, HOUR);
      Service.await(
          "all submitted",
          Duration.ofSeconds(60),
          () -> submitted(service, campaign) == 100 && submitted(service, other) == 25);
      expectNothingLost(service);
      Leads.expectEachOnce(
          Service.record(target.url("campaign-service"), campaign), Leads.tokens("t", 0, 100));
    }
  }

  @Test
  void shouldLoseNothingToAQuotaLowerThanBelieved() {
    try (Service target =
            Service.campaignService(
                directory.resolve("target"), "--calls-per-second", "5", "--burst", "1");
        Service service = serve(target, 40)) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "throttled");
      Leads.putAll(url, campaign, "t", 0, 1_000, HOUR);
      Service.await(
          "all submitted", Duration.ofSeconds(60), () -> submitted(service, campaign) == 1_000);
      JsonNode budget = Service.get(url + "/spool").json().path("budget");
      assertTrue(budget.path("callsThrottled").asInt() > 0, budget::toString);
      assertTrue(budget.path("callsPerSecond").asDouble() < 40, budget::toString);
      expectNothingLost(service);
      Leads.expectEachOnce(
          Service.record(target.url("campaign-service"), campaign), Leads.tokens("t", 0, 1_000));
    }
  }

  private Service serve(Service target, int callsPerSecond) {
    return Service.serve(
        directory,
        "target.kind=connect-campaigns",
        "target.endpoint=" + target.url("campaign-service"),
        "target.accessKeyId=test",
        "target.secretAccessKey=test",
        "target.callsPerSecond=" + callsPerSecond);
  }

  private static void faults(Service target, String json) {
    assertEquals(
        200,
        Service.call("PUT", target.url("campaign-service") + "/faults", "application/json", json)
            .status());
  }

  private static int submitted(Service service, String campaign) {
    return service.report(campaign).path("counts").path("submitted").asInt();
  }

  private static int calls(Service service) {
    return Service.get(service.url("intake") + "/spool").json().at("/budget/calls").asInt();
  }

  private static void expectNothingLost(Service service) {
    JsonNode spool = Service.get(service.url("intake") + "/spool").json();
    assertTrue(spool.path("conserved").asBoolean(), spool::toString);
    JsonNode counts = spool.path("counts");
    for (String end : Set.of("rejected", "expired", "cancelled", "undeliverable")) {
      assertEquals(0, counts.path(end).asInt(), end);
    }
    assertEquals(counts.path("accepted"), counts.path("submitted"));
  }
}
