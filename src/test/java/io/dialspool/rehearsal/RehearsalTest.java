package io.dialspool.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.ReplayException;
import io.dialspool.replay.Source;
import io.dialspool.request.WaitingFor;
import io.dialspool.time.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private static final long NOON_MS = 1_795_262_400_000L;

  private final Path directory;

  RehearsalTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Source leads(int rows, String expiresIn, String... more) throws IOException {
    var lines = new ArrayList<String>(List.of("id,phone,expiresIn"));
    for (int i = 0; i < rows; i++) {
      lines.add("t-%d,+1206%07d,%s".formatted(i, 2_000_000 + i, expiresIn));
    }
    lines.addAll(List.of(more));
    return Source.file(Files.write(directory.resolve("leads.csv"), lines));
  }

  private RehearsalReport rehearse(Source source, double rowsPerSecond, String... keysAndValues) {
    Map<String, String> sets = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      sets.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    Config config = ConfigLoader.load(null, Map.of(), sets);
    var replay =
        new ReplayConfig(
            ReplayConfig.ENDPOINT,
            "c-1",
            List.of(source),
            Map.of(),
            Duration.ofHours(4),
            null,
            directory.resolve("rejects.csv"),
            1,
            ReplayConfig.PATIENCE,
            100,
            30_000,
            io.dialspool.target.Identification.NONE,
            null,
            rowsPerSecond);
    var report =
        new Rehearsal(config, replay, VirtualClock.beginningAt(NOON_MS))
            .run(RehearsalListener.NONE);
    assertEquals(
        report.accepted(),
        report.submitted() + report.expired() + report.rejectedByTarget() + report.undeliverable(),
        report::toString);
    assertEquals(report.submitted(), report.dialled() + report.expiredAtDialer(), report::toString);
    return report;
  }

  private static WaitingFor longest(RehearsalReport report) {
    return report.heldMs().entrySet().stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  private static void expectBetween(long least, long most, long found, RehearsalReport report) {
    assertTrue(found >= least && found <= most, found + " in " + report);
  }

  @Test
  void shouldTakeAsLongAsTheApiRateAllowsWhenAgentsArePlenty() throws IOException {
    RehearsalReport report = rehearse(leads(2_000, "4h"), 0, "campaignService.agents", "100000");
    assertEquals(2_000, report.submitted());
    assertEquals(2_000, report.dialled());
    assertEquals(0, report.callsThrottled());
    assertEquals(NOON_MS, report.beganAtMs());
    expectBetween(7_900, 10_000, report.handedOverMs(), report); // 80 calls at 10 a second
    assertTrue(report.batchFill() >= 24, report::toString);
    assertEquals(WaitingFor.CALL_BUDGET, longest(report));
  }

  @Test
  void shouldTakeAsLongAsTheDialerNeedsWhenItIsTheLimit() throws IOException {
    RehearsalReport report =
        rehearse(
            leads(1_500, "4h"),
            0,
            "campaignService.drainPerSecond",
            "50",
            "campaignService.buffer",
            "100");
    assertEquals(1_500, report.submitted());
    expectBetween(27_000, 31_000, report.handedOverMs(), report); // (1,500 - 100) / 50
    assertTrue(report.callsDialerFull() > 0, report::toString);
    assertEquals(WaitingFor.DIALER_FULL, longest(report));
    assertTrue(report.finishedMs() > report.handedOverMs(), report::toString);
  }

  @Test
  void shouldTellHowManyExpireBeforeTheirTurn() throws IOException {
    RehearsalReport report =
        rehearse(
            leads(1_000, "60s"),
            0,
            "campaignService.drainPerSecond",
            "20",
            "campaignService.buffer",
            "100");
    // Until 36 s before the deadline: 24 s, and a buffer.
    expectBetween(450, 590, report.submitted(), report);
    assertEquals(1_000 - report.submitted(), report.expired());
  }

  @Test
  void shouldTellHowManyExpireInABufferDeeperThanTheAgentsCanWorkOff() throws IOException {
    RehearsalReport report = rehearse(leads(500, "4h"), 0, "campaignService.agents", "5");
    assertEquals(500, report.submitted());
    // Five agents, a call some 50 s, the window five minutes.
    expectBetween(20, 80, report.dialled(), report);
    assertEquals(500 - report.dialled(), report.expiredAtDialer());
    assertTrue(report.answered() <= report.dialled(), report::toString);
  }

  @Test
  void shouldCountThrottlesOfAnApiRateLowerThanBelieved() throws IOException {
    RehearsalReport report =
        rehearse(
            leads(2_000, "4h"),
            0,
            "campaignService.agents",
            "100000",
            "campaignService.callsPerSecond",
            "5",
            "campaignService.burst",
            "2");
    assertEquals(2_000, report.submitted());
    assertTrue(report.callsThrottled() > 0, report::toString);
    expectBetween(15_500, 24_000, report.handedOverMs(), report);
  }

  @Test
  void shouldBringRowsInAtTheRateOfTheReplay() throws IOException {
    RehearsalReport report = rehearse(leads(1_000, "4h"), 50, "campaignService.agents", "100000");
    expectBetween(19_000, 27_000, report.handedOverMs(), report);
    assertEquals(1_000, report.submitted());
  }

  @Test
  void shouldCountRowsAsTheSpoolDoes() throws IOException {
    RehearsalReport report =
        rehearse(
            leads(
                10,
                "4h",
                "t-0,+12062000000,4h", // again
                "t-1,+12062000009,4h", // another content
                "t-x,nonsense,4h",
                "t-y,,4h"),
            0);
    assertEquals(14, report.rows());
    assertEquals(10, report.accepted());
    assertEquals(1, report.duplicates());
    assertEquals(3, report.rejected());
  }

  @Test
  void shouldPlayTheSameAgain() throws IOException {
    Source source = leads(1_000, "90s");
    String[] dialer = {"campaignService.agents", "30", "campaignService.buffer", "50"};
    RehearsalReport first = rehearse(source, 0, dialer);
    assertEquals(first, rehearse(source, 0, dialer));
    assertTrue(first.expired() > 0, first::toString);
  }

  @Test
  void shouldPlayAnEmptyFileAndRefuseOneThatIsNone() throws IOException {
    RehearsalReport report = rehearse(leads(0, ""), 0);
    assertEquals(0, report.rows());
    assertEquals(0, report.finishedMs());
    Source names = Source.file(Files.writeString(directory.resolve("names.csv"), "name\nAnn\n"));
    assertThrows(ReplayException.class, () -> rehearse(names, 0));
  }

  @Test
  void shouldLeaveNothingBehind() throws IOException {
    Path inside;
    try (WorkDirectory work = WorkDirectory.make()) {
      inside = Files.createDirectories(work.resolve("spool"));
      Files.writeString(inside.resolve("file"), "x");
    }
    assertTrue(Files.notExists(inside.getParent()), inside::toString);
  }
}
