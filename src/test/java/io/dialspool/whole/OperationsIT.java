package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the people who run it do: stop it, start it, recall, watch, and misconfigure it. */
class OperationsIT {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path directory;

  @Test
  void shouldFinishItsCallsAtSigtermAndGoOnAfterRestart() {
    try (Service target =
        Service.campaignService(
            directory.resolve("target"),
            "--calls-per-second",
            "20",
            "--burst",
            "20",
            "--latency-ms",
            "200")) {
      String campaign = Leads.running(target.url("campaign-service"), "sigterm");
      int sent;
      try (Service service = serveTo(target, 20)) {
        Leads.putAll(service.url("intake"), campaign, "t", 0, 1_500, HOUR);
        Service.await(
            "some are sent",
            Duration.ofSeconds(20),
            () -> service.counts().path("submitted").asInt() > 0);
        service.terminate(Duration.ofSeconds(15));
        assertEquals(0, service.exitCode());
        sent = Service.record(target.url("campaign-service"), campaign).size();
        assertTrue(sent > 0 && sent < 1_500, "stopped midway: " + sent);
      }
      try (Service service = serveTo(target, 20)) {
        JsonNode first = service.counts();
        assertEquals(1_500, first.path("accepted").asInt());
        assertTrue(first.path("submitted").asInt() >= sent, first::toString);
        Service.await(
            "all submitted",
            Duration.ofSeconds(30),
            () -> service.counts().path("submitted").asInt() == 1_500);
        List<JsonNode> record = Service.record(target.url("campaign-service"), campaign);
        Leads.expectEachOnce(record, Leads.tokens("t", 0, 1_500));
        // No call was left without an answer, so none had to be made again.
        assertTrue(record.stream().allMatch(line -> line.path("times").asInt() == 1));
      }
    }
  }

  @Test
  void shouldAnswerStreamOfLinesWithProblemsProgressAndSummary() {
    try (Service service = serve()) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "lines");
      Leads.putAll(url, campaign, "sent", 0, 2, HOUR);
      Service.await(
          "submitted",
          Duration.ofSeconds(20),
          () -> service.counts().path("submitted").asInt() == 2);
      Leads.change(url, campaign, "pause");

      var lines = new ArrayList<String>();
      for (int i = 0; i < 2_000; i++) {
        lines.add(Leads.item("line-" + i, i, HOUR).toString());
      }
      lines.set(16, Leads.item("short", 16, HOUR).put("phoneNumber", "+120").toString());
      lines.set(20, Leads.item("sent-1", 1, HOUR).toString());
      lines.set(30, "{nonsense");
      lines.set(40, lines.get(39));
      lines.set(50, Leads.item("line-49", 50, HOUR).toString());
      Service.Answer answer =
          Service.call(
              "POST",
              url + "/campaigns/" + campaign + "/dial-requests",
              "application/x-ndjson",
              String.join("\n", lines) + "\n");
      assertEquals(200, answer.status());
      List<JsonNode> told =
          answer.body().lines().map(line -> new Service.Answer(200, line).json()).toList();
      assertEquals(
          "{\"lines\":2000,\"accepted\":1995,\"duplicates\":2,\"rejected\":3,\"error\":null}",
          told.get(told.size() - 1).path("summary").toString());
      List<Integer> synced =
          told.stream()
              .filter(line -> line.has("syncedThrough"))
              .map(line -> line.path("syncedThrough").asInt())
              .toList();
      assertEquals(2_000, synced.get(synced.size() - 1));
      assertEquals(synced.stream().sorted().toList(), synced);

