package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees whose start fails: an exit code, one line that names the cause, nothing else.
 */
class StartFailureIT {
  private static final int USAGE = 2;
  private static final int NOT_AVAILABLE = 3;

  private final Path directory;
  private final Path spool;
  private final Path campaignService;

  StartFailureIT(@TempDir Path directory) {
    this.directory = directory;
    this.spool = directory.resolve("spool");
    this.campaignService = directory.resolve("campaign-service");
  }

  // --- directories

  @Test
  void shouldSayThatADirectoryIsAFile() throws IOException {
    Files.writeString(spool, "not a spool");
    assertFails(NOT_AVAILABLE, serve(), spool + " can't be used: it is not a directory");
    assertFails(
        NOT_AVAILABLE, campaignService(spool), spool + " can't be used: it is not a directory");
    assertEquals("not a spool", Files.readString(spool));
  }

  @Test
  void shouldSayThatADirectoryCannotBeMade() throws IOException {
    Path below = Files.writeString(directory.resolve("file"), "").resolve("below");
    assertFails(
        NOT_AVAILABLE,
        serve("spool.directory=" + below),
        below + " can't be used: Not a directory");
    assertFails(NOT_AVAILABLE, campaignService(below), below + " can't be used: Not a directory");
  }

  @Test
  void shouldSayThatADirectoryIsHeldByAnotherProcess() {
    try (Service first = Service.serve(directory)) {
      assertTrue(first.url("intake").startsWith("http://127.0.0.1:"));
      assertFails(
          NOT_AVAILABLE,
          serve("campaignService.directory=" + directory.resolve("other")),
          spool + " is in use by another process");
      assertFails(
          NOT_AVAILABLE,
          campaignService(campaignService),
          campaignService + " is in use by another process");
      assertEquals(200, Service.get(first.url("intake") + "/spool").status());
    }
  }

  @Test
  void shouldSayThatAStoreIsCorruptAndLeaveItAsItIs() throws IOException {
    try (Service first = Service.serve(directory)) {
      String campaign = Service.createCampaign(first.url("intake"), "kept");
      assertEquals(200, Service.change(first.url("intake"), campaign, "start"));
      put(first, campaign);
      first.terminate();
    }
    try (Service second = Service.serve(directory)) { // recovers the log into a table
      second.terminate();
    }
    for (Path store : List.of(spool, campaignService)) {
      Path current = store.resolve("CURRENT");
      Path manifest = store.resolve(Files.readString(current).strip());
      Path table = any(store, ".sst");
      assertFailsDamaged(store, current, "garbage\n".getBytes(StandardCharsets.UTF_8));
      // RocksDB itself opens some of these, from an older state, and deletes the newer tables.
      int manifestBytes = (int) Files.size(manifest);
      for (int left : List.of(20, manifestBytes / 2, manifestBytes * 4 / 5, manifestBytes - 1)) {
        assertFailsDamaged(store, manifest, Arrays.copyOf(Files.readAllBytes(manifest), left));
      }
      assertFailsDamaged(store, table, half(table));
      assertFailsDamaged(store, table, new byte[0]);
      assertFailsDamaged(store, table, new byte[(int) Files.size(table)]);
    }
    try (Service third = Service.serve(directory)) {
      assertEquals(1, third.counts().path("accepted").asInt());
    }
  }

  private void put(Service service, String campaign) {
    String deadline = Instant.now().plusSeconds(600).toString();
    assertEquals(
        200,
        Service.call(
                "PUT",
                service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
                "application/json",
                """
                {"dialRequests":[{"clientToken":"t","phoneNumber":"+12065550100",
                 "expirationTime":"%s","attributes":{}}]}
                """
                    .formatted(deadline))
            .status());
  }

