package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A spool is lost and its backup of some time ago put back. The judge is the campaign service, a
 * process of its own that loses nothing: who was dialled, and how often.
 */
class BackupIT {
  private static final Duration HOURS = Duration.ofHours(4);
  private static final Duration MINUTE = Duration.ofSeconds(60);
  private static final int NOT_AVAILABLE = 3;

  @TempDir Path directory;
  private Service target;

  @BeforeEach
  void start() {
    target =
        Service.campaignService(
            directory.resolve("target"), "--calls-per-second", "1000", "--burst", "1000");
  }

  @AfterEach
  void stop() {
    target.close();
  }

  private Service serve() {
    return Service.serve(
        directory,
        "target.kind=connect-campaigns",
        "target.endpoint=" + target.url("campaign-service"),
        "target.accessKeyId=test",
        "target.secretAccessKey=test",
        "target.callsPerSecond=1000");
  }

  @Test
  @Timeout(400)
  void shouldDialNobodyTwiceAfterABackupWasRestored() throws IOException {
    Path spool = directory.resolve("spool");
    Path backup = directory.resolve("backups").resolve("monday");
    String campaign;
    try (Service service = serve()) {
      String intake = service.url("intake");
      campaign = Leads.running(intake, "kept");
      Leads.putAll(intake, campaign, "before", 0, 300, HOURS);
      Service.await("their end", MINUTE, () -> service.unsettled() == 0);
      Leads.change(intake, campaign, "pause");
      Leads.putAll(intake, campaign, "held", 1_000, 1_500, HOURS);
      Leads.putAll(intake, campaign, "brief", 2_000, 2_025, Duration.ofSeconds(70));
      service.terminate();
    }
    JsonNode made = backUp(spool, backup);
    assertEquals(825, made.path("requests").asInt());
    assertEquals(525, made.path("waiting").asInt());
    assertPrivate(backup);
    try (Service service = serve()) {
      String intake = service.url("intake");
      Leads.change(intake, campaign, "resume");
      Leads.putAll(intake, campaign, "after", 3_000, 3_100, HOURS);
      Service.await("their end", MINUTE, () -> service.unsettled() == 0);
      assertEquals(925, Leads.recorded(target.url("campaign-service"), campaign).size());
      service.kill();
    }
    // The disk is lost.
    assertEquals(0, SmallDisk.run("rm", "-r", spool.toString()));
    Service.Ran wrong = Service.serveInVain(directory, "spool.directory=" + backup);
    assertEquals(NOT_AVAILABLE, wrong.exitCode(), wrong::err);
    assertTrue(wrong.err().contains("the spool is a backup"), wrong::err);
    JsonNode restored = restore(backup, spool);
    assertEquals(525, restored.path("maybeSent").asInt());
    assertEquals(made.path("takenAt"), restored.path("takenAt"));
    assertPrivate(spool);
    try (Service service = serve()) {
      String intake = service.url("intake");
      assertEquals(825, service.counts().path("accepted").asInt());
      JsonNode held = service.status(campaign, "held-1000");
      assertEquals("EARLIER_LIFE", held.path("doubt").path("evidence").asText(), held::toString);
      // Those that it doesn't know their senders send again; the target knows them.
      Leads.putAll(intake, campaign, "after", 3_000, 3_100, HOURS);
      Service.await("the end of all", MINUTE.plus(MINUTE), () -> service.unsettled() == 0);
      JsonNode counts = service.counts();
      assertEquals(0, counts.path("expired").asInt(), "nothing of it was surely never sent");
      assertEquals(925, counts.path("submitted").asInt() + counts.path("undeliverable").asInt());
      assertTrue(counts.path("submitted").asInt() >= 900, counts::toString);
      assertTrue(Service.get(intake + "/spool").json().path("conserved").asBoolean());
      var tokens = new ArrayList<String>(Leads.tokens("before", 0, 300));
      tokens.addAll(Leads.tokens("held", 1_000, 1_500));
      tokens.addAll(Leads.tokens("brief", 2_000, 2_025));
      tokens.addAll(Leads.tokens("after", 3_000, 3_100));
      Leads.expectEachOnce(Service.record(target.url("campaign-service"), campaign), tokens);
      service.terminate();
    }
    assertEquals(0, Service.run("spool", "check", "--directory", spool.toString()).exitCode());
  }