      expectProblem(told, 17, "rejected", "phoneNumber");
      expectProblem(told, 31, "rejected", "line");
      expectProblem(told, 51, "rejected", "clientToken");
      JsonNode submitted = expectProblem(told, 21, "duplicate", "");
      assertEquals("SUBMITTED", submitted.path("state").asText());
      assertEquals("sent-1", submitted.path("clientToken").asText());
      assertEquals(
          service.status(campaign, "sent-1").path("id").asText(), submitted.path("id").asText());
      JsonNode queued = expectProblem(told, 41, "duplicate", "");
      assertEquals("QUEUED", queued.path("state").asText());
      assertEquals(5, told.stream().filter(line -> line.has("line")).count());
      assertEquals(1_997, service.counts().path("accepted").asInt());
    }
  }

  private static JsonNode expectProblem(
      List<JsonNode> told, int line, String status, String member) {
    JsonNode problem =
        told.stream().filter(one -> one.path("line").asInt() == line).findFirst().orElseThrow();
    assertEquals(status, problem.path("status").asText(), problem::toString);
    assertEquals(member, problem.path("member").asText(), problem::toString);
    return problem;
  }

  @Test
  void shouldNeverSendWhatWasRecalledNotEvenAcrossAKill() {
    String campaign;
    try (Service service = serve()) {
      String url = service.url("intake");
      campaign = Leads.running(url, "recall");
      Leads.putAll(url, campaign, "sent", 0, 1, HOUR);
      Service.await(
          "submitted",
          Duration.ofSeconds(20),
          () -> service.counts().path("submitted").asInt() == 1);
      Leads.change(url, campaign, "pause");
      Leads.putAll(url, campaign, "t", 0, 60, HOUR);
      for (int i = 0; i < 60; i += 2) {
        Service.Answer answer = recall(service, campaign, "t-" + i);
        assertEquals(200, answer.status(), answer::body);
        assertEquals("{\"state\":\"CANCELLED\"}", answer.body());
      }
      assertEquals("{\"state\":\"CANCELLED\"}", recall(service, campaign, "t-0").body());
      Service.Answer late = recall(service, campaign, "sent-0");
      assertEquals(409, late.status());
      assertEquals("SUBMITTED", late.json().path("state").asText());
      assertEquals(404, recall(service, campaign, "unseen").status());
      assertEquals(30, service.counts().path("cancelled").asInt());
      service.kill();
    }
    try (Service service = serve()) {
      String url = service.url("intake");
      assertEquals("CANCELLED", service.status(campaign, "t-0").path("state").asText());
      assertEquals("{\"state\":\"CANCELLED\"}", recall(service, campaign, "t-2").body());
      Leads.change(url, campaign, "resume");
      Service.await(
          "the others are sent",
          Duration.ofSeconds(30),
          () -> service.counts().path("submitted").asInt() == 31);
      JsonNode counts = service.counts();
      assertEquals(61, counts.path("accepted").asInt());
      assertEquals(30, counts.path("cancelled").asInt());
      List<String> odd =
          Leads.tokens("t", 0, 60).stream()
              .filter(token -> Integer.parseInt(token.substring(2)) % 2 == 1)
              .toList();
      Leads.expectEachOnce(
          Service.record(service.url("target"), campaign),
          Stream.concat(Stream.of("sent-0"), odd.stream()).toList());
    }
  }

  @Test
  void shouldShowEveryMeterAndItsHealth() {
    try (Service service = serve()) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "meters");
      Leads.putAll(url, campaign, "t", 0, 60, HOUR);
      assertEquals(400, Leads.put(url, campaign, "{}").status());
      Service.await(
          "submitted",
          Duration.ofSeconds(20),
          () -> service.counts().path("submitted").asInt() == 60);
      String management = service.url("management");
      String submitted = "dialspool_requests{campaign=\"" + campaign + "\",state=\"submitted\"}";
      Service.await(
          "the gauges have followed",
          Duration.ofSeconds(5),
          () -> metric(management, submitted).equals("60.0"));
      String metrics = Service.get(management + "/metrics").body();
      for (String meter :
          List.of(
              "requests",
              "intake.items",
              "intake.refused",
              "commit.size",
              "commit.sync",
              "calls",
              "call.duration",
              "batch.fill",
              "budget.rate",
              "occupancy.rate",
              "gate.open",
              "breaker.state",
              "oldest.age",
              "spool.bytes",
              "ring.free",
              "conservation.difference")) {
        String name = "dialspool_" + meter.replace('.', '_');
        assertTrue(metrics.lines().anyMatch(line -> line.startsWith(name)), "missing: " + meter);
      }
      assertEquals("0.0", metric(management, "dialspool_conservation_difference"));
      assertFalse(metrics.contains(Leads.number(7).substring(1)));
      for (String health : List.of("/health/live", "/health/ready")) {
        Service.Answer answer = Service.get(management + health);
        assertEquals(200, answer.status(), answer::body);
        assertEquals("ok", answer.json().path("status").asText());
      }
      assertEquals(404, Service.get(management + "/nonsense").status());
      assertEquals(405, Service.call("POST", management + "/metrics", "", "").status());
    }
  }

  /** The value of the first sample whose line begins so; empty if there is none. */
  private static String metric(String management, String sample) {
    return Service.get(management + "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(sample))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElse("");
  }

  @Test
  void shouldEndWhatWaitsForAStoppedCampaign() {
    try (Service service = serve()) {
      String url = service.url("intake");
      String campaign = Leads.running(url, "stopped");
      Leads.change(url, campaign, "pause");
      Leads.putAll(url, campaign, "t", 0, 30, HOUR);
      Leads.change(url, campaign, "stop");
      Service.await(
          "ended",
          Duration.ofSeconds(20),
          () -> service.counts().path("undeliverable").asInt() == 30);
      JsonNode ended = service.status(campaign, "t-7");
      assertEquals("UNDELIVERABLE", ended.path("state").asText());
      assertEquals("CAMPAIGN_STOPPED", ended.path("reason").asText());
      assertEquals(List.of(), Service.record(service.url("target"), campaign));
      Service.Answer refused = Leads.put(url, campaign, Leads.item("late", 1, HOUR));
      assertEquals(409, refused.status());
      assertEquals("Stopped", refused.json().path("state").asText());
    }
  }

  @Test
  void shouldRefuseToSendElsewhereWhatWaits() {
    String waiting;
    try (Service service = serve()) {
      String url = service.url("intake");
      waiting = Leads.created(url, "waiting");
      Leads.putAll(url, waiting, "t", 0, 3, HOUR);
      String done = Leads.running(url, "done");
      Leads.putAll(url, done, "t", 0, 3, HOUR);
      Service.await(
          "submitted",
          Duration.ofSeconds(20),
          () -> service.counts().path("submitted").asInt() == 3);
      service.terminate();
    }
    String[] elsewhere = {
      "target.kind=connect-campaigns",
      "target.endpoint=http://127.0.0.1:9",
      "target.accessKeyId=test",
      "target.secretAccessKey=test"
    };
    Service.Ran ran = Service.serveInVain(directory, elsewhere);
    assertTrue(ran.exitCode() == 2 || ran.exitCode() == 3, "exit code " + ran.exitCode());
    assertEquals("", ran.out());
    List<String> lines = ran.err().lines().toList();
    assertEquals(1, lines.size(), ran::err);
    assertTrue(lines.get(0).contains(waiting), ran::err);

    // As it was, it starts, and nothing is lost.
    try (Service service = serve()) {
      assertEquals(3, service.report(waiting).path("counts").path("queued").asInt());
      ObjectNode known = Leads.item("t-1", 1, HOUR);
      assertEquals(
          1,
          Leads.put(service.url("intake"), waiting, known)
              .json()
              .path("successfulRequests")
              .size());
    }
  }

  @Test
  void shouldRefuseASpoolThatIsInUse() {
    try (Service service = serve()) {
      Service.Ran ran =
          Service.serveInVain(
              directory, "campaignService.directory=" + directory.resolve("another"));
      assertEquals(3, ran.exitCode(), ran::err);
      assertEquals(1, ran.err().lines().count(), ran::err);
      assertEquals(200, Service.get(service.url("intake") + "/spool").status());
    }
  }

  private Service serve() {
    return Service.serve(
        directory, "campaignService.callsPerSecond=100", "target.callsPerSecond=100");
  }

  private Service serveTo(Service target, int callsPerSecond) {
    return Service.serve(
        directory,
        "target.kind=connect-campaigns",
        "target.endpoint=" + target.url("campaign-service"),
        "target.accessKeyId=test",
        "target.secretAccessKey=test",
        "target.callsPerSecond=" + callsPerSecond);
  }

  private static Service.Answer recall(Service service, String campaign, String token) {
    return Service.call(
        "DELETE",
        service.url("intake") + "/campaigns/" + campaign + "/dial-requests/" + token,
        "",
        "");
  }
}
