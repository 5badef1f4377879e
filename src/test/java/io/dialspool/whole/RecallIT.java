package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recalls and redrives of many while requests come in and calls go out: what the commands count is
 * held against the sender's own books and the target's record.
 */
class RecallIT {
  private static final int WAITING = 12_000;
  private static final int FIRST_NUMBER = 7_000_000;

  @TempDir Path directory;
  private Service target;
  private Service service;

  @BeforeEach
  void start() {
    target =
        Service.campaignService(
            directory.resolve("target"), "--calls-per-second", "1000", "--burst", "1000");
  }

  private void serve(int callsPerSecond) {
    service =
        Service.serve(
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + target.url("campaign-service"),
            "target.accessKeyId=test",
            "target.secretAccessKey=test",
            "target.callsPerSecond=" + callsPerSecond);
  }

  @AfterEach
  void stop() {
    service.close();
    target.close();
  }

  @Test
  @Timeout(240)
  void shouldCountWhatItTookBackOfACampaignThatGoesOn() throws Exception {
    serve(4);
    String campaign = Leads.running(service.url("intake"), "going on");
    var ledger = new Ledger(campaign, FIRST_NUMBER);
    ledger.writeTo(service.url("intake"));
    CompletableFuture<Void> writing = CompletableFuture.runAsync(ledger::write);
    upload(campaign, "t", 0, WAITING, Duration.ofHours(4));
    Service.await("some are sent", Duration.ofSeconds(30), () -> count(campaign, "submitted") > 50);

    int before = count(campaign, "accepted");
    JsonNode counted = command("recall", campaign, "--all", "--json").json();
    assertTrue(counted.path("dryRun").asBoolean());
    assertEquals(0, count(campaign, "cancelled"), "counted, and not done");
    JsonNode recalled = command("recall", campaign, "--all", "--yes", "--json").json();
    // What was told is on the disk.
    service.kill();
    ledger.stop();
    serve(1_000);
    ledger.writeTo(service.url("intake"));
    writing.get(60, TimeUnit.SECONDS);
    Service.await("nothing waits any more", Duration.ofSeconds(90), () -> service.unsettled() == 0);

    int cancelled = recalled.path("cancelled").asInt();
    int late = 0;
    for (JsonNode state : recalled.path("tooLate")) {
      late += state.asInt();
    }
    int matched = recalled.path("matched").asInt();
    assertEquals(cancelled + late + recalled.path("endedBefore").asInt(), matched);
    assertTrue(matched >= before, "all that was there before is meant");
    assertTrue(matched <= count(campaign, "accepted"), "and nothing that never was");
    assertTrue(cancelled > WAITING / 2, recalled::toString);
    assertEquals(cancelled, count(campaign, "cancelled"));

    Set<String> takenBack = new HashSet<>();
    for (String line :
        command("outcomes", campaign, "--state", "cancelled").out().lines().toList()) {
      takenBack.add(new Service.Answer(200, line).json().path("clientToken").asText());
    }
    assertEquals(cancelled, takenBack.size());
    Set<String> sent = new TreeSet<>(Leads.recorded(target.url("campaign-service"), campaign));
    assertEquals(List.of(), sent.stream().filter(takenBack::contains).toList(), "taken back, sent");
    Set<String> all = new TreeSet<>(Leads.tokens("t", 0, WAITING));
    all.addAll(ledger.acknowledged().keySet());
    all.removeAll(takenBack);
    assertEquals(all, sent, "what was acknowledged and not taken back is sent, and nothing else");
    assertEquals(List.of(), ledger.faults());
    assertTrue(Service.get(service.url("intake") + "/spool").json().path("conserved").asBoolean());
    assertAudited(campaign, cancelled);
  }