  @Test
  @Timeout(300)
  void shouldBackUpAndRestoreNothingThatIsNotWhole() throws IOException {
    Path spool = directory.resolve("spool");
    Path backup = directory.resolve("backup");
    try (Service service = serve()) {
      String campaign = Leads.running(service.url("intake"), "kept");
      Leads.putAll(service.url("intake"), campaign, "t", 0, 500, HOURS);
      Service.await("their end", MINUTE, () -> service.unsettled() == 0);
      Service.Ran inUse =
          Service.run(
              "spool", "backup", "--directory", spool.toString(), "--to", backup.toString());
      assertEquals(NOT_AVAILABLE, inUse.exitCode(), inUse::err);
      assertTrue(inUse.err().contains("in use by another process"), inUse::err);
      assertFalse(Files.exists(backup));
      service.terminate();
    }
    backUp(spool, backup);
    Service.Ran again =
        Service.run("spool", "backup", "--directory", spool.toString(), "--to", backup.toString());
    assertEquals(2, again.exitCode(), again::err);
    Service.Ran over =
        Service.run(
            "spool", "restore", "--from", backup.toString(), "--directory", spool.toString());
    assertEquals(2, over.exitCode(), over::err);
    Service.Ran none =
        Service.run(
            "spool",
            "restore",
            "--from",
            spool.toString(),
            "--directory",
            directory.resolve("elsewhere").toString());
    assertEquals(NOT_AVAILABLE, none.exitCode(), none::err);
    assertTrue(none.err().contains(spool + " is no backup"), none::err);
    // Its own copies now, or the flipped bit would be the spool's too.
    Path moved = directory.resolve("moved");
    assertEquals(0, SmallDisk.run("cp", "-r", backup.toString(), moved.toString()));
    Path table = anyTable(moved);
    flipInTheMiddle(table);
    Service.Ran damaged =
        Service.run(
            "spool",
            "restore",
            "--from",
            moved.toString(),
            "--directory",
            directory.resolve("elsewhere").toString());
    assertEquals(1, damaged.exitCode(), damaged::err);
    assertTrue(damaged.out().contains(String.valueOf(table.getFileName())), damaged::out);
    assertFalse(Files.exists(directory.resolve("elsewhere")));
    flipInTheMiddle(anyTable(spool)); // linked, so it is the backup's too
    Service.Ran refused =
        Service.run(
            "spool",
            "backup",
            "--directory",
            spool.toString(),
            "--to",
            directory.resolve("other").toString());
    assertEquals(NOT_AVAILABLE, refused.exitCode(), refused::err);
    assertFalse(Files.exists(directory.resolve("other")));
  }

  private static JsonNode backUp(Path spool, Path backup) {
    Service.Ran ran =
        Service.run(
            "spool",
            "backup",
            "--directory",
            spool.toString(),
            "--to",
            backup.toString(),
            "--json");
    assertEquals(0, ran.exitCode(), ran::err);
    return ran.json();
  }

  private static JsonNode restore(Path backup, Path spool) {
    Service.Ran ran =
        Service.run(
            "spool",
            "restore",
            "--from",
            backup.toString(),
            "--directory",
            spool.toString(),
            "--json");
    assertEquals(0, ran.exitCode(), ran::err);
    return ran.json();
  }

  private static void assertPrivate(Path made) throws IOException {
    assertEquals(List.of(), PrivacyIT.openToOthers(made));
  }

  private static Path anyTable(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flipInTheMiddle(Path file) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bytes.length() / 2);
      int one = bytes.read();
      bytes.seek(bytes.length() / 2);
      bytes.write(one ^ 0x10);
    }
  }
}
