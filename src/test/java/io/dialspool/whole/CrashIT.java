package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL with requests waiting for a paused campaign: nothing of it moves. What {@link
 * CrashTestIT} can't see from outside is looked at here between the kills.
 */
class CrashIT {
  private static final long SEED = 20_261_121;
  private static final int HELD_LEADS = 20_000;
  private final SplittableRandom random = new SplittableRandom(SEED);

  private final Path directory;

  CrashIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Timeout(300)
  void shouldHoldWhatWaitsForAPausedCampaignThroughKillsAndSendItOnceAfterwards() throws Exception {
    Path leads = Leads.csv(directory.resolve("leads.csv"), "held", 0, HELD_LEADS);
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
        List<JsonNode> record = Service.record(url, campaign);
        Leads.expectEachOnce(record, Leads.tokens("held", 0, HELD_LEADS));
        assertTrue(
            record.stream().allMatch(line -> line.path("times").asInt() == 1),
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
