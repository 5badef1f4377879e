package io.dialspool.crashtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashReportTest {
  private static final CrashPlan PLAN = new CrashPlan(200, 9, Path.of("d"), CrashPlan.RATE_MIN, 0);

  @Test
  void shouldTellEveryFigureInOneObject() throws IOException {
    CrashReport report = report(List.of());

    JsonNode json = new ObjectMapper().readTree(report.json());

    assertTrue(report.isClean());
    assertEquals(1, report.json().lines().count());
    assertEquals(200, json.path("cycles").asInt());
    assertEquals(9, json.path("seed").asInt());
    assertEquals(80, json.path("kills").path("underLoad").asInt());
    assertEquals(0, json.path("kills").path("starting").asInt());
    assertEquals(12, json.path("acknowledged").asInt());
    assertEquals(12, json.path("acknowledgedBy").path("put one at a time").asInt());
    assertEquals(5, json.path("deliveredBetweenKills").asInt());
    assertEquals(6, json.path("delivered").asInt());
    assertEquals(0, json.path("lost").asInt());
    assertEquals(300, json.path("ratePerSecond").path("min").asInt());
    assertEquals(400, json.path("ratePerSecond").path("mean").asInt());
    assertEquals(1.25, json.path("recoverySeconds").path("max").asDouble());
    assertTrue(json.path("violations").isEmpty());
  }

  @Test
  void shouldSayInTheTableWhatIsWrong() {
    CrashReport report = report(List.of("t-1, acknowledged: unknown to the service"));

    assertFalse(report.isClean());
    assertTrue(
        report.table().contains("VIOLATION: t-1, acknowledged: unknown to the service"),
        report::table);
    assertTrue(report.table().endsWith("IT DOES NOT ADD UP."), report::table);
    assertTrue(report.markdown().contains("* **Violation:** t-1"), report::markdown);
  }

  @Test
  void shouldSayNothingOfLossesThatNobodyCouldLookFor() throws IOException {
    CrashReport report =
        new CrashReport(
            PLAN,
            new CrashReport.Course(3, 9, Map.of(), Figures.NONE, Figures.NONE, Map.of(), 0),
            700,
            null,
            null,
            List.of("serve did not start"),
            "a machine");

    JsonNode json = new ObjectMapper().readTree(report.json());
    assertEquals(700, json.path("acknowledged").asInt());
    assertFalse(json.path("judged").asBoolean(true));
    assertFalse(json.has("lost"));
    assertFalse(report.table().contains("lost"), report::table);
    assertFalse(report.markdown().contains("lost |"), report::markdown);
  }

  @Test
  void shouldBeginAPageWithTheSection(@TempDir Path directory) throws IOException {
    Path page = directory.resolve("reliability.md");
    ReportFile.write(page, report(List.of()));

    List<String> lines = Files.readAllLines(page);
    assertEquals("# Reliability", lines.get(0));
    assertEquals("## Crash of the real process", lines.get(2));
    assertTrue(lines.contains("| acknowledged | 12 | distinct tokens |"), lines::toString);
    assertTrue(
        lines.contains(
            "java -jar dialspool.jar crash-test --cycles 200 --seed 9"
                + " --report src/docs/reliability.md"),
        lines::toString);
  }

  @Test
  void shouldGiveARunWithManyWaitingASectionOfItsOwn(@TempDir Path directory) throws IOException {
    Path page = directory.resolve("reliability.md");
    var plan = new CrashPlan(20, 9, Path.of("d"), CrashPlan.RATE_MIN, 1_000_000);
    var waiting = new WaitingFigures(1_000_000, 20, List.of(0.75, 1.25), 1_000, 7.5, 100);
    ReportFile.write(page, report(List.of()));
    ReportFile.write(page, report(plan, waiting, List.of()));
    ReportFile.write(page, report(List.of()));

    String text = Files.readString(page);
    assertEquals(
        List.of(
            "## Crash of the real process", "## Crash while a paused campaign holds its requests"),
        text.lines().filter(line -> line.startsWith("## ")).toList());
    assertTrue(
        text.contains(
            "crash-test --cycles 20 --seed 9 --waiting 1000000 --report src/docs/reliability.md"),
        text);
    assertTrue(text.contains("ready after 0.8 1.3 s"), text);
    assertTrue(text.contains("until all had ended, kills included (10,000/s)"), text);
    JsonNode json = new ObjectMapper().readTree(report(plan, waiting, List.of()).json());
    assertEquals(1.25, json.path("waiting").path("readySeconds").path(1).asDouble());
  }

  @Test
  void shouldReplaceItsOwnSectionAndNothingElse(@TempDir Path directory) throws IOException {
    Path page =
        Files.writeString(
            directory.resolve("reliability.md"),
            """
            # Reliability

            ## Faults

            A table.

            ## Crash of the real process

            Old figures.

            ### More of it

            ## Fuzzing

            Hours.
            """);

    ReportFile.replace(page, "## Crash of the real process\n\nNew figures.\n");
    ReportFile.replace(page, "## Crash of the real process\n\nNewer figures.\n");

    assertEquals(
        """
        # Reliability

        ## Faults

        A table.

        ## Crash of the real process

        Newer figures.

        ## Fuzzing

        Hours.
        """,
        Files.readString(page));
  }

  @Test
  void shouldAddItsSectionToAPageWithoutIt(@TempDir Path directory) throws IOException {
    Path page = Files.writeString(directory.resolve("reliability.md"), "# Reliability\n\nText.\n");

    ReportFile.replace(page, "## Crash of the real process\n\nFigures.\n");

    assertEquals(
        "# Reliability\n\nText.\n\n## Crash of the real process\n\nFigures.\n",
        Files.readString(page));
  }

  private static CrashReport report(List<String> violations) {
    return report(PLAN, null, violations);
  }

  private static CrashReport report(
      CrashPlan plan, @Nullable WaitingFigures waiting, List<String> violations) {
    return new CrashReport(
        plan,
        new CrashReport.Course(
            200,
            512.3,
            Map.of(Kill.UNDER_LOAD, 80),
            Figures.NONE.with(500).with(300),
            Figures.NONE.with(1.25).with(0.75),
            Map.of("put one at a time", 12L),
            5),
        12,
        new Verdict(12, 6, 3, 1, 2, 2, 0, 0, 4, 1, 9, 5, List.of(), 0),
        waiting,
        violations,
        "a machine");
  }
}
