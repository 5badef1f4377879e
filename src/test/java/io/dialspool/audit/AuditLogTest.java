package io.dialspool.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.config.AuditConfig;
import io.dialspool.store.StoreException;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest implements Clock {
  private final Path file;
  private long nowMs = 1_763_683_200_000L;

  AuditLogTest(@TempDir Path directory) {
    file = directory.resolve("below").resolve("audit.ndjson");
  }

  @Test
  void shouldWriteALineForEachAndTellOnceItIsThere() throws Exception {
    var told = new ArrayList<Integer>();
    try (AuditLog log = AuditLog.open(file, AuditConfig.DEFAULT, this)) {
      log.record(entry("PauseCampaign").withStatus(200), () -> told.add(lines().size()));
      nowMs += 1;
      log.record(
          new AuditEntry("loopback", "", "Recall", null, AuditEntry.noDetails()),
          () -> told.add(lines().size()));
    }
    assertEquals(List.of(1, 2), told);
    assertEquals(
        List.of(
            "{\"at\":\"2025-11-21T00:00:00.000Z\",\"who\":\"ops\",\"from\":\"10.0.0.7\","
                + "\"action\":\"PauseCampaign\",\"campaign\":\"c-1\",\"status\":200}",
            "{\"at\":\"2025-11-21T00:00:00.001Z\",\"who\":\"loopback\",\"action\":\"Recall\"}"),
        lines());
  }

  @Test
  void shouldBeForItsOwnerAloneAndAppendToWhatIsThere() throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"at\":\"cut o");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (AuditLog log = AuditLog.open(file, AuditConfig.DEFAULT, this)) {
      log.record(entry("StopCampaign").entry(), () -> {});
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals("{\"at\":\"cut o", lines().get(0));
    assertTrue(lines().get(1).contains("StopCampaign"));
  }

  @Test
  void shouldWriteAllThatManyThreadsDidBeforeItCloses() throws Exception {
    var done = new CountDownLatch(400);
    try (AuditLog log = AuditLog.start(file, AuditConfig.DEFAULT, this)) {
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 4; t++) {
        String action = "Action" + t;
        var thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    log.record(entry(action).entry(), done::countDown);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertTrue(done.await(10, TimeUnit.SECONDS));
    assertEquals(400, lines().size());
    for (int t = 0; t < 4; t++) {
      String action = "\"Action" + t + "\"";
      assertEquals(100, lines().stream().filter(line -> line.contains(action)).count());
    }
  }

  @Test
  void shouldPutAFullFileAsideAndKeepAsManyAsItIsTold() throws Exception {
    var config = new AuditConfig(file.toString(), 4_096, 2);
    try (AuditLog log = AuditLog.open(file, config, this)) {
      for (int i = 0; i < 200; i++) {
        nowMs += 1_000;
        log.record(entry("Action" + i).entry(), () -> {});
      }
    }
    List<Path> all = files();
    assertEquals(3, all.size(), all::toString);
    assertTrue(lines().get(lines().size() - 1).contains("Action199"));
    assertTrue(
        all.stream()
            .filter(path -> !path.equals(file))
            .allMatch(path -> name(path).matches("audit\\.\\d{8}T\\d{6}Z-\\d{3}\\.ndjson")),
        all::toString);
  }

  @Test
  void shouldKeepAllOfThemUnlessItIsTold() throws Exception {
    var config = new AuditConfig(file.toString(), 4_096, 0);
    try (AuditLog log = AuditLog.open(file, config, this)) {
      for (int i = 0; i < 400; i++) {
        log.record(entry("Action" + i).entry(), () -> {}); // all within one second
      }
    }
    long lines = 0;
    for (Path path : files()) {
      lines += Files.readAllLines(path).size();
      assertTrue(Files.size(path) < 4_096 + 200);
    }
    assertEquals(400, lines);
    assertTrue(files().size() > 9, files()::toString);
  }

  @Test
  void shouldTellInTheLogWhatItCantWrite() throws Exception {
    var told = new ArrayList<String>();
    AuditLog log = AuditLog.open(file, new AuditConfig(file.toString(), 4_096, 0), this);
    log.close();
    Files.delete(file);
    Files.createDirectory(file);
    log.record(entry("StopCampaign").entry(), () -> told.add("answered all the same"));
    assertEquals(List.of("answered all the same"), told);
    assertThrows(StoreException.class, () -> AuditLog.open(file, AuditConfig.DEFAULT, this));
  }

  private record Step(AuditEntry entry) {
    AuditEntry withStatus(int status) {
      entry.details().put("status", status);
      return entry;
    }
  }

  private static Step entry(String action) {
    ObjectNode details = new ObjectMapper().createObjectNode();
    return new Step(new AuditEntry("ops", "10.0.0.7", action, "c-1", details));
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(file.getParent())) {
      return all.sorted().toList();
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public long epochMs() {
    return nowMs;
  }
}
