package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.spool.Spool;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.Space;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.SstFileReader;

/**
 * The disk fails under the built jar: real file systems that get full, turn read-only or lose
 * blocks, and files that were changed between two starts. The judges stand outside: a ledger of
 * what was acknowledged, and the campaign service's record of what was dialled.
 */
class DiskFaultIT {
  private static final int NOT_AVAILABLE = 3;
  private static final Duration HOURS = Duration.ofHours(4);

  private final Path directory;
  private final Path spool;
  private final Path log;

  DiskFaultIT(@TempDir Path directory) {
    this.directory = directory;
    this.spool = directory.resolve("spool");
    this.log = directory.resolve("log");
  }

  // --- full

  @Test
  @Timeout(240)
  void shouldAcknowledgeNothingItCannotKeepAndGoOnByItselfOnceThereIsRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMemory(directory.resolve("disk"), 200);
        Service service =
            Service.serve(
                directory,
                "spool.directory=" + disk.path("spool"),
                "spool.freeBytesMin=0", // no watermark: the disk itself must say no
                "target.callsPerSecond=200",
                "campaignService.callsPerSecond=200",
                "campaignService.burst=50")) {
      String intake = service.url("intake");
      String campaign = campaign(service);
      var ledger = new Ledger(campaign, 3_000_000);
      ledger.writeTo(intake);
      var writer = new Thread(ledger::write, "writer");
      writer.start();
      String held = Service.createCampaign(intake, "held");
      var large = new AtomicInteger();
      var bulk = new Thread(() -> putLarge(intake, held, large), "bulk");
      try {
        awaitAcknowledged(ledger, 500);
        disk.fill(1 << 20);
        fillUp(disk);
        bulk.start(); // the log has some room set aside that must be used up first
        // Asked without a put: one that is caught by the full disk waits for room, as promised.
        Service.await(
            "not ready for the full disk",
            Duration.ofSeconds(60),
            () -> Service.get(service.url("management") + "/health/ready").status() == 503);
        assertTrue(refusal(service, campaign).contains("The disk of the spool is full."));
        int acknowledged = ledger.acknowledged().size();
        for (int i = 0; i < 150; i++) { // longer than the store's upkeep needs to come round
          assertTrue(refusal(service, campaign).contains("is full"), "it has recovered by itself?");
          LockSupport.parkNanos(50_000_000);
        }
        assertEquals(503, Service.get(service.url("management") + "/health/ready").status());
        assertEquals(200, Service.get(service.url("management") + "/health/live").status());
        assertEquals(acknowledged, ledger.acknowledged().size());
        disk.empty();
        Files.deleteIfExists(disk.path("rest"));
        awaitAcknowledged(ledger, acknowledged + 500);
      } finally {
        disk.empty(); // or the writer would go on for as long as it is refused
        Files.deleteIfExists(disk.path("rest"));
        ledger.stop();
        writer.join();
      }
      bulk.join();
      assertEquals(List.of(), ledger.faults());
      assertEquals(large.get(), service.report(held).path("counts").path("accepted").asInt());
      assertAllDialledOnce(service, campaign, ledger);
      service.terminate();
      assertChecks(disk.path("spool"));
    }
  }

  /** Until it is refused; counts what is acknowledged. */
  private static void putLarge(String intake, String campaign, AtomicInteger acknowledged) {
    String value = "x".repeat(20_000);
    for (int first = 0; first < 25 * 400; first += 25) {
      var items = new ArrayList<ObjectNode>();
      for (int i = first; i < first + 25; i++) {
        ObjectNode item = Leads.item("large-" + i, i, HOURS);
        item.putObject("attributes").put("note", value);
        items.add(item);
      }
      Service.Answer answer = Leads.put(intake, campaign, Leads.body(items));
      if (answer.status() != 200) {
        assertEquals(429, answer.status(), answer::body);
        return;
      }
      acknowledged.addAndGet(answer.json().path("successfulRequests").size());
    }
  }

  /** To the last byte. */
  private static void fillUp(SmallDisk disk) {
    try (var out = Files.newOutputStream(disk.path("rest"))) {
      byte[] piece = new byte[4096];
      for (int i = 0; i < 4096; i++) {
        out.write(piece);
      }
    } catch (IOException full) {
      assertTrue(disk.freeBytes() < 4096, full::toString);
    }
  }

  @Test
  @Timeout(120)
  void shouldSayStopBeforeTheDiskIsFullAndGoOnByItselfOnceThereIsRoom() {
    try (SmallDisk disk = SmallDisk.ofMemory(directory.resolve("disk"), 200);
        Service service =
            Service.serve(
                directory,
                "spool.directory=" + disk.path("spool"),
                "spool.freeBytesMin=" + (64 << 20))) {
      String campaign = campaign(service);
      Leads.putAll(service.url("intake"), campaign, "a", 0, 50, HOURS);
      disk.fill(40 << 20);
      Service.await(
          "a 429 at the watermark",
          Duration.ofSeconds(20),
          () -> refusal(service, campaign).contains("The disk of the spool is almost full."));
      Service.await(
          "what was acknowledged goes on", Duration.ofSeconds(30), () -> service.unsettled() == 0);
      disk.empty();
      Service.await(
          "room again", Duration.ofSeconds(20), () -> refusal(service, campaign).isEmpty());
      Leads.putAll(service.url("intake"), campaign, "b", 100, 150, HOURS);
    }
  }

  /** What a put is answered that isn't taken; empty if it is. */
  private static String refusal(Service service, String campaign) {
    Service.Answer answer =
        Leads.put(
            service.url("intake"), campaign, Leads.item("probe", 999_999, Duration.ofHours(1)));
    assertTrue(answer.status() == 200 || answer.status() == 429, answer::toString);
    return answer.status() == 200 ? "" : answer.body();
  }

  // --- read-only, and errors

  @Test
  @Timeout(240)
  void shouldHaltWhenTheFileSystemTurnsReadOnlyAndHaveEverythingAfterwards() throws Exception {
    Path image = directory.resolve("image");
    Path at = directory.resolve("disk");
    var ledger = new ArrayList<Ledger>();
    String[] sets = {"spool.directory=" + at.resolve("spool"), "spool.freeBytesMin=0"};
    String campaign;
    try (SmallDisk disk = SmallDisk.ofImage(at, image, 200);
        Service service = Service.serveLogged(log, directory, sets)) {
      campaign = campaign(service);
      ledger.add(new Ledger(campaign, 4_000_000));
      writeSome(ledger.get(0), service, 500);
      disk.turnReadOnly(); // while nobody writes
      assertHalts(service, "Read-only file system");
      Service.Ran again = Service.serveInVain(directory, sets);
      assertEquals(NOT_AVAILABLE, again.exitCode());
      assertTrue(again.err().contains("Read-only file system"), again::err);
    }
    assertTrue(SmallDisk.run("e2fsck", "-fy", image.toString()) <= 1);
    try (SmallDisk disk = SmallDisk.ofImage(at, image, 200);
        Service service = Service.serve(directory, sets)) {
      assertAllDialledOnce(service, campaign, ledger.get(0));
      service.terminate();
      assertChecks(disk.path("spool"));
    }
  }

  @Test
  @Timeout(240)
  void shouldHaltOnAnErrorOfTheDiskAndHaveEverythingAcknowledgedAfterwards() throws Exception {
    Path at = directory.resolve("disk");
    // A disk of 400 MiB of which only 60 are there: the kernel's writes behind them fail.
    try (SmallDisk backing = SmallDisk.ofMemory(directory.resolve("backing"), 60)) {
      Path image = backing.path("image");
      String[] sets = {"spool.directory=" + at.resolve("spool"), "spool.freeBytesMin=0"};
      String campaign;
      Ledger ledger;
      try (SmallDisk disk = SmallDisk.ofImage(at, image, 400);
          Service service = Service.serveLogged(log, directory, sets)) {
        campaign = campaign(service);
        ledger = new Ledger(campaign, 5_000_000);
        writeSome(ledger, service, 500);
        backing.fill(64 << 10);
        ledger.resume();
        var writer = new Thread(ledger::write, "writer");
        writer.start();
        Service.await("the end of the process", Duration.ofSeconds(100), () -> !service.isAlive());
        ledger.stop();
        assertEquals(NOT_AVAILABLE, service.exitCode());
        assertTrue(Files.readString(log).contains("halted: "), "it must say why");
        assertTrue(disk.freeBytes() > 100 << 20, "to the service the disk was never full");
        SmallDisk.run("umount", at.toString());
        backing.empty();
        assertTrue(SmallDisk.run("e2fsck", "-fy", image.toString()) <= 1);
        SmallDisk.ofImage(at, image, 400);
        Path whole = at.resolve("spool");
        Service.Ran check = check(whole);
        // Which of the blocks under way the kernel could still write is chance: with a hole between
        // them the log looks damaged, and a person has to salvage it.
        boolean holed = check.exitCode() != 0;
        if (holed) {
          assertTrue(check.out().contains(".log: checksum mismatch"), check::out);
          Path saved = directory.resolve("saved");
          Service.run(
              "spool", "salvage", "--directory", whole.toString(), "--to", saved.toString());
          whole = saved;
        }
        try (Service next =
            Service.serve(directory, "spool.directory=" + whole, "spool.freeBytesMin=0")) {
          ledger.writeTo(next.url("intake"));
          writer.join();
          assertEquals(List.of(), ledger.faults());
          if (holed) {
            assertAllKnown(next, campaign, ledger);
          } else {
            assertAllDialledOnce(next, campaign, ledger);
          }
          next.terminate();
          assertChecks(whole);
        }
      }
    }
  }

  private void assertHalts(Service service, String why) throws IOException {
    Service.await("the end of the process", Duration.ofSeconds(30), () -> !service.isAlive());
    assertEquals(NOT_AVAILABLE, service.exitCode());
    String said = Files.readString(log);
    assertTrue(said.contains("halted: ") && said.contains(why), said);
  }

  // --- damaged files

  @Test
  @Timeout(240)
  void shouldRefuseDamagedFilesByNameAndSaveWhatCanBeRead() throws Exception {
    String campaign;
    try (Service service = Service.serve(directory)) {
      String intake = service.url("intake");
      campaign = campaign(service);
      Leads.putAll(intake, campaign, "sent", 0, 300, HOURS);
      Service.await("their end", Duration.ofSeconds(60), () -> service.unsettled() == 0);
      assertEquals(200, Service.change(intake, campaign, "pause"));
      Leads.putAll(intake, campaign, "held", 1_000, 2_000, HOURS);
      service.terminate();
    }
    try (Service service = Service.serve(directory)) { // moves the log to tables
      assertEquals(1_000, service.counts().path("queued").asInt());
      Leads.putAll(service.url("intake"), campaign, "late", 3_000, 3_100, HOURS);
      service.kill();
    }
    JsonNode checked = assertChecks(spool);
    assertEquals(1_400, checked.path("requests").asInt());
    assertEquals(1_100, checked.path("campaigns").path(0).path("queued").asInt());

    Path table = tableOfPages();
    assertRefusedAndTold(table, bytes -> flipped(bytes));
    assertRefusedAndTold(table, bytes -> java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertRefusedAndTold(table, bytes -> null);
    assertRefusedAndTold(largest(".log"), bytes -> flipped(bytes));

    // Nothing was deleted or written by all this.
    assertEquals(1_400, assertChecks(spool).path("requests").asInt());

    byte[] whole = Files.readAllBytes(table);
    Files.write(table, flipped(whole));
    List<String> before = state();
    Path saved = directory.resolve("saved");
    Service.Ran salvage = salvage(saved);
    assertEquals(1, salvage.exitCode(), salvage::err);
    JsonNode summary = salvage.json();
    assertEquals(
        1_400, summary.path("requests").asInt() + summary.path("missing").asInt(), salvage::out);
    assertTrue(summary.path("missing").asInt() > 0, salvage::out);
    assertEquals(before, state(), "the source must stay as it was");
    List<String> report = Files.readAllLines(saved.resolve("salvage.ndjson"));
    assertTrue(
        report.stream().anyMatch(line -> line.contains(String.valueOf(table.getFileName()))),
        report::toString);
    assertFalse(String.join("\n", report).contains("+1206"), "no phone number in a report");
    assertEquals(2, salvage(saved).exitCode(), "a target that isn't empty");
    assertEquals(2, salvage(spool.resolve("below")).exitCode(), "a target within the source");
    assertChecks(saved);

    try (Service service = Service.serve(directory, "spool.directory=" + saved)) {
      assertEquals(200, Service.change(service.url("intake"), campaign, "resume"));
      Service.await("an end for all", Duration.ofSeconds(90), () -> service.unsettled() == 0);
      var taken = Service.record(service.url("target"), campaign);
      assertEquals(
          List.of(),
          taken.stream().filter(one -> one.path("times").asInt() > 1).toList(),
          "dialled again");
      assertTrue(taken.size() >= 300 + summary.path("queued").asInt(), () -> "" + taken.size());
    }
  }

  private void assertRefusedAndTold(Path file, Function<byte[], byte[]> damage) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    byte[] damaged = damage.apply(whole);
    String name = String.valueOf(file.getFileName());
    if (damaged == null) {
      Files.delete(file);
    } else {
      Files.write(file, damaged);
    }
    Service.Ran check = check(spool);
    assertEquals(1, check.exitCode(), check::err);
    assertFalse(check.json().path("sound").asBoolean());
    assertTrue(check.out().contains(name), check::out);
    Path copy = directory.resolve("copy");
    copy(spool, copy); // a start writes before it refuses
    Service.Ran start = Service.serveInVain(directory, "spool.directory=" + copy);
    assertEquals(NOT_AVAILABLE, start.exitCode(), start::err);
    assertEquals(1, start.err().lines().count(), start::err);
    assertTrue(start.err().contains(" can't be opened: "), start::err);
    assertTrue(start.err().contains(name), start::err);
    remove(copy);
    Files.write(file, whole);
  }

  @Test
  @Timeout(120)
  void shouldRefuseALogThatWasCut() throws Exception {
    try (Service service = Service.serve(directory)) {
      Leads.putAll(service.url("intake"), campaign(service), "t", 0, 200, HOURS);
      service.terminate();
    }
    Path file = largest(".log");
    byte[] whole = Files.readAllBytes(file);
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(whole.length - 1);
    }
    Service.Ran start = Service.serveInVain(directory);
    assertEquals(NOT_AVAILABLE, start.exitCode());
    assertTrue(start.err().contains(file.getFileName() + " has "), start::err);
    Service.Ran check = check(spool);
    assertEquals(1, check.exitCode());
    assertTrue(check.out().contains(file.getFileName() + ""), check::out);
    Files.write(file, whole);
    assertEquals(200, assertChecks(spool).path("requests").asInt());
  }

  // --- whose it is

  @Test
  @Timeout(120)
  void shouldRefuseASpoolOfANewerVersionAndLeaveItAsItIs() throws Exception {
    try (Service service = Service.serve(directory)) {
      Leads.putAll(service.url("intake"), campaign(service), "t", 0, 25, HOURS);
      service.terminate();
    }
    writeFormat(3);
    String said = "the spool is of format 3, this version reads formats 1 to 2";
    Service.Ran start = Service.serveInVain(directory);
    assertEquals(NOT_AVAILABLE, start.exitCode());
    assertTrue(start.err().contains(said), start::err);
    Service.Ran check = check(spool);
    assertEquals(NOT_AVAILABLE, check.exitCode());
    assertTrue(check.err().contains(said), check::err);
    Service.Ran salvage = salvage(directory.resolve("saved"));
    assertEquals(NOT_AVAILABLE, salvage.exitCode());
    writeFormat(2);
    assertEquals(25, assertChecks(spool).path("requests").asInt());
  }

  private void writeFormat(int format) {
    Space meta =
        Spool.spaces().stream().filter(one -> one.name().equals("meta")).findFirst().orElseThrow();
    try (RocksStore store = RocksStore.open(spool, Spool.spaces());
        OrderedStore.Batch batch = store.newBatch()) {
      batch.put(meta, "format".getBytes(StandardCharsets.US_ASCII), new byte[] {(byte) format});
      store.write(batch, true);
    }
  }

  @Test
  @Timeout(120)
  void shouldNotCheckNorSalvageASpoolThatAProcessHasOpen() {
    try (Service service = Service.serve(directory)) {
      // Whatever it looks at every second, it must not give its lock away by that.
      for (int i = 0; i < 3; i++) {
        Service.get(service.url("intake") + "/spool");
        assertEquals(NOT_AVAILABLE, check(spool).exitCode());
      }
      for (Service.Ran ran : List.of(check(spool), salvage(directory.resolve("saved")))) {
        assertEquals(NOT_AVAILABLE, ran.exitCode(), ran::out);
        assertTrue(ran.err().contains(spool + " is in use by another process"), ran::err);
      }
      assertEquals(200, Service.get(service.url("intake") + "/spool").status());
    }
    assertEquals(NOT_AVAILABLE, check(directory.resolve("nothing")).exitCode());
  }

  @Test
  @Timeout(120)
  void shouldCheckASpoolOnAReadOnlyDisk() throws Exception {
    try (Service service = Service.serve(directory)) {
      Leads.putAll(service.url("intake"), campaign(service), "t", 0, 100, HOURS);
      service.terminate();
    }
    Path at = directory.resolve("disk");
    try (SmallDisk disk = SmallDisk.ofMemory(at, 100)) {
      copy(spool, disk.path("spool"));
      assumeTrue(SmallDisk.run("mount", "-o", "remount,ro", at.toString()) == 0);
      assertEquals(100, assertChecks(disk.path("spool")).path("requests").asInt());
      Service.Ran start = Service.serveInVain(directory, "spool.directory=" + disk.path("spool"));
      assertEquals(NOT_AVAILABLE, start.exitCode());
      assertTrue(start.err().contains("Read-only file system"), start::err);
    }
  }

  @Test
  @Timeout(180)
  void shouldRefuseToStartOnAFullDiskAndHaveEverythingOnceThereIsRoom() {
    try (SmallDisk disk = SmallDisk.ofMemory(directory.resolve("disk"), 150)) {
      disk.fill(1 << 20);
      fillUp(disk);
      assertRefusesForWantOfRoom(disk); // nothing is there yet
      makeRoom(disk);
      String campaign;
      try (Service service =
          Service.serve(
              directory, "spool.directory=" + disk.path("spool"), "spool.freeBytesMin=0")) {
        campaign = campaign(service);
        Leads.putAll(service.url("intake"), campaign, "t", 0, 500, HOURS);
        Service.await("their end", Duration.ofSeconds(60), () -> service.unsettled() == 0);
        service.kill();
      }
      disk.fill(1 << 20);
      fillUp(disk);
      assertRefusesForWantOfRoom(disk); // nor when it was at work before
      makeRoom(disk);
      try (Service service =
          Service.serve(
              directory, "spool.directory=" + disk.path("spool"), "spool.freeBytesMin=0")) {
        assertEquals(500, service.report(campaign).path("counts").path("submitted").asInt());
        service.terminate();
      }
      assertChecks(disk.path("spool"));
    }
  }

  private void assertRefusesForWantOfRoom(SmallDisk disk) {
    Service.Ran start =
        Service.serveInVain(
            directory, "spool.directory=" + disk.path("spool"), "spool.freeBytesMin=0");
    assertEquals(NOT_AVAILABLE, start.exitCode(), start::err);
    assertEquals(1, start.err().lines().count(), start::err);
    assertTrue(start.err().contains("No space left on device"), start::err);
  }

  private static void makeRoom(SmallDisk disk) {
    try {
      disk.empty();
      Files.deleteIfExists(disk.path("rest"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  // --- help

  private static String campaign(Service service) {
    String campaign = Service.createCampaign(service.url("intake"), "disk");
    assertEquals(200, Service.change(service.url("intake"), campaign, "start"));
    return campaign;
  }

  private static void writeSome(Ledger ledger, Service service, int count) throws Exception {
    ledger.writeTo(service.url("intake"));
    var writer = new Thread(ledger::write, "writer");
    writer.start();
    try {
      awaitAcknowledged(ledger, count);
    } finally {
      ledger.stop();
      writer.join();
    }
    assertEquals(List.of(), ledger.faults());
  }

  private static void awaitAcknowledged(Ledger ledger, int count) {
    Service.await(
        count + " acknowledged",
        Duration.ofSeconds(60),
        () -> ledger.acknowledged().size() >= count);
  }

  /** What was acknowledged was dialled, each once, and nothing else was but what was offered. */
  private static void assertAllDialledOnce(Service service, String campaign, Ledger ledger) {
    Service.await(
        "an end for every request",
        Duration.ofSeconds(90),
        () ->
            service.report(campaign).path("counts").path("queued").asInt() == 0
                && service.report(campaign).path("counts").path("inFlight").asInt() == 0);
    assertTrue(Service.get(service.url("intake") + "/spool").json().path("conserved").asBoolean());
    var taken =
        Service.record(service.url("target"), campaign).stream()
            .collect(
                Collectors.toMap(
                    one -> one.path("clientToken").asText(),
                    one -> one.path("phoneNumber").asText()));
    assertEquals(
        List.of(),
        ledger.acknowledged().keySet().stream().filter(one -> !taken.containsKey(one)).toList(),
        "acknowledged, lost");
    assertTrue(ledger.acknowledged().size() >= 500);
  }

  private static void assertAllKnown(Service service, String campaign, Ledger ledger) {
    String requests = service.url("intake") + "/campaigns/" + campaign + "/dial-requests/";
    assertEquals(
        List.of(),
        ledger.acknowledged().keySet().stream()
            .filter(token -> Service.get(requests + token).status() != 200)
            .toList(),
        "acknowledged, lost");
  }

  private static JsonNode assertChecks(Path spool) {
    Service.Ran ran = check(spool);
    assertEquals(0, ran.exitCode(), () -> ran.out() + ran.err());
    assertTrue(ran.json().path("sound").asBoolean());
    return ran.json();
  }

  private static Service.Ran check(Path spool) {
    return Service.run("spool", "check", "--directory", spool.toString(), "--json");
  }

  private Service.Ran salvage(Path to) {
    return Service.run(
        "spool", "salvage", "--directory", spool.toString(), "--to", to.toString(), "--json");
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] damaged = bytes.clone();
    damaged[damaged.length / 2] ^= 4;
    return damaged;
  }

  private Path largest(String ending) throws IOException {
    Path largest = spool;
    long bytes = -1;
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.filter(one -> one.toString().endsWith(ending)).toList()) {
        if (Files.size(file) > bytes) {
          bytes = Files.size(file);
          largest = file;
        }
      }
    }
    return largest;
  }

  private Path tableOfPages() throws Exception {
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".sst")).toList()) {
        try (var options = new Options();
            var reader = new SstFileReader(options)) {
          reader.open(file.toString());
          byte[] space = reader.getTableProperties().getColumnFamilyName();
          if (new String(space, StandardCharsets.UTF_8).equals("pages")) {
            return file;
          }
        }
      }
    }
    throw new AssertionError("no table of pages");
  }

  private List<String> state() throws IOException {
    var state = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(spool)) {
      for (Path file : files.sorted().toList()) {
        state.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return state;
  }

  private static void copy(Path from, Path to) {
    assertEquals(0, SmallDisk.run("cp", "-r", from.toString(), to.toString()));
  }

  private static void remove(Path copy) {
    assertEquals(0, SmallDisk.run("rm", "-r", copy.toString()));
  }
}
