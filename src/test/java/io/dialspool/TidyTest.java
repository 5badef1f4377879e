package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the package order that the root package-info draws, and a few bans, with plain JDK. */
class TidyTest {
  private static final Path ROOT = Path.of("src/main/java/io/dialspool");
  private static final List<String> STAGES =
      List.of("intake", "validate", "spool", "lane", "dispatch", "reconcile");
  private static final Set<String> PLUMBING =
      Set.of(
          "request", "api", "audit", "auth", "story", "target", "ring", "store", "http", "config",
          "time", "metrics");
  private static final Pattern OURS = Pattern.compile("\\bio\\.dialspool\\.([a-z]+)\\b");
  private static final Pattern COMMENT = Pattern.compile("//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

  /** Code without comments, by path below the root. */
  private static final Map<Path, String> CODE = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        CODE.put(ROOT.relativize(file), COMMENT.matcher(Files.readString(file)).replaceAll(""));
      }
    }
  }

  @Test
  void shouldFindTheStagesAndThePlumbingItJudges() {
    for (String stage : STAGES) {
      assertTrue(CODE.keySet().stream().anyMatch(path -> path.startsWith(stage)), stage);
    }
    for (String plumbing : PLUMBING) {
      assertTrue(CODE.keySet().stream().anyMatch(path -> path.startsWith(plumbing)), plumbing);
    }
    assertTrue(uses(Path.of("lane", "Lane.java")).contains("spool"), "the reader sees no imports");
  }

  @Test
  void shouldLetAStageUseOnlyEarlierStagesAndPlumbing() {
    assertEquals(
        List.of(),
        usesWhere(
            (from, to) ->
                STAGES.contains(from)
                    && !PLUMBING.contains(to)
                    && !(STAGES.contains(to) && STAGES.indexOf(to) < STAGES.indexOf(from))));
  }

  @Test
  void shouldLetPlumbingUseNothingButPlumbing() {
    assertEquals(
        List.of(), usesWhere((from, to) -> PLUMBING.contains(from) && !PLUMBING.contains(to)));
  }

  @Test
  void shouldKeepTheCampaignServiceApartFromTheSpool() {
    assertEquals(
        List.of(),
        usesWhere((from, to) -> from.equals("campaignservice") && !PLUMBING.contains(to)));
  }

  @Test
  void shouldHaveNoDrawers() {
    assertEquals(
        List.of(),
        CODE.keySet().stream()
            .filter(
                path ->
                    path.toString().matches("(.*/)?(utils?|common|helpers?)/.*")
                        || path.toString().matches(".*(Utils?|Helper|Common)\\.java"))
            .toList());
  }

  @Test
  void shouldNeverSleep() {
    assertEquals(List.of(), filesWith("Thread.sleep("));
  }

  @Test
  void shouldReadTheClockInOnePlace() {
    Path clock = Path.of("time", "Clock.java");
    assertEquals(List.of(clock), filesWith("System.nanoTime("));
    // The Date header is a fact about the answer, not a decision.
    assertEquals(
        List.of(Path.of("http", "HttpAnswer.java"), clock), filesWith("System.currentTimeMillis("));
    assertEquals(List.of(), filesWith("Instant.now()"));
  }

  private static List<Path> filesWith(String text) {
    return CODE.entrySet().stream()
        .filter(file -> file.getValue().contains(text))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<String> usesWhere(BiPredicate<String, String> forbidden) {
    var found = new ArrayList<String>();
    for (Path file : CODE.keySet()) {
      if (file.getNameCount() > 1) {
        String from = file.getName(0).toString();
        for (String to : uses(file)) {
          if (!to.equals(from) && forbidden.test(from, to)) {
            found.add(file + " uses " + to);
          }
        }
      }
    }
    return found;
  }

  private static Set<String> uses(Path file) {
    var packages = new java.util.TreeSet<String>();
    Matcher match = OURS.matcher(CODE.getOrDefault(file, ""));
    while (match.find()) {
      packages.add(match.group(1));
    }
    return packages;
  }
}