  private void assertFailsDamaged(Path store, Path file, byte[] damaged) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, damaged);
    assertFails(NOT_AVAILABLE, serve(), store + " can't be opened: ");
    if (store.equals(campaignService)) {
      assertFails(NOT_AVAILABLE, campaignService(store), store + " can't be opened: ");
    }
    Files.write(file, whole);
  }

  private static byte[] half(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    return Arrays.copyOf(whole, whole.length / 2);
  }

  private static Path any(Path store, String ending) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  // --- ports

  @Test
  void shouldNameThePortThatIsInUse() throws IOException {
    try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = holder.getLocalPort();
      String line = "127.0.0.1:" + port + " can't be bound: Address already in use";
      assertFails(NOT_AVAILABLE, serve("intake.port=" + port), line);
      assertFails(NOT_AVAILABLE, serve("management.port=" + port), line);
      assertFails(NOT_AVAILABLE, serve("campaignService.port=" + port), line);
      assertFails(
          NOT_AVAILABLE,
          List.of("campaign-service", "--port", "" + port, "--data", campaignService.toString()),
          line);
    }
  }

  @Test
  void shouldNameTheAddressThatIsNotOurs() {
    assertFails(
        NOT_AVAILABLE,
        serve("intake.address=192.0.2.1", "doors.openToTheNetwork=true"),
        "192.0.2.1:0 can't be bound: ");
    assertFails(
        NOT_AVAILABLE, serve("management.address=no-such-host.invalid"), "no-such-host.invalid:0");
  }

  @Test
  void shouldLeaveNothingBehindThatKeepsTheNextStartFromSucceeding() throws IOException {
    try (var holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertFails(
          NOT_AVAILABLE, serve("management.port=" + holder.getLocalPort()), "can't be bound");
    }
    try (Service service = Service.serve(directory)) {
      assertEquals(200, Service.get(service.url("intake") + "/spool").status());
    }
  }

  // --- configuration

  @Test
  void shouldNameAllFaultsOfTheConfigurationAtOnce() throws IOException {
    Path file = directory.resolve("dialspool.yaml");
    Files.writeString(file, "dispatch:\n  lingerMs: -1\nspool:\n  direktory: x\n");
    var args = new ArrayList<String>(serve("intake.port=99999", "target.kind=x"));
    args.addAll(List.of("--config", file.toString()));
    Service.Ran ran = Service.run(args.toArray(String[]::new));
    assertEquals(USAGE, ran.exitCode());
    assertEquals("", ran.out());
    assertEquals(
        List.of(
            "dispatch.lingerMs: -1 (expected: 0 to 10000)",
            "intake.port: 99999 (expected: 0 to 65535)",
            "spool.direktory: unknown key (expected: perhaps spool.directory)",
            "target.kind: x (expected: embedded or connect-campaigns)"),
        ran.err().lines().sorted().toList());
    assertTrue(Files.notExists(spool));
  }

  @Test
  void shouldNameTheUnknownKey() {
    assertFails(
        USAGE, serve("intake.prot=0"), "intake.prot: unknown key (expected: perhaps intake.port)");
  }

  @Test
  void shouldNameTheConfigurationThatIsMissingOrUnreadable() throws IOException {
    Path missing = directory.resolve("missing.yaml");
    assertFails(
        USAGE,
        List.of("serve", "--config", missing.toString()),
        "--config: " + missing + " (expected: a file that exists)");
    assertFails(
        USAGE,
        List.of("serve", "--config", directory.toString()),
        "--config: " + directory + " (expected: a file that can be read)");
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "intake: [1,\n");
    assertFails(USAGE, List.of("serve", "--config", broken.toString()), "(expected: readable YAML");
  }

  @Test
  void shouldNameTheFaultsFileThatIsMissingOrWrong() throws IOException {
    Path faults = directory.resolve("faults.json");
    var args = new ArrayList<String>(campaignService(campaignService));
    args.addAll(List.of("--faults", faults.toString()));
    assertFails(USAGE, args, faults + " (expected: a file that can be read)");
    Files.writeString(faults, "{\"share500\":2}");
    assertFails(USAGE, args, faults + ": share500: out of range (expected: number from 0 to 1)");
  }

  @Test
  void shouldNameTheUnknownOptionOrCommand() {
    assertFails(USAGE, List.of("serve", "--nope"), "'--nope'; see dialspool serve --help");
    assertFails(USAGE, List.of("serve", "--set"), "see dialspool serve --help");
    assertFails(USAGE, List.of("frobnicate"), "'frobnicate'");
    assertFails(USAGE, List.of(), "a command is missing; see dialspool --help");
    assertFails(USAGE, List.of("campaign-service", "--port"), "--port");
  }

  // --- how it ends

  private List<String> serve(String... sets) {
    var args = new ArrayList<String>(List.of("serve"));
    for (String set :
        List.of(
            "intake.port=0",
            "management.port=0",
            "campaignService.port=0",
            "spool.directory=" + spool,
            "campaignService.directory=" + campaignService)) {
      args.addAll(List.of("--set", set));
    }
    for (String set : sets) {
      args.addAll(List.of("--set", set));
    }
    return args;
  }

  private static List<String> campaignService(Path data) {
    return List.of("campaign-service", "--port", "0", "--data", data.toString());
  }

  private static void assertFails(int exitCode, List<String> args, String said) {
    Service.Ran ran = Service.run(args.toArray(String[]::new));
    assertEquals(exitCode, ran.exitCode(), ran::err);
    assertEquals("", ran.out());
    assertEquals(1, ran.err().lines().count(), ran::err);
    assertTrue(ran.err().contains(said), () -> ran.err() + "instead of " + said);
  }
}
