package io.dialspool.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.validate.NumberRule;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DryRunTest {
  private static final NumberRule NUMBERS = NumberRule.load(false);

  private final Path directory;

  DryRunTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private DryRun.Outcome run(long rowsMax, String... texts) throws IOException {
    var sources = new ArrayList<Source>();
    for (String text : texts) {
      Path file = directory.resolve("leads-" + sources.size() + ".csv");
      sources.add(Source.file(Files.writeString(file, text)));
    }
    var config =
        new ReplayConfig(
            URI.create("http://192.0.2.1:9"), // nobody is there: nothing may be sent
            "c-1",
            sources,
            Map.of(),
            Duration.ofHours(4),
            null,
            directory.resolve("rejects.csv"),
            1,
            Duration.ofSeconds(1),
            1,
            100);
    return new DryRun(config, NUMBERS, FixedClock.NOON, rowsMax).run(ReplayListener.NONE);
  }

  @Test
  void shouldCountAsAReplayIntoAnEmptySpoolWould() throws IOException {
    DryRun.Outcome outcome =
        run(
            Long.MAX_VALUE,
            """
            id,phone,name
            a,+12065550100,Ann
            b,12065550101,Bob
            c,+1206555010,Cid
            a,+12065550100,Ann
            """,
            """
            id,phone,name
            a,+12065550100,Ann
            a,+12065550100,Other
            d,+442071838750,Dan
            """);
    assertEquals(7, outcome.rows());
    assertEquals(2, outcome.accepted());
    assertEquals(2, outcome.duplicates());
    assertEquals(3, outcome.rejected());
    assertEquals(
        List.of("clientToken", "phoneNumber", "phoneNumber"),
        outcome.invalid().stream().map(DryRun.Invalid::member).toList());
    assertTrue(outcome.whole() && outcome.compared());
    List<String> rejects = Files.readAllLines(directory.resolve("rejects.csv"));
    assertEquals("file,line,member,reason", rejects.get(0));
    assertTrue(rejects.get(1).contains("leads-0.csv,3,phoneNumber,"), rejects.get(1));
    assertTrue(rejects.get(2).contains("leads-0.csv,4,phoneNumber,"), rejects.get(2));
    assertTrue(rejects.get(3).contains("leads-1.csv,3,clientToken,"), rejects.get(3));
    assertFalse(rejects.toString().contains("206555"), rejects.toString());
  }

  @Test
  void shouldTellDoubledNumbersApartFromDuplicates() throws IOException {
    DryRun.Outcome outcome =
        run(
            Long.MAX_VALUE,
            """
            id,phone
            a,+12065550100
            a,+12065550100
            b,+12065550100
            c,+12065550100
            d,+12065550101
            """);
    assertEquals(4, outcome.accepted());
    assertEquals(1, outcome.duplicates());
    assertEquals(1, outcome.numbersTwice());
    assertEquals(2, outcome.rowsOfNumbersTwice());
    assertNull(outcome.rejects());
    assertFalse(Files.exists(directory.resolve("rejects.csv")));
  }

  @Test
  void shouldTellCountriesAndUnderPlusOneByTheAreaCode() throws IOException {
    DryRun.Outcome outcome =
        run(
            Long.MAX_VALUE,
            """
            phone
            +12065550100
            +12125550100
            +14165550100
            +442071838750
            +4930123456
            +12065550199
            """);
    assertEquals(
        List.of("United States 3", "Canada 1", "Germany 1", "United Kingdom 1"),
        outcome.countries().stream()
            .map(country -> country.name() + " " + country.rows())
            .sorted((one, other) -> other.endsWith("3") ? 1 : one.compareTo(other))
            .toList());
    assertTrue(
        outcome.countries().stream().anyMatch(c -> c.region().equals("GB") && c.andOthers()));
  }

  @Test
  void shouldTellHowSoonDeadlinesPass() throws IOException {
    DryRun.Outcome outcome =
        run(
            Long.MAX_VALUE,
            """
            phone,expiresIn
            +12065550100,20s
            +12065550101,35s
            +12065550102,9m
            +12065550103,50m
            +12065550104,
            +12065550105,20h
            +12065550106,10d
            +12065550107,-5m
            +12065550108,40d
            """);
    var deadlines = outcome.deadlines();
    assertEquals(FixedClock.NOON.epochMs() + 20_000, deadlines.earliestMs());
    assertEquals(
        List.of(2L, 1L, 1L, 1L, 1L, 1L),
        List.of(
            deadlines.tooLate(),
            deadlines.within10Minutes(),
            deadlines.within1Hour(),
            deadlines.within4Hours(),
            deadlines.within1Day(),
            deadlines.later()));
    assertEquals(2, outcome.rejected());
    assertTrue(outcome.invalid().toString().contains("in the past"), outcome.toString());
  }

  @Test
  void shouldLookAtNoMoreRowsThanItMay() throws IOException {
    String text = "phone\n+12065550100\n+12065550101\nbad\n";
    assertTrue(run(3, text).whole());
    DryRun.Outcome cut = run(2, text);
    assertEquals(2, cut.rows());
    assertEquals(0, cut.rejected());
    assertFalse(cut.whole());
  }
}
