package io.dialspool.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final Path SHIPPED = Path.of("config/dialspool.yaml");

  private final Path directory;

  ConfigLoaderTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void shouldGiveTheDefaultsWhenNothingIsSaid() {
    assertEquals(Config.DEFAULT, ConfigLoader.load(null, Map.of(), Map.of()));
  }

  @Test
  void shouldLetTheLaterSourceWin() throws IOException {
    Path file = file("dispatch:\n  lingerMs: 1\n  inFlightMax: 2\n  attemptsMax: 3\nintake:\n");
    Config config =
        ConfigLoader.load(
            file,
            Map.of("DIALSPOOL_DISPATCH_LINGER_MS", "10", "DIALSPOOL_DISPATCH_IN_FLIGHT_MAX", "20"),
            Map.of("dispatch.lingerMs", "100"));
    assertEquals(100, config.dispatch().lingerMs());
    assertEquals(20, config.dispatch().inFlightMax());
    assertEquals(3, config.dispatch().attemptsMax());
    assertEquals(8025, config.intake().port());
  }

  @Test
  void shouldReadEveryTypeOfValueFromTheEnvironment() {
    Config config =
        ConfigLoader.load(
            null,
            Map.of(
                "DIALSPOOL_CAMPAIGN_SERVICE_AGENTS", "7",
                "DIALSPOOL_CAMPAIGN_SERVICE_SEED", "-9000000000",
                "DIALSPOOL_CAMPAIGN_SERVICE_CALLS_PER_SECOND", "0.5",
                "DIALSPOOL_INTAKE_FULL_NUMBER_CHECK", "true",
                "DIALSPOOL_SPOOL_DIRECTORY", "/var/spool",
                "DIALSPOOL_SPOOL_DEDUPE_WINDOW", "36h",
                "PATH", "/bin"),
            Map.of());
    assertEquals(7, config.campaignService().agents());
    assertEquals(-9_000_000_000L, config.campaignService().seed());
    assertEquals(0.5, config.campaignService().callsPerSecond());
    assertTrue(config.intake().fullNumberCheck());
    assertEquals("/var/spool", config.spool().directory());
    assertEquals(Duration.ofHours(36), config.spool().dedupeWindow());
  }

  @Test
  void shouldReadDurationsInAllUnits() {
    assertEquals(Duration.ofSeconds(301), window("301s"));
    assertEquals(Duration.ofMinutes(5), window("5m"));
    assertEquals(Duration.ofMillis(60_250), window("60250ms"));
    assertEquals(Duration.ofHours(4), dedupe("4h"));
    assertEquals(Duration.ofDays(7), dedupe("7d"));
  }

  @Test
  void shouldShowAllFaultsOfAllSectionsAndSourcesAtOnce() throws IOException {
    Path file =
        file(
            """
            intake:
              port: 70000
              threads: many
              ringsize: 64
            spool:
              dedupeWindow: 30m
            dispatch:
              expiryWindow: 5 minutes
              lingerMs: 20000
              attemptsMax: [1, 2]
              inFlightMax: 0
            managment:
              port: 1
            target: embedded
            """);
    List<String> faults =
        faults(
            file,
            Map.of("DIALSPOOL_DISPATCH_LINGER", "1", "DIALSPOOL_TARGET_KIND", "aws"),
            Map.of("campaignService.agents", "-1", "intake.prot", "1"));
    assertEquals(
        List.of(
            "intake.ringsize: unknown key (expected: perhaps intake.ringSize)",
            "dispatch.attemptsMax: a list (expected: a whole number)",
            "managment.port: unknown key (expected: perhaps management.port)",
            "target: a value (expected: a section with keys)",
            "DIALSPOOL_DISPATCH_LINGER: unknown key (expected: perhaps DIALSPOOL_DISPATCH_LINGER_MS)",
            "intake.prot: unknown key (expected: perhaps intake.port)",
            "intake.threads: many (expected: a whole number)",
            "intake.port: 70000 (expected: 0 to 65535)",
            "spool.dedupeWindow: 30m (expected: 1h to 365d)",
            "target.kind: aws (expected: embedded or connect-campaigns)",
            "dispatch.expiryWindow: 5 minutes (expected: a duration such as 250ms, 300s, 5m, 4h or"
                + " 7d)",
            "dispatch.lingerMs: 20000 (expected: 0 to 10000)",
            "dispatch.inFlightMax: 0 (expected: 1 to 1000)",
            "campaignService.agents: -1 (expected: 1 to 1000000)"),
        faults);
  }

  @Test
  void shouldGoOnPastARuleBetweenTwoKeys() {
    assertEquals(
        List.of(
            "dispatch.lingerScarceMs: 5000 (expected: 8000 to 60000)",
            "dispatch.attemptsMax: 0 (expected: 1 to 1000)"),
        faults(null, Map.of(), Map.of("dispatch.lingerMs", "8000", "dispatch.attemptsMax", "0")));
    Config config =
        ConfigLoader.load(
            null, Map.of(), Map.of("dispatch.lingerMs", "0", "dispatch.lingerScarceMs", "5"));
    assertEquals(5, config.dispatch().lingerScarceMs());
  }

  @Test
  void shouldNeverShowASecret() throws IOException {
    Path file =
        file(
            """
            target:
              secretAccessKey: [s3cret-a]
              secretAcessKey: s3cret-b
              endpoint: ftp://user:s3cret-c@host
            """);
    List<String> faults = faults(file, Map.of("DIALSPOOL_SECRET", "s3cret-d"), Map.of());
    assertEquals(4, faults.size());
    assertFalse(String.join("\n", faults).contains("s3cret"), faults.toString());

    List<String> broken =
        faults(file("target:\n  secretAccessKey: \"s3cret\n"), Map.of(), Map.of());
    assertEquals(1, broken.size());
    assertFalse(broken.get(0).contains("s3cret"), broken.toString());

    Config config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "target.accessKeyId", "AKIDEXAMPLE",
                "target.secretAccessKey", "s3cret",
                "target.sessionToken", "s3cret"));
    String shown = String.join("\n", new LoadedConfig(config, Map.of()).yaml());
    assertFalse(shown.contains("s3cret"));
    assertTrue(shown.contains("secretAccessKey: \"(hidden)\""));
  }

  @Test
  void shouldRefuseAKeyGivenTwiceAndAFileThatIsNotThere() throws IOException {
    List<String> twice = faults(file("intake:\n  port: 1\n  port: 2\n"), Map.of(), Map.of());
    assertEquals(1, twice.size());
    assertTrue(twice.get(0).contains("each key at most once"), twice.toString());
    assertEquals(
        List.of("intake.port: given twice (expected: once)"),
        faults(file("intake:\n  port: 1\nintake.port: 2\n"), Map.of(), Map.of()));
    Path missing = directory.resolve("missing.yaml");
    assertEquals(
        List.of("--config: " + missing + " (expected: a file that exists)"),
        faults(missing, Map.of(), Map.of()));
  }

  @Test
  void shouldIgnoreWhatKubernetesPutsIntoTheEnvironment() {
    Map<String, String> environment =
        Map.of(
            "DIALSPOOL_SERVICE_HOST", "10.0.0.1",
            "DIALSPOOL_SERVICE_PORT_HTTP", "8025",
            "DIALSPOOL_PORT", "tcp://10.0.0.1:8025",
            "DIALSPOOL_PORT_8025_TCP_ADDR", "10.0.0.1");
    assertEquals(Config.DEFAULT, ConfigLoader.load(null, environment, Map.of()));
  }

  @Test
  void shouldTakeAFileWithNothingButComments() throws IOException {
    assertEquals(Config.DEFAULT, ConfigLoader.load(file("# nothing\n"), Map.of(), Map.of()));
    assertEquals(Config.DEFAULT, ConfigLoader.load(file(""), Map.of(), Map.of()));
  }

  @Test
  void shouldShowWhatRunsAsAFileThatCanBeReadAgain() throws IOException {
    Config config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "spool.directory", "C:\\spool \"a\"",
                "spool.dedupeWindow", "90m",
                "dispatch.expiryWindow", "90500ms",
                "target.callsPerSecond", "2.5"));
    Path shown = file(String.join("\n", new LoadedConfig(config, Map.of()).yaml()));
    assertEquals(config, ConfigLoader.load(shown, Map.of(), Map.of()));
  }

  @Test
  void shouldShipAFileThatNamesEveryKeyWithItsDefault() throws IOException {
    assertEquals(Config.DEFAULT, ConfigLoader.load(SHIPPED, Map.of(), Map.of()));
    JsonNode root = new ObjectMapper(new YAMLFactory()).readTree(Files.readAllBytes(SHIPPED));
    Map<String, Object> defaults = new HashMap<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      defaults.put(section.getName(), ConfigKey.read(section, Config.DEFAULT));
    }
    for (ConfigKey key : ConfigKey.all()) {
      JsonNode value = root.path(key.section()).path(key.component().getName());
      assertFalse(value.isMissingNode(), key.name() + " is not in " + SHIPPED);
      assertEquals(
          key.valueIn(Objects.requireNonNull(defaults.get(key.section()))),
          key.parse(value.asText()),
          key.name() + " in " + SHIPPED);
    }
  }

  private Duration window(String text) {
    return ConfigLoader.load(null, Map.of(), Map.of("dispatch.expiryWindow", text))
        .dispatch()
        .expiryWindow();
  }

  private Duration dedupe(String text) {
    return ConfigLoader.load(null, Map.of(), Map.of("spool.dedupeWindow", text))
        .spool()
        .dedupeWindow();
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "dialspool", ".yaml"), yaml);
  }

  private static List<String> faults(
      @org.jspecify.annotations.Nullable Path file,
      Map<String, String> environment,
      Map<String, String> sets) {
    return assertThrows(ConfigException.class, () -> ConfigLoader.load(file, environment, sets))
        .faults();
  }
}
