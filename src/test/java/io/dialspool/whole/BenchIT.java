package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench} in small: that it runs and that its counts add up, never how fast. */
class BenchIT {
  @TempDir private Path directory;

  @Test
  void shouldAccountForEveryItemOfBatches() throws IOException {
    JsonNode bench =
        bench(
            "intake",
            "--items",
            "25",
            "--connections",
            "4",
            "--seconds",
            "1",
            "--warmup",
            "0",
            "--rounds",
            "2",
            "--duplicates",
            "0.2",
            "--invalid",
            "0.1",
            "--hdr",
            directory.resolve("hdr").toString(),
            "--svg",
            directory.resolve("latency.svg").toString());
    JsonNode intake = bench.path("intake");
    assertTrue(number(intake, "sent") > 0, bench::toString);
    assertEquals(number(intake, "sent"), number(intake, "answered") + number(intake, "failed"));
    assertEquals(0, number(intake, "failed"), bench::toString);
    assertEquals(25 * number(intake, "answered"), number(intake, "items"));
    assertEquals(number(intake, "itemsInvalid"), number(intake, "itemsFailed"));
    assertTrue(number(intake, "itemsInvalid") > 0 && number(intake, "itemsRepeated") > 0);
    assertEquals(2, intake.path("rounds").size());
    assertTrue(bench.path("ratio").asDouble() > 0, bench::toString);
    assertTrue(bench.path("disk").path("groupsPerSecond").asDouble() > 0, bench::toString);
    for (String figure : new String[] {"cpuUsPerItem", "intakeBytesPerItem", "syncsPerSecond"}) {
      assertTrue(bench.path("serve").path(figure).asDouble() > 0, bench::toString);
    }
    assertTrue(Files.readString(directory.resolve("latency.svg")).startsWith("<svg "));
    assertTrue(Files.exists(directory.resolve("hdr").resolve("intake-2.hgrm")));
    expectNothingLeft();
  }

  @Test
  void shouldAccountForEveryLineOfUploadsInAnOpenLoop() throws IOException {
    JsonNode bench =
        bench(
            "intake",
            "--ndjson",
            "--lines",
            "500",
            "--rate",
            "4",
            "--seconds",
            "2",
            "--warmup",
            "0",
            "--rounds",
            "1",
            "--invalid",
            "0.1");
    JsonNode intake = bench.path("intake");
    assertEquals(8, number(intake, "sent") + number(intake, "notSent"), bench::toString);
    assertEquals(number(intake, "sent"), number(intake, "answered"), bench::toString);
    assertEquals(500 * number(intake, "answered"), number(intake, "items"));
    assertEquals(number(intake, "itemsInvalid"), number(intake, "itemsFailed"));
    expectNothingLeft();
  }

  @Test
  void shouldDeliverWhatItParkedToATargetThatAnswersAtOnce() throws IOException {
    JsonNode bench = bench("dispatch", "--requests", "5000", "--campaigns", "4", "--rounds", "1");
    assertEquals(10_000, number(bench, "acknowledged")); // one round isn't counted
    assertEquals(10_000, number(bench, "arrived"));
    assertTrue(bench.path("addsUp").asBoolean(), bench::toString);
    assertTrue(number(bench, "calls") >= 10_000 / 25, bench::toString);
    expectNothingLeft();
  }

  @Test
  void shouldWatchAQuotaAndADrainingBuffer() throws IOException {
    JsonNode quota =
        bench("dispatch", "--calls-per-second", "20", "--seconds", "2", "--warmup", "1");
    assertTrue(quota.path("addsUp").asBoolean(), quota::toString);
    assertTrue(quota.path("quotaUsedCalls").asDouble() > 0, quota::toString);
    JsonNode drain =
        bench("dispatch", "--drain", "40,20", "--buffer", "50", "--seconds", "1", "--warmup", "1");
    assertTrue(drain.path("addsUp").asBoolean(), drain::toString);
    assertEquals(2, drain.path("steps").size());
    expectNothingLeft();
  }

  @Test
  void shouldParkRestartAndDrainABacklog() throws IOException {
    JsonNode bench =
        bench(
            "backlog",
            "--requests",
            "6000",
            "--campaigns",
            "3",
            "--few",
            "500",
            "--rounds",
            "1",
            "--settle-seconds",
            "0",
            "--idle-seconds",
            "1",
            "--status-seconds",
            "1",
            "--status-rate",
            "50",
            "--kill");
    assertEquals(7_000, number(bench, "acknowledged"));
    assertEquals(7_000, number(bench, "arrived"));
    assertTrue(bench.path("addsUp").asBoolean(), bench::toString);
    assertTrue(bench.path("residentMiB").asDouble() > 0, bench::toString);
    assertTrue(
        bench.path("firstBatchSeconds").asDouble() > 0 && bench.path("readySeconds").asDouble() > 0,
        bench::toString);
    expectNothingLeft();
  }

  @Test
  void shouldCompareNumbersOfLanes() throws IOException {
    JsonNode bench = bench("backlog", "--requests", "2000", "--lanes", "1,7");
    assertTrue(bench.path("addsUp").asBoolean(), bench::toString);
    assertEquals(7, number(bench.path("lanes").path(1), "lanes"));
    expectNothingLeft();
  }

  private JsonNode bench(String... args) {
    String[] all =
        Stream.concat(
                Stream.concat(Stream.of("bench"), Stream.of(args)),
                // Nothing here is measured: the better compiler would only cost time.
                Stream.of(
                    "--jvm=-Xmx512m",
                    "--jvm=-XX:TieredStopAtLevel=1",
                    "--directory",
                    directory.resolve("beds").toString(),
                    "--json"))
            .toArray(String[]::new);
    Service.Ran ran = Service.run(all);
    assertEquals(0, ran.exitCode(), () -> ran.out() + ran.err());
    return ran.json();
  }

  private void expectNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(directory.resolve("beds"))) {
      assertEquals(0, left.count());
    }
  }

  private static long number(JsonNode json, String member) {
    return json.path(member).asLong();
  }
}
