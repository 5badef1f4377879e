package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bulk files: {@code replay} as a process of its own against a running {@code serve}. */
class ReplayIT {
  private static final int MANY = 100_000;

  @TempDir Path directory;

  @Test
  void shouldHoldHundredThousandRowsWhilePausedAndSendThemInFullBatchesAfterResume() {
    Path leads = Leads.csv(directory.resolve("leads.csv"), "r", 0, MANY);
    try (Service service = fast(100)) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "bulk");
      Leads.change(url, campaign, "pause");

      Service.Ran first = replay(url, campaign, leads);
      assertEquals(0, first.exitCode(), first::err);
      expect(first.json(), MANY, MANY, 0, 0);
      JsonNode report = service.report(campaign);
      assertEquals(MANY, report.path("counts").path("accepted").asInt());
      assertEquals(MANY, report.path("counts").path("queued").asInt());
      assertEquals("Paused", report.path("gate").path("state").asText());
      assertEquals(List.of(), Service.record(service.url("target"), campaign));
      assertEquals(
          "CAMPAIGN_PAUSED", service.status(campaign, "r-99999").path("waitingFor").asText());

      Service.Ran again = replay(url, campaign, leads);
      assertEquals(0, again.exitCode(), again::err);
      expect(again.json(), MANY, 0, MANY, 0);
      assertEquals(MANY, service.counts().path("accepted").asInt());

      Leads.change(url, campaign, "resume");
      Service.await(
          "all submitted",
          Duration.ofSeconds(100),
          () -> service.counts().path("submitted").asInt() == MANY);
      JsonNode counts = service.counts();
      assertEquals(0, counts.path("queued").asInt() + counts.path("inFlight").asInt());
      double fill = service.report(campaign).path("batchFill").asDouble();
      assertTrue(fill >= 24.9, "items a batch: " + fill);
      JsonNode spool = Service.get(url + "/spool").json();
      assertTrue(spool.path("conserved").asBoolean());
      JsonNode budget = spool.path("budget");
      assertEquals(MANY, budget.path("batchItems").asInt());
      double mean = budget.path("batchItems").asDouble() / budget.path("batches").asDouble();
      assertTrue(mean >= 24.9, "items a batch: " + mean);
      Leads.expectEachOnce(
          Service.record(service.url("target"), campaign), Leads.tokens("r", 0, MANY));
    }
  }

  @Test
  void shouldKeepToTenCallsASecondInFullBatches() {
    Path leads = Leads.csv(directory.resolve("leads.csv"), "slow", 0, 2_000);
    try (Service service = Service.serve(directory, "campaignService.agents=1000000")) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "ten calls a second");
      Service.Ran ran = replay(url, campaign, leads);
      assertEquals(0, ran.exitCode(), ran::err);
      Service.await(
          "all submitted",
          Duration.ofSeconds(30),
          () -> service.counts().path("submitted").asInt() == 2_000);
      JsonNode budget = Service.get(url + "/spool").json().path("budget");
      assertEquals(0, budget.path("callsThrottled").asInt());
      // The last batch is what was left over, so it says nothing.
      int scarce = budget.path("batchesWhileScarce").asInt();
      int missing = scarce * 25 - budget.path("itemsWhileScarce").asInt() - 24;
      assertTrue(missing <= scarce * 0.1, "full while calls are scarce: " + budget);
      List<JsonNode> record = Service.record(service.url("target"), campaign);
      Leads.expectEachOnce(record, Leads.tokens("slow", 0, 2_000));
      // 2,000 items are 80 calls or more: at ten a second they can't take less than seven seconds.
      Duration span = Times.between(record.get(0), record.get(1_999), "receivedAt");
      assertTrue(span.compareTo(Duration.ofMillis(6_900)) >= 0, span::toString);
    }
  }

  @Test
  void shouldGoOnWhereAKilledReplayStopped() throws IOException, InterruptedException {
    int rows = 40_000;
    Path leads = Leads.csv(directory.resolve("leads.csv"), "k", 0, rows);
    try (Service service = fast(1000)) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "killed replay");
      Leads.change(url, campaign, "pause");
      Process process =
          new ProcessBuilder(Service.command(List.of(args(url, campaign, leads))))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Service.await(
          "some accepted",
          Duration.ofSeconds(30),
          () -> service.counts().path("accepted").asInt() > 0);
      process.destroyForcibly();
      assertTrue(process.waitFor(10, TimeUnit.SECONDS));
      int before = service.counts().path("accepted").asInt();
      assertTrue(before > 0 && before < rows, "killed midway: " + before);

      Service.Ran again = replay(url, campaign, leads);
      assertEquals(0, again.exitCode(), again::err);
      // What the killed one had sent may still have been read after we looked.
      int duplicates = again.json().path("duplicates").asInt();
      assertTrue(duplicates >= before, again::out);
      expect(again.json(), rows, rows - duplicates, duplicates, 0);
      Leads.change(url, campaign, "resume");
      Service.await(
          "all submitted",
          Duration.ofSeconds(60),
          () -> service.counts().path("submitted").asInt() == rows);
      Leads.expectEachOnce(
          Service.record(service.url("target"), campaign), Leads.tokens("k", 0, rows));
    }
  }

  @Test
  void shouldListRejectedRowsWithoutTheirNumbers() throws IOException {
    Path leads = directory.resolve("leads.csv");
    Files.writeString(
        leads,
        """
        clientToken,phone,first_name
        a,+12065550101,Ann
        b,5550102,Bob
        c,+1206555010,Cid
        a,+12065550101,Ann
        """);
    try (Service service = fast(100)) {
      String url = service.url("intake");
      String campaign = Leads.created(url, "rejects");
      Service.Ran ran = replay(url, campaign, leads);
      assertEquals(1, ran.exitCode(), ran::err);
      expect(ran.json(), 4, 1, 1, 2);
      String rejects = Files.readString(Path.of(ran.json().path("rejects").asText()));
      assertTrue(rejects.contains(",3,phoneNumber,"), rejects);
      assertTrue(rejects.contains(",4,phoneNumber,"), rejects);
      for (String text : List.of(rejects, ran.out(), ran.err())) {
        assertTrue(!text.contains("5550102") && !text.contains("206555010"), text);
      }
    }
  }

  private Service fast(int callsPerSecond) {
    return Service.serve(
        directory,
        "target.callsPerSecond=" + callsPerSecond,
        "campaignService.callsPerSecond=" + callsPerSecond,
        "campaignService.burst=" + callsPerSecond,
        "campaignService.buffer=200000",
        "campaignService.agents=1000000");
  }

  private Service.Ran replay(String url, String campaign, Path leads) {
    return Service.run(args(url, campaign, leads));
  }

  private String[] args(String url, String campaign, Path leads) {
    return new String[] {
      "replay",
      leads.toString(),
      "--endpoint",
      url,
      "--campaign",
      campaign,
      "--rejects",
      directory.resolve("rejects.csv").toString(),
      "--json"
    };
  }

  private static void expect(
      JsonNode summary, int rows, int accepted, int duplicates, int rejected) {
    assertEquals(
        List.of(rows, accepted, duplicates, rejected),
        List.of(
            summary.path("rows").asInt(),
            summary.path("accepted").asInt(),
            summary.path("duplicates").asInt(),
            summary.path("rejected").asInt()),
        summary::toString);
  }
}
