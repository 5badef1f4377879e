package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL, over and over. The judges stand outside: a ledger of what was acknowledged, and the
 * campaign service as a process of its own, which lists whatever it was told to dial.
 */
class CrashIT {
  private static final long SEED = 20_261_121;
  private static final int KILLS = 6;
  private static final int ACKNOWLEDGED_BETWEEN_KILLS = 300;
  private static final int FILE_LEADS = 30_000;
  private static final int HELD_LEADS = 20_000;
  private static final String FAULTS =
      """
      {"seed":7,"latencyMs":20,"shareDroppedAfter":0.02,"share500":0.02,"shareMissing":0.002}
      """;

  private final SplittableRandom random = new SplittableRandom(SEED);

  private final Path directory;

  CrashIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Timeout(300)
  void shouldLoseNothingAndDialNothingTwiceHoweverOftenItIsKilled() throws Exception {
    Path faults = Files.writeString(directory.resolve("faults.json"), FAULTS);
    Path leads = leads("file-", FILE_LEADS, 3_000_000);
    try (Service target =
        Service.campaignService(
            directory.resolve("target"),
            "--calls-per-second",
            "250",
            "--burst",
            "50",
            "--faults",
            faults.toString())) {
      String url = target.url("campaign-service");
      String campaign = Service.createCampaign(url, "crash");
      assertEquals(200, Service.change(url, campaign, "start"));

      var ledger = new Ledger(campaign, 2_000_000);
      int killedWithCallsInFlight = 0;
      int killedInReplay = 0;
      Service service = serve(url, 200);
      var writer = new Thread(ledger::write, "writer");
      ledger.writeTo(service.url("intake"));
      writer.start();
      try {
        for (int kill = 1; kill <= KILLS; kill++) {
          Process replay = replay(service, campaign, leads);
          awaitAcknowledged(ledger, service);
          awaitTaken(replay, ledger, service);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
          if (service.counts().path("inFlight").asLong() > 0) {
            killedWithCallsInFlight++;
          }
          service.kill();
          if (replay.isAlive()) {
            killedInReplay++;
          }
          replay.destroyForcibly().onExit().join();
          if (kill == KILLS / 2) {
            killInStartUp(url, 2);
          }
          service = serve(url, 200);
          JsonNode spool = Service.get(service.url("intake") + "/spool").json();
          assertTrue(spool.path("conserved").asBoolean(), spool::toString);
          ledger.writeTo(service.url("intake"));
        }
        awaitAcknowledged(ledger, service);
        ledger.stop();
        writer.join();
        Service.Ran last =
            Service.run(
                "replay",
                leads.toString(),
                "--campaign",
                campaign,
                "--endpoint",
                service.url("intake"),
                "--rejects",
                directory.resolve("rejects.csv").toString(),
                "--json");
        assertEquals(0, last.exitCode(), last::err);
        assertEquals(FILE_LEADS, last.json().path("rows").asInt());
        assertEquals(
            FILE_LEADS,
            last.json().path("accepted").asInt() + last.json().path("duplicates").asInt());
        assertEquals(200, Service.call("PUT", url + "/faults", "application/json", "{}").status());
        Service finished = service;
        Service.await(
            "an end for every request", Duration.ofSeconds(90), () -> finished.unsettled() == 0);

        assertTrue(ledger.acknowledged().size() >= 2_000, () -> "" + ledger.acknowledged().size());
        assertTrue(killedWithCallsInFlight >= 1);
        assertTrue(killedInReplay >= 1);
        assertTrue(ledger.cutOff() >= 1, "no put was cut off by a kill");
        ledger.repeatAll();
        assertEquals(List.of(), ledger.faults());
        int distinct = ledger.acknowledged().size() + FILE_LEADS;
        assertAllSubmitted(service, distinct);
        Map<String, JsonNode> taken = eachOnce(url, campaign, distinct);
        assertEquals(
            Set.of(), minus(ledger.acknowledged().keySet(), taken.keySet()), "acknowledged, lost");
        ledger
            .phoneNumbers()
            .forEach(
                (token, phoneNumber) ->
                    assertEquals(phoneNumber, of(taken, token, "phoneNumber"), token));
        assertTrue(
            taken.values().stream().anyMatch(line -> line.path("times").asInt() > 1),
            "no call was sent again: no kill and no dropped answer hit one");
        for (String token : List.copyOf(ledger.acknowledged().keySet()).subList(0, 200)) {
          JsonNode status = service.status(campaign, token);
          assertEquals("SUBMITTED", status.path("state").asText(), token);
          assertEquals(of(taken, token, "id"), status.path("targetDialRequestId").asText());
          assertEquals(ledger.acknowledged().get(token), status.path("id").asText());
        }
      } finally {
        ledger.stop();
        service.close();
        writer.join();
      }
    }
  }

