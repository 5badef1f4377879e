package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters accepted anew and requests taken back, over kills of the service. */
class RedriveIT {
  private static final int LEADS = 20_000;
  private static final int RECALLED = 200;

  @TempDir Path directory;
  private Service target;
  private Service service;

  @BeforeEach
  void start() {
    target =
        Service.campaignService(
            directory.resolve("target"), "--calls-per-second", "1000", "--burst", "1000");
    serve();
  }

  private void serve() {
    service =
        Service.serve(
            directory,
            "target.kind=connect-campaigns",
            "target.endpoint=" + target.url("campaign-service"),
            "target.accessKeyId=test",
            "target.secretAccessKey=test",
            "target.callsPerSecond=1000");
  }

  @AfterEach
  void stop() {
    service.close();
    target.close();
  }

  @Test
  void shouldRedriveEachDeadLetterOnceThoughItIsKilledInBetween() throws Exception {
    String campaign = Leads.running(service.url("intake"), "died");
    upload(campaign, "t", LEADS, Duration.ofSeconds(20)); // too little to be sent
    Service.await(
        "all have expired", Duration.ofSeconds(90), () -> count(campaign, "expired") == LEADS);
    assertEquals(
        LEADS,
        command("redrive", campaign, "--json").json().path("matched").asInt(),
        "counted, and not done");
    assertEquals(LEADS, count(campaign, "accepted"));

    String url = service.url("intake");
    CompletableFuture<Void> cutOff =
        CompletableFuture.runAsync(
            () -> {
              try {
                Service.call(
                    "POST",
                    url + "/campaigns/" + campaign + "/dead-letters/redrive",
                    "application/json",
                    "{\"deadline\":\"" + Leads.in(Duration.ofHours(4)) + "\"}");
              } catch (UncheckedIOException e) {
                return; // as expected
              }
            });
    for (int look = 0; look < 100_000 && count(campaign, "accepted") == LEADS; look++) {
      Thread.onSpinWait();
    }
    service.kill();
    cutOff.get(30, TimeUnit.SECONDS);
    serve();
    int before = count(campaign, "accepted") - LEADS;
    assertTrue(before > 0, "nothing was redriven before the kill");
    assertTrue(before < LEADS, "all was redriven before the kill");

    JsonNode rest = command("redrive", campaign, "--yes", "--json").json();
    assertEquals(LEADS, rest.path("matched").asInt());
    assertEquals(LEADS - before, rest.path("redriven").asInt());
    assertEquals(before, rest.path("skipped").path("alreadyRedriven").asInt());
    Service.await(
        "all are submitted", Duration.ofSeconds(90), () -> count(campaign, "submitted") == LEADS);
    assertEquals(2 * LEADS, count(campaign, "accepted"));
    assertEquals(LEADS, count(campaign, "expired"));
    assertTrue(Service.get(service.url("intake") + "/spool").json().path("conserved").asBoolean());
    Leads.expectEachOnce(
        Service.record(target.url("campaign-service"), campaign), Leads.tokens("t", 0, LEADS));
    assertFeedTellsAll(campaign);
  }

  private void assertFeedTellsAll(String campaign) {
    Service.Ran feed = command("outcomes", campaign, "--json");
    assertEquals(2 * LEADS, feed.json().path("lines").asInt());
    Set<String> ids = new HashSet<>();
    String cursor = "";
    int dead = 0;
    for (String line : feed.out().lines().limit(2L * LEADS).toList()) {
      JsonNode outcome = new Service.Answer(200, line).json();
      assertTrue(ids.add(outcome.path("id").asText()), line);
      boolean isDead = outcome.path("state").asText().equals("EXPIRED");
      assertTrue(outcome.has(isDead ? "redrivenAs" : "redriveOf"), line);
      dead += isDead ? 1 : 0;
      cursor = outcome.path("cursor").asText();
    }
    assertEquals(LEADS, dead);
    assertEquals(cursor, feed.json().path("cursor").asText());
    assertEquals(
        0, command("outcomes", campaign, "--json", "--after", cursor).json().path("lines").asInt());
    Service.Ran letters = command("dead-letters", campaign, "--limit", "10");
    assertEquals(10, letters.out().lines().count());
    assertTrue(letters.out().contains("\"phoneNumber\":\"+1206*****"), letters.out());
    assertTrue(letters.out().contains("\"masked\":true"), letters.out());
  }

  @Test
  void shouldNeverSendWhatWasTakenBackThoughItIsKilledRightAfter() throws IOException {
    String campaign = Leads.running(service.url("intake"), "taken back");
    Leads.change(service.url("intake"), campaign, "pause");
    upload(campaign, "t", 1_000, Duration.ofHours(4));
    var tokens = new ArrayList<String>(Leads.tokens("t", 0, RECALLED));
    tokens.add("never-sent");
    Path file = Files.write(directory.resolve("tokens.txt"), tokens);
    Service.Ran recalled = command("recall", campaign, "--file", file.toString(), "--json");
    service.kill();
    assertEquals(RECALLED, recalled.json().path("cancelled").asInt(), recalled.out());
    assertEquals(1, recalled.json().path("unknown").asInt());
    assertEquals(1, recalled.exitCode());
    serve();
    Leads.change(service.url("intake"), campaign, "resume");
    Service.await(
        "the others are submitted",
        Duration.ofSeconds(30),
        () -> count(campaign, "submitted") == 1_000 - RECALLED);
    assertEquals(RECALLED, count(campaign, "cancelled"));
    assertEquals(
        new HashSet<>(Leads.tokens("t", RECALLED, 1_000)),
        new HashSet<>(Leads.recorded(target.url("campaign-service"), campaign)));
    assertEquals(
        RECALLED,
        command("recall", campaign, "--file", file.toString(), "--json")
            .json()
            .path("cancelled")
            .asInt());
    assertEquals(
        "0 held and cancelled, 0 in flight, 1 already gone (1 SUBMITTED)",
        command("recall", campaign, "t-" + RECALLED).out().strip());
  }

  private int count(String campaign, String state) {
    return service.report(campaign).at("/counts/" + state).asInt();
  }

  private Service.Ran command(String name, String campaign, String... more) {
    var args = new ArrayList<String>();
    args.addAll(List.of(name, "--endpoint", service.url("intake"), "--campaign", campaign));
    args.addAll(List.of(more));
    return Service.run(args.toArray(String[]::new));
  }

  private void upload(String campaign, String prefix, int count, Duration deadline) {
    var lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(Leads.item(prefix + "-" + i, i, deadline)).append('\n');
    }
    Service.Answer answer =
        Service.call(
            "POST",
            service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
            "application/x-ndjson",
            lines.toString());
    assertTrue(answer.body().contains("\"accepted\":" + count), answer.body());
  }
}
