package io.dialspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that says which test shows what must not outlive the tests. */
class ReliabilityPageTest {
  private static final Pattern NAMED =
      Pattern.compile("\\b([A-Z]\\w*(?:Test|IT))\\b(?:\\.(should\\w+))?");
  private static final Pattern ALSO = Pattern.compile("(?<![\\w.])(should[A-Z]\\w+)");
  private static final Path PAGE = Path.of("src/docs/reliability.md");

  @Test
  void shouldNameOnlyTestsThatExist() throws IOException {
    Map<String, String> tests = tests();
    List<String> missing = missing(Files.readString(PAGE), tests);
    assertEquals(List.of(), missing);
  }

  @Test
  void shouldMissATestThatIsGone() throws IOException {
    String page = "`DoubtTest.shouldTellThatTheTokenDied`, `NoSuchTest`, `DoubtTest.shouldFly`";
    assertEquals(List.of("NoSuchTest", "DoubtTest.shouldFly"), missing(page, tests()));
  }

  @Test
  void shouldShowEachFaultOfTheTableByATest() throws IOException {
    int rows = 0;
    boolean inTable = false;
    var unshown = new ArrayList<String>();
    for (String line : Files.readString(PAGE).lines().toList()) {
      if (line.startsWith("| Fault |")) {
        inTable = true;
      } else if (!line.startsWith("|")) {
        inTable = false;
      } else if (inTable && !line.startsWith("|---")) {
        rows++;
        if (!NAMED.matcher(line.substring(line.lastIndexOf('|', line.length() - 2))).find()) {
          unshown.add(line);
        }
      }
    }
    assertEquals(List.of(), unshown);
    assertTrue(rows >= 90, rows + " faults");
  }

  private static List<String> missing(String page, Map<String, String> tests) {
    var missing = new ArrayList<String>();
    for (String line : page.lines().toList()) {
      Matcher named = NAMED.matcher(line);
      String lineTests = "";
      while (named.find()) {
        String source = tests.get(named.group(1));
        String method = named.group(2);
        if (source == null || (method != null && !source.contains("void " + method + "("))) {
          missing.add(named.group());
        }
        lineTests += source;
      }
      Matcher also = ALSO.matcher(line);
      while (also.find()) {
        if (!lineTests.contains("void " + also.group(1) + "(")) {
          missing.add(also.group(1));
        }
      }
    }
    return missing;
  }

  private static Map<String, String> tests() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      return files
          .filter(file -> file.toString().matches(".*(Test|IT)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> String.valueOf(file.getFileName()).replace(".java", ""),
                  ReliabilityPageTest::read,
                  (one, other) -> one + other, // LimitsTest is there twice
                  TreeMap::new));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