  @Test
  @Timeout(300)
  void shouldHoldWhatWaitsForAPausedCampaignThroughKillsAndSendItOnceAfterwards() throws Exception {
    Path leads = leads("held-", HELD_LEADS, 2_000_000);
    try (Service target =
        Service.campaignService(
            directory.resolve("target"), "--calls-per-second", "400", "--burst", "100")) {
      String url = target.url("campaign-service");
      String campaign = Service.createCampaign(url, "held");
      assertEquals(200, Service.change(url, campaign, "start"));
      assertEquals(200, Service.change(url, campaign, "pause"));
      try (Service service = serve(url, 300)) {
        Process replay = replay(service, campaign, leads);
        assertTrue(replay.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, replay.exitValue());
        assertEquals(HELD_LEADS, service.counts().path("queued").asLong());
        service.kill();
      }
      killInStartUp(url, 2);
      try (Service service = serve(url, 300)) {
        assertHeld(service, url, campaign);
        service.kill(); // nothing new since the start: the next one must find the same
      }
      try (Service service = serve(url, 300)) {
        assertHeld(service, url, campaign);
        assertEquals(200, Service.change(service.url("intake"), campaign, "resume"));
        Service.await(
            "an end for every request", Duration.ofSeconds(90), () -> service.unsettled() == 0);
        assertAllSubmitted(service, HELD_LEADS);
        Map<String, JsonNode> taken = eachOnce(url, campaign, HELD_LEADS);
        assertTrue(
            taken.values().stream().allMatch(line -> line.path("times").asInt() == 1),
            "a request that was never in a call was sent twice");
      }
    }
  }

  private void assertHeld(Service service, String targetUrl, String campaign) {
    JsonNode counts = service.counts();
    assertEquals(HELD_LEADS, counts.path("accepted").asLong());
    assertEquals(HELD_LEADS, counts.path("queued").asLong());
    Service.await(
        "the gate has seen the pause",
        Duration.ofSeconds(20),
        () -> service.report(campaign).path("gate").path("state").asText().equals("Paused"));
    for (int i = 0; i < 20; i++) {
      JsonNode status = service.status(campaign, "held-" + random.nextInt(HELD_LEADS));
      assertEquals("QUEUED", status.path("state").asText(), status::toString);
    }
    assertEquals(List.of(), Service.record(targetUrl, campaign));
  }

  private static void assertAllSubmitted(Service service, int distinct) {
    JsonNode spool = Service.get(service.url("intake") + "/spool").json();
    assertTrue(spool.path("conserved").asBoolean(), spool::toString);
    JsonNode counts = spool.path("counts");
    assertEquals(distinct, counts.path("accepted").asLong(), spool::toString);
    assertEquals(distinct, counts.path("submitted").asLong(), spool::toString);
  }

  /** The record by token, once it is sure that no token and no phone number stands there twice. */
  private static Map<String, JsonNode> eachOnce(String targetUrl, String campaign, int distinct) {
    List<JsonNode> record = Service.record(targetUrl, campaign);
    assertEquals(distinct, record.size());
    var phoneNumbers = new HashSet<String>();
    record.forEach(line -> phoneNumbers.add(line.path("phoneNumber").asText()));
    assertEquals(distinct, phoneNumbers.size(), "a lead was dialled under two tokens");
    Map<String, JsonNode> byToken =
        record.stream()
            .collect(
                Collectors.toMap(
                    line -> line.path("clientToken").asText(), Function.identity(), (a, b) -> a));
    assertEquals(distinct, byToken.size(), "a token was dialled twice");
    return byToken;
  }

