package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code preflight} as a process of its own, against a campaign service. */
class PreflightIT {
  @TempDir Path directory;

  @Test
  void shouldFollowACampaignThroughItsLifeAndSendNothing() {
    Path leads = Leads.csv(directory.resolve("leads.csv"), "p", 0, 500);
    try (Service target = Service.campaignService(directory.resolve("target"))) {
      String url = target.url("campaign-service");
      String campaign = Leads.created(url, "preflight");
      expect(0, "warn", preflight(url, campaign, leads));
      Leads.change(url, campaign, "start");
      Service.Ran running = preflight(url, campaign, leads);
      expect(0, "ok", running);
      assertEquals(500, running.json().path("file").path("valid").asInt());
      assertTrue(running.json().path("ready").asBoolean());
      Leads.change(url, campaign, "pause");
      expect(0, "warn", preflight(url, campaign, leads));
      Leads.change(url, campaign, "stop");
      expect(1, "fail", preflight(url, campaign, leads));
      assertEquals(List.of(), Service.record(url, campaign));
      target.terminate();
      assertEquals(4, preflight(url, campaign, leads).exitCode());
    }
  }

  @Test
  void shouldAskTheEmbeddedServiceOfAServeThatHasEnded() {
    String campaign;
    try (Service service = Service.serve(directory)) {
      campaign = Leads.running(service.url("intake"), "embedded");
      service.terminate();
    }
    Service.Ran ran =
        Service.run(
            "preflight",
            "--campaign",
            campaign,
            "--set",
            "spool.directory=" + directory.resolve("spool"),
            "--set",
            "campaignService.directory=" + directory.resolve("campaign-service"),
            "--set",
            "intake.port=0",
            "--set",
            "management.port=0",
            "--json");
    expect(0, "ok", ran);
    try (Service again = Service.serve(directory)) {
      assertEquals(200, Service.get(again.url("intake") + "/campaigns/" + campaign).status());
    }
  }

  private Service.Ran preflight(String url, String campaign, Path leads) {
    var args = new ArrayList<String>(List.of("preflight", "--campaign", campaign, "--json"));
    args.addAll(List.of("--file", leads.toString()));
    for (String set :
        List.of(
            "target.kind=connect-campaigns",
            "target.endpoint=" + url,
            "target.accessKeyId=test",
            "target.secretAccessKey=test",
            "intake.port=0",
            "management.port=0",
            "spool.directory=" + directory.resolve("spool"))) {
      args.addAll(List.of("--set", set));
    }
    return Service.run(args.toArray(String[]::new));
  }

  private static void expect(int exitCode, String level, Service.Ran ran) {
    assertEquals(exitCode, ran.exitCode(), () -> ran.out() + ran.err());
    assertEquals("", ran.err());
    assertEquals(1, ran.out().lines().count(), ran::out);
    for (JsonNode check : ran.json().path("checks")) {
      if (check.path("check").asText().equals("campaign")) {
        assertEquals(level, check.path("level").asText(), ran::out);
        return;
      }
    }
    throw new AssertionError("no campaign in " + ran.out());
  }
}
