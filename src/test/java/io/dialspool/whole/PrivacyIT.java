package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Numbers and attributes: who sees them, and where they never are. That no process of the suite
 * writes any is looked at by {@link Service#close} each time; here it is looked at closely.
 */
class PrivacyIT {
  private static final Duration HOURS = Duration.ofHours(4);
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  @TempDir Path directory;

  // --- nothing written

  @Test
  @Timeout(240)
  void shouldWriteNothingPersonalWhateverGoesWrong() throws Exception {
    Path log = directory.resolve("log");
    try (Service service =
        Service.serveLogged(log, directory, "target.timeoutMs=1000", "dispatch.attemptsMax=2")) {
      String intake = service.url("intake");
      String campaign = Leads.running(intake, "private");
      var answers = new ArrayList<String>();
      badRequests(intake, campaign, answers);
      assertEquals(
          200,
          Service.call(
                  "PUT",
                  service.url("target") + "/faults",
                  "application/json",
                  "{\"share500\":0.2,\"shareDroppedAfter\":0.1,\"shareMissing\":0.2,"
                      + "\"shareDoubled\":0.2,\"shareForeign\":0.2}")
              .status());
      Leads.putAll(intake, campaign, "t", 0, 500, HOURS);
      Leads.putAll(intake, campaign, "brief", 1_000, 1_025, Duration.ofSeconds(20));
      // Other content under a known token.
      answers.add(Leads.put(intake, campaign, Leads.item("t-1", 77, HOURS)).body());
      answers.add(service.status(campaign, "t-1").toString());
      answers.add(
          Service.call("DELETE", of(intake, campaign, "/dial-requests/t-1"), "", "").body());
      Service.await(
          "dead letters",
          Duration.ofSeconds(60),
          () -> service.counts().path("expired").asInt() == 25);
      answers.add(
          Service.call(
                  "POST",
                  of(intake, campaign, "/dead-letters/redrive"),
                  "application/json",
                  "{\"deadline\":\"" + Leads.in(HOURS) + "\"}")
              .body());
      answers.add(Service.get(of(intake, campaign, "/outcomes")).body());
      answers.add(Service.get(of(intake, campaign, "/spool")).body());
      raiseAnAlarm(service, log);
      answers.forEach(Service::expectNothingPersonal);
      assertTrue(answers.stream().allMatch(answer -> answer.length() > 2), answers::toString);
      Service.expectNothingPersonal(threadDump(service));
      Service.expectNothingPersonal(Service.get(service.url("management") + "/metrics").body());
    }
  }

  private static void raiseAnAlarm(Service service, Path log) {
    String failed = Leads.created(service.url("intake"), "failed");
    Leads.putAll(service.url("intake"), failed, "f", 9, 10, HOURS);
    String body = "{\"campaignId\":\"" + failed + "\",\"state\":\"Failed\"}";
    assertEquals(
        200,
        Service.call("PUT", service.url("target") + "/campaign-states", "application/json", body)
            .status());
    Service.await(
        "an alarm in the log",
        Duration.ofSeconds(30),
        () -> {
          try {
            return Files.readString(log).contains(failed + " has failed; it is held");
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static void badRequests(String intake, String campaign, List<String> answers) {
    String number = Leads.number(5);
    ObjectNode noNumber = Leads.item("bad-1", 5, HOURS).put("phoneNumber", number + "123456789");
    answers.add(Leads.put(intake, campaign, noNumber).body());
    ObjectNode wrongType = Leads.item("bad-2", 5, HOURS);
    wrongType.putObject("phoneNumber").put("number", number);
    answers.add(Leads.put(intake, campaign, wrongType).body());
    ObjectNode asToken = Leads.item("bad-3", 5, HOURS).put("clientToken", number);
    answers.add(Leads.put(intake, campaign, asToken).body().replace(number, "the token itself"));
    ObjectNode asTime = Leads.item("bad-4", 5, HOURS).put("expirationTime", number);
    answers.add(Leads.put(intake, campaign, asTime).body());
    String cutOff = Leads.body(List.of(Leads.item("bad-5", 5, HOURS))).replace("\"}", "\"");
    answers.add(Leads.put(intake, campaign, cutOff).body());
    answers.add(
        Leads.put(intake, number.substring(1), "{}").body().replace(number.substring(1), ""));
    answers.add(
        Service.call(
                "POST",
                of(intake, campaign, "/dial-requests"),
                "application/x-ndjson",
                noNumber + "\n" + cutOff + "\n" + wrongType + "\n")
            .body());
    assertEquals(7, answers.size());
  }

  private static String of(String intake, String campaign, String below) {
    return intake + "/campaigns/" + campaign + below;
  }

  private static String threadDump(Service service) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    assumeTrue(Files.isExecutable(jcmd), "no jcmd");
    String dump =
        Service.runCommand(List.of(jcmd.toString(), "" + service.pid(), "Thread.print")).out();
    for (String thread : List.of("dialspool-ring", "dialspool-dispatch", "dialspool-io")) {
      assertTrue(dump.contains(thread), dump);
    }
    return dump;
  }

  @Test
  @Timeout(240)
  void shouldFindWhatIsPlanted() throws IOException {
    Path log = directory.resolve("log");
    Service service = Service.serveLogged(log, directory);
    Files.writeString(log, "INFO dialling " + Leads.number(7) + "\n", StandardOpenOption.APPEND);
    AssertionError found = assertThrows(AssertionError.class, service::close);
    assertTrue(String.valueOf(found.getMessage()).contains("dialling"), found::toString);
    for (String planted :
        List.of("dialspool-+12062000007", "{\"customer\":\"lead-7\"}", "Lead 7")) {
      assertThrows(AssertionError.class, () -> Service.expectNothingPersonal("a\n" + planted));
    }
    Service second = Service.serve(directory);
    Path diary = directory.resolve("spool").resolve("LOG");
    Files.writeString(diary, "key " + Leads.number(7) + "\n", StandardOpenOption.APPEND);
    assertThrows(AssertionError.class, second::close);
  }

  // --- who sees them

  @Test
  @Timeout(240)
  void shouldShowNumbersAndAttributesOnlyToAKeyWithControl() throws IOException {
    Path keys =
        Files.writeString(
            directory.resolve("keys.yaml"),
            """
            keys:
              - name: reader
                bearerSha256: %s
                rights: [submit, read]
              - name: boss
                bearerSha256: %s
                rights: [submit, read, control]
            """
                .formatted(sha256("a-token-of-the-reader"), sha256("a-token-of-the-boss")));
    Map<String, String> reader = Map.of("Authorization", "Bearer a-token-of-the-reader");
    Map<String, String> boss = Map.of("Authorization", "Bearer a-token-of-the-boss");
    try (Service service = Service.serve(directory, "doors.keyFile=" + keys)) {
      String intake = service.url("intake");
      String campaign = Service.createCampaign(service.url("target"), "seen");
      String url = of(intake, campaign, "/dial-requests");
      String body = Leads.body(List.of(Leads.item("t-3", 3, Duration.ofSeconds(5))));
      assertEquals(200, Service.call("PUT", url, "application/json", body, reader).status());
      String letters = of(intake, campaign, "/dead-letters");
      Service.await(
          "a dead letter",
          Duration.ofSeconds(90),
          () -> !Service.call("GET", letters, "", "", reader).body().isBlank());
      String masked = Service.call("GET", letters, "", "", reader).body();
      Service.expectNothingPersonal(masked);
      assertTrue(masked.contains("\"phoneNumber\":\"+1206*****03\""), masked);
      assertTrue(masked.contains("\"customer\":\"*****\""), masked);
      String whole = Service.call("GET", letters, "", "", boss).body();
      assertTrue(whole.contains("\"phoneNumber\":\"" + Leads.number(3) + "\""), whole);
      assertTrue(whole.contains("\"customer\":\"lead-3\""), whole);
      Service.expectNothingPersonal(Service.call("GET", url + "/t-3", "", "", boss).body());
    }
  }

  private static String sha256(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- files

  @Test
  @Timeout(240)
  void shouldKeepOthersOutOfEveryFileThoughTheUmaskLetsThemIn() throws IOException {
    Path probe = Files.writeString(directory.resolve("probe"), "");
    assumeTrue(!openToOthers(probe).isEmpty(), "the umask keeps others out by itself");
    // The directories are there before, open to all, as a package or a mount makes them.
    for (String made : List.of("spool", "campaign-service")) {
      Path there = Files.createDirectory(directory.resolve(made));
      assertEquals(0, SmallDisk.run("chmod", "755", there.toString()));
    }
    try (Service service = Service.serve(directory)) {
      String campaign = Leads.running(service.url("intake"), "files");
      Leads.putAll(service.url("intake"), campaign, "t", 0, 1_000, HOURS);
      Service.await("their end", Duration.ofSeconds(60), () -> service.unsettled() == 0);
      assertPrivateSoon("spool");
      assertPrivateSoon("campaign-service");
      service.kill();
    }
    try (Service service = Service.serve(directory)) { // new tables, a new log, a new list
      assertEquals(1_000, service.counts().path("submitted").asInt());
      assertPrivateSoon("spool");
      assertPrivateSoon("campaign-service");
      service.terminate();
    }
    assertNobodyElseReads(directory.resolve("spool"));
  }

  private void assertPrivateSoon(String store) {
    Path there = directory.resolve(store);
    Service.await(
        "nothing below " + there + " is open to others",
        Duration.ofSeconds(20),
        () -> {
          try {
            return openToOthers(there).stream().allMatch(open -> open.equals(there.toString()));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  // As a user of no rights, if we may become one.
  private static void assertNobodyElseReads(Path spool) throws IOException {
    assumeTrue(
        SmallDisk.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true") == 0,
        "can't become another user");
    assertEquals(0, SmallDisk.run("chmod", "755", spool.getParent().toString()));
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertNotEquals(
            0,
            SmallDisk.run(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "cat",
                file.toString()),
            file::toString);
      }
    }
  }

  /** What is below a directory, itself included, that anybody but its owner may touch. */
  static List<String> openToOthers(Path directory) throws IOException {
    var open = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        if (Files.exists(file)
            && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
          open.add(file.toString());
        }
      }
    } catch (java.io.UncheckedIOException e) {
      return List.of("a file went while it was looked at: " + e.getMessage());
    }
    return open;
  }
}