  private void assertAudited(String campaign, int cancelled) throws IOException {
    Path audit = directory.resolve("spool").resolve("dialspool.audit.ndjson");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(audit)));
    List<JsonNode> lines =
        Files.readAllLines(audit).stream()
            .map(line -> new Service.Answer(200, line).json())
            .filter(line -> line.path("campaign").asText().equals(campaign))
            .toList();
    assertEquals("StartCampaign", lines.get(0).path("action").asText());
    assertEquals(200, lines.get(0).path("status").asInt());
    List<JsonNode> recalls =
        lines.stream().filter(line -> line.path("action").asText().equals("Recall")).toList();
    assertFalse(recalls.isEmpty());
    int written = 0;
    for (JsonNode line : recalls) {
      assertEquals("loopback", line.path("who").asText());
      assertTrue(line.at("/filter/all").asBoolean(), line::toString);
      written += line.path("cancelled").asInt();
    }
    assertEquals(cancelled, written);
  }

  @Test
  @Timeout(240)
  void shouldTakeBackEveryRequestToANumberWhileOthersAreSent() throws Exception {
    serve(2);
    String campaign = Leads.running(service.url("intake"), "by number");
    upload(campaign, "a", 0, 3_000, Duration.ofHours(4));
    upload(campaign, "b", 2_990, 6_000, Duration.ofHours(4)); // ten numbers twice
    JsonNode twice =
        command("recall", campaign, "--phone-number", Leads.number(2_995), "--json").json();
    assertEquals(2, twice.path("matched").asInt(), twice::toString);
    assertEquals(2, twice.path("cancelled").asInt(), twice::toString);
    Service.Ran nobody = command("recall", campaign, "--phone-number", Leads.number(99_999));
    assertEquals("0 held and cancelled, 0 in flight, 0 already gone", nobody.out().strip());
    service.terminate();
    serve(1_000);
    Service.await(
        "all others are sent", Duration.ofSeconds(60), () -> count(campaign, "submitted") == 6_008);
    Service.Ran gone = command("recall", campaign, "--phone-number", Leads.number(2_996));
    assertEquals(
        "0 held and cancelled, 0 in flight, 2 already gone (2 SUBMITTED)", gone.out().strip());
    assertEquals(1, gone.exitCode());
    List<String> sent = Leads.recorded(target.url("campaign-service"), campaign);
    assertFalse(sent.contains("a-2995") || sent.contains("b-2995"));
    assertEquals(6_008, sent.size());
    String audit = Files.readString(directory.resolve("spool").resolve("dialspool.audit.ndjson"));
    assertTrue(audit.contains("\"phoneNumber\":\"+1206*****95\""), audit);
  }

  @Test
  @Timeout(240)
  void shouldCountWhatItRedroveWhileMoreComesIn() throws Exception {
    serve(40);
    String campaign = Leads.running(service.url("intake"), "redriven");
    int dead = 3_000;
    upload(campaign, "dead", 0, dead, Duration.ofSeconds(20)); // too little to be sent
    Service.await(
        "all have expired", Duration.ofSeconds(90), () -> count(campaign, "expired") == dead);
    var ledger = new Ledger(campaign, FIRST_NUMBER);
    ledger.writeTo(service.url("intake"));
    CompletableFuture<Void> writing = CompletableFuture.runAsync(ledger::write);
    Service.await("some are sent", Duration.ofSeconds(30), () -> count(campaign, "submitted") > 50);
    assertEquals(
        0,
        command("redrive", campaign, "--settled-before", "1h", "--json")
            .json()
            .path("matched")
            .asInt());
    JsonNode redriven =
        command(
                "redrive",
                campaign,
                "--state",
                "expired",
                "--settled-after",
                "10m",
                "--yes",
                "--json")
            .json();
    assertEquals(dead, redriven.path("matched").asInt(), redriven::toString);
    assertEquals(dead, redriven.path("redriven").asInt(), redriven::toString);
    JsonNode again = command("redrive", campaign, "--yes", "--json").json();
    assertEquals(0, again.path("redriven").asInt());
    assertEquals(dead, again.at("/skipped/alreadyRedriven").asInt());
    ledger.stop();
    writing.get(60, TimeUnit.SECONDS);
    Service.await("nothing waits any more", Duration.ofSeconds(90), () -> service.unsettled() == 0);
    assertEquals(List.of(), ledger.faults());
    assertEquals(ledger.acknowledged().size() + 2 * dead, count(campaign, "accepted"));
    var expected = new ArrayList<String>(Leads.tokens("dead", 0, dead));
    expected.addAll(ledger.acknowledged().keySet());
    Leads.expectEachOnce(Service.record(target.url("campaign-service"), campaign), expected);
  }

  // --- steps

  private int count(String campaign, String state) {
    return service.report(campaign).at("/counts/" + state).asInt();
  }

  private Service.Ran command(String name, String campaign, String... more) {
    var args = new ArrayList<String>();
    args.addAll(List.of(name, "--endpoint", service.url("intake"), "--campaign", campaign));
    args.addAll(List.of(more));
    return Service.run(args.toArray(String[]::new));
  }

  private void upload(String campaign, String prefix, int from, int to, Duration deadline) {
    var lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(Leads.item(prefix + "-" + i, i, deadline)).append('\n');
    }
    Service.Answer answer =
        Service.call(
            "POST",
            service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
            "application/x-ndjson",
            lines.toString());
    assertTrue(answer.body().contains("\"accepted\":" + (to - from)), answer.body());
  }
}