  private static String of(Map<String, JsonNode> taken, String token, String member) {
    JsonNode line = taken.get(token);
    return line == null ? "not taken" : line.path(member).asText();
  }

  private static Set<String> minus(Set<String> all, Set<String> some) {
    var rest = new HashSet<String>(all);
    rest.removeAll(some);
    return rest;
  }

  // --- processes

  private Service serve(String targetUrl, int callsPerSecond) {
    return Service.serve(
        directory,
        "target.kind=connect-campaigns",
        "target.endpoint=" + targetUrl,
        "target.accessKeyId=test",
        "target.secretAccessKey=test",
        "target.callsPerSecond=" + callsPerSecond);
  }

  private Process replay(Service service, String campaign, Path leads) throws IOException {
    List<String> args =
        List.of(
            "replay",
            leads.toString(),
            "--campaign",
            campaign,
            "--endpoint",
            service.url("intake"),
            "--rejects",
            directory.resolve("rejects.csv").toString());
    return new ProcessBuilder(Service.command(args))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Distinct numbers, every other lead without a token of its own unless all are to have one. */
  private Path leads(String tokens, int count, int firstNumber) throws IOException {
    var lines = new ArrayList<String>(count + 1);
    lines.add("clientToken,phoneNumber,lead");
    for (int i = 0; i < count; i++) {
      boolean made = tokens.equals("file-") && i % 2 == 0;
      lines.add((made ? "" : tokens + i) + ",+1206" + (firstNumber + i) + ",lead " + i);
    }
    return Files.write(directory.resolve(tokens + "leads.csv"), lines);
  }

  /** At a moment nobody planned: some more requests are acknowledged, and a little later. */
  private void awaitAcknowledged(Ledger ledger, Service service) {
    int enough =
        ledger.acknowledged().size()
            + ACKNOWLEDGED_BETWEEN_KILLS
            + random.nextInt(ACKNOWLEDGED_BETWEEN_KILLS);
    Service.await(
        "requests acknowledged",
        Duration.ofSeconds(60),
        () -> ledger.acknowledged().size() >= enough);
    Service.await(
        "calls to the target",
        Duration.ofSeconds(30),
        () -> service.counts().path("submitted").asLong() > 0);
  }

  /** The replay has got something new in, or is through. */
  private static void awaitTaken(Process replay, Ledger ledger, Service service) {
    long before = taken(ledger, service);
    Service.await(
        "leads of the file taken",
        Duration.ofSeconds(60),
        () -> !replay.isAlive() || taken(ledger, service) > before);
  }

  // The writer may have been answered a batch between the two looks, but no more than that.
  private static long taken(Ledger ledger, Service service) {
    return (service.counts().path("accepted").asLong() - ledger.acknowledged().size()) / 100;
  }

  /** Starts the service and kills it while it opens the spool, {@code times} in a row. */
  private void killInStartUp(String targetUrl, int times) throws Exception {
    int inARow = 0;
    for (int tries = 0; inARow < times && tries < 10; tries++) {
      long opened = opened();
      Path out = directory.resolve("out");
      Process process =
          new ProcessBuilder(
                  Service.command(
                      List.of(
                          "serve",
                          "--set",
                          "intake.port=0",
                          "--set",
                          "management.port=0",
                          "--set",
                          "spool.directory=" + directory.resolve("spool"),
                          "--set",
                          "target.kind=connect-campaigns",
                          "--set",
                          "target.endpoint=" + targetUrl,
                          "--set",
                          "target.accessKeyId=test",
                          "--set",
                          "target.secretAccessKey=test")))
              .redirectOutput(out.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      while (process.isAlive() && opened() == opened) {
        LockSupport.parkNanos(1_000_000);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(60)));
      process.destroyForcibly().onExit().join();
      inARow = Files.readString(out).isEmpty() ? inARow + 1 : 0;
    }
    assertEquals(times, inARow, "the start was over before it could be killed");
  }

  /** When the store last wrote its own log: it begins a new one as it opens. */
  private long opened() throws IOException {
    try {
      return Files.getLastModifiedTime(directory.resolve("spool").resolve("LOG")).toMillis();
    } catch (NoSuchFileException e) {
      return 0; // just being replaced
    }
  }
}
