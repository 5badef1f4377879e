package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plain {@code java -jar}, no flags, on the oldest Java that we support and on a newer one. */
class JvmIT {
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");

  @Test
  void shouldRunWithoutFlagsAndWithoutWarningsOnTheJavaThatBuiltIt() {
    assertRuns(Path.of(System.getProperty("java.home"), "bin", "java"), "Java ");
  }

  @Test
  void shouldRunWithoutFlagsAndWithoutWarningsOnJava17() throws IOException {
    assertRuns(installed("17"), "Java 17.");
  }

  @Test
  void shouldRunWithoutFlagsAndWithoutWarningsOnJava25() throws IOException {
    assertRuns(installed("25"), "Java 25");
  }

  /** A JDK of this version below {@link #INSTALLED}; their directories are named after theirs. */
  private static Path installed(String version) throws IOException {
    if (System.getProperty("java.specification.version", "").equals(version)) {
      return Path.of(System.getProperty("java.home"), "bin", "java");
    }
    List<Path> found = List.of();
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> all = Files.list(INSTALLED)) {
        found =
            all.filter(
                    directory ->
                        directory
                            .getFileName()
                            .toString()
                            .matches(".*\\b(1\\.)?" + version + "\\b.*"))
                .map(directory -> directory.resolve("bin").resolve("java"))
                .filter(Files::isExecutable)
                .sorted()
                .toList();
      }
    }
    assumeTrue(!found.isEmpty(), "no Java " + version + " below " + INSTALLED);
    return found.get(0);
  }

  private static void assertRuns(Path java, String version) {
    Service.Ran told = run(java, "--version");
    assertEquals(0, told.exitCode(), told::err);
    assertTrue(told.out().startsWith("dialspool "), told::out);
    assertTrue(told.out().contains("\n" + version), told::out);
    assertEquals("", told.err());

    Service.Ran demo = run(java, "demo", "--requests", "300", "--json");
    assertEquals(0, demo.exitCode(), demo::err);
    assertEquals(
        300,
        demo.json().path("accepted").asLong()
            + demo.json().path("duplicates").asLong()
            + demo.json().path("refused").asLong());
    assertTrue(demo.json().path("conserved").asBoolean(), demo::out);
    assertEquals(
        List.of(),
        demo.err().lines().filter(line -> line.contains("WARN")).toList(),
        "neither the virtual machine nor we have anything to warn of");
  }

  private static Service.Ran run(Path java, String... args) {
    var command =
        new ArrayList<String>(
            List.of(
                java.toString(),
                "-jar",
                System.getProperty("dialspool.jar", "target/dialspool.jar")));
    command.addAll(List.of(args));
    return Service.runCommand(command);
  }
}
