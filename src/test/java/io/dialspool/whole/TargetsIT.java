package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One service before two campaign services, each a target of its own. */
class TargetsIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path directory;

  @Test
  void shouldServeTwoTargetsAndGoOnWithOneWhenTheOtherIsKilled() throws IOException {
    Path log = directory.resolve("serve.log");
    try (Service home = campaignService("home");
        Service abroad = campaignService("abroad")) {
      String homeUrl = home.url("campaign-service");
      String abroadUrl = abroad.url("campaign-service");
      String homely = Leads.running(homeUrl, "homely");
      String foreign = Leads.running(abroadUrl, "foreign");
      String ruled = Leads.running(abroadUrl, "ruled");
      String still = Leads.created(abroadUrl, "still");
      String[] sets = sets(homeUrl, abroadUrl, ruled);
      try (Service service = Service.serveLogged(log, directory, sets)) {
        String url = service.url("intake");
        Leads.putAll(url, homely, "h", 0, 200, HOUR);
        Leads.putAll(url, foreign, "f", 0, 200, HOUR);
        Leads.putAll(url, ruled, "r", 0, 100, HOUR);
        Service.await("all of both submitted", PATIENCE, () -> service.unsettled() == 0);
        Leads.expectEachOnce(Service.record(homeUrl, homely), Leads.tokens("h", 0, 200));
        Leads.expectEachOnce(Service.record(abroadUrl, foreign), Leads.tokens("f", 0, 200));
        Leads.expectEachOnce(Service.record(abroadUrl, ruled), Leads.tokens("r", 0, 100));
        assertEquals(404, Service.get(homeUrl + "/dial-requests?campaign=" + foreign).status());
        assertEquals("default", service.report(homely).path("target").asText());
        assertEquals("abroad", service.report(foreign).path("target").asText());
        assertEquals("abroad", service.report(ruled).path("target").asText());

        // A campaign's operations go to its target, looked up if need be.
        assertEquals(200, Service.change(url, still, "start"));
        assertEquals("Running", state(abroadUrl, still));
        assertEquals(
            "still",
            Service.get(url + "/campaigns/" + still).json().path("campaign").path("name").asText());
        JsonNode states = states(url, homely, foreign, "nobody-s");
        assertEquals(2, states.path("successfulRequests").size(), states.toString());
        assertEquals(
            "nobody-s",
            states.path("failedRequests").path(0).path("campaignId").asText(),
            states.toString());
        assertEquals(404, Service.get(url + "/campaigns/nobody-s").status());
        assertEquals(404, Leads.put(url, "nobody-s", Leads.item("t", 1, HOUR)).status());
        String summary =
            Service.call("POST", url + "/campaigns-summary", "application/json", "{}").body();
        assertTrue(summary.contains(homely) && !summary.contains(foreign), summary);

        // A pause through us reaches the campaign's own target, and its gate at once.
        assertEquals(200, Service.change(url, foreign, "pause"));
        assertEquals("Paused", state(abroadUrl, foreign));
        assertEquals("Paused", service.report(foreign).path("gate").path("state").asText());
        assertEquals(200, Service.change(url, foreign, "resume"));

        abroad.kill();
        Leads.putAll(url, foreign, "f", 200, 300, HOUR);
        Leads.putAll(url, homely, "h", 200, 700, HOUR);
        Service.await(
            "the other flows",
            PATIENCE,
            () -> service.report(homely).path("counts").path("submitted").asInt() == 700);
        assertEquals(
            100,
            service.report(foreign).path("counts").path("queued").asInt()
                + service.report(foreign).path("counts").path("inFlight").asInt());
        JsonNode spool = Service.get(url + "/spool").json();
        assertTrue(spool.path("conserved").asBoolean(), spool.toString());
        assertEquals(1_100, spool.path("counts").path("accepted").asInt());
        String metrics = Service.get(service.url("management") + "/metrics").body();
        assertTrue(metrics.contains("dialspool_breaker_state{target=\"abroad\"}"), metrics);
        assertTrue(metrics.lines().anyMatch(TargetsIT::countsHome), metrics);
        // States of a target that is gone are its own failure.
        states = states(url, homely, foreign);
        assertEquals(1, states.path("successfulRequests").size(), states.toString());
        assertEquals(
            "UnknownError",
            states.path("failedRequests").path(0).path("failureCode").asText(),
            states.toString());
        assertEquals(503, Service.get(url + "/campaigns/" + foreign).status());
        service.terminate();
      }

      // Without the target that its requests wait for the service doesn't start.
      Service.Ran elsewhere =
          Service.serveInVain(
              directory,
              "target.kind=connect-campaigns",
              "target.endpoint=" + homeUrl,
              "target.accessKeyId=test",
              "target.secretAccessKey=test");
      assertEquals(3, elsewhere.exitCode(), elsewhere.err());
      assertTrue(elsewhere.err().contains("campaign " + foreign), elsewhere.err());

      // With it everything goes on where it belongs, once it is back.
      try (Service back = campaignService("abroad", port(abroadUrl));
          Service service = Service.serveLogged(log, directory, sets)) {
        Service.await("the rest is sent", PATIENCE, () -> service.unsettled() == 0);
        Leads.expectEachOnce(
            Service.record(back.url("campaign-service"), foreign), Leads.tokens("f", 0, 300));
        Leads.expectEachOnce(Service.record(homeUrl, homely), Leads.tokens("h", 0, 700));
        assertEquals("abroad", service.report(foreign).path("target").asText());
      }
    }
    assertTrue(Files.readString(log).contains("campaign"), "it says where campaigns belong");
  }

  private static boolean countsHome(String line) {
    return line.startsWith("dialspool_calls_total")
        && line.contains("target=\"default\"")
        && line.contains("outcome=\"answered\"");
  }

  private Service campaignService(String name) {
    return campaignService(name, "0");
  }

  private Service campaignService(String name, String port) {
    return Service.campaignServiceAt(
        port, directory.resolve(name), "--calls-per-second", "1000", "--burst", "1000");
  }

  private static String port(String url) {
    return url.substring(url.lastIndexOf(':') + 1);
  }

  private static String[] sets(String home, String abroad, String ruled) {
    return new String[] {
      "target.kind=connect-campaigns",
      "target.endpoint=" + home,
      "target.accessKeyId=test",
      "target.secretAccessKey=test",
      "target.callsPerSecond=50",
      "targets.abroad.endpoint=" + abroad,
      "targets.abroad.accessKeyId=test",
      "targets.abroad.secretAccessKey=test",
      "targets.abroad.callsPerSecond=50",
      "targets.abroad.campaigns=" + ruled
    };
  }

  private static String state(String url, String campaign) {
    return Service.get(url + "/campaigns/" + campaign + "/state").json().path("state").asText();
  }

  private static JsonNode states(String url, String... campaigns) {
    var body = Service.JSON.createObjectNode();
    var ids = body.putArray("campaignIds");
    IntStream.range(0, campaigns.length).forEach(i -> ids.add(campaigns[i]));
    return Service.call("POST", url + "/campaigns-state", "application/json", body.toString())
        .json();
  }
}
