package io.dialspool.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written about meters elsewhere speaks of meters that exist. */
class ObservabilityFilesTest {
  private static final Pattern NAME = Pattern.compile("\\bdialspool_[a-z_]+");

  @Test
  void shouldAlertOnMetersThatExist() throws IOException {
    assertNamesExist(Files.readString(Path.of("config/prometheus-alerts.yaml")), 8);
  }

  @Test
  void shouldDrawMetersThatExist() throws IOException {
    String dashboard = Files.readString(Path.of("config/grafana-dashboard.json"));
    assertNamesExist(dashboard, 15);
    Set<String> drawn = namesIn(dashboard);
    for (Meter meter : Meter.values()) {
      String name = meter.wire().replace('.', '_');
      assertTrue(
          meter == Meter.GATE_OPEN
              || meter == Meter.RING_FREE
              || drawn.stream().anyMatch(each -> each.startsWith(name)),
          name + " is not in the dashboard");
    }
  }

  @Test
  void shouldSayInEachAlertWhatItMeansAndWhatToDo() throws IOException {
    JsonNode rules =
        new ObjectMapper(new YAMLFactory())
            .readTree(Path.of("config/prometheus-alerts.yaml").toFile())
            .at("/groups/0/rules");
    assertFalse(rules.isEmpty());
    String guide = Files.readString(Path.of("src/docs/running.md"));
    for (JsonNode rule : rules) {
      String name = rule.path("alert").asText();
      assertTrue(guide.contains("`" + name + "`"), name + " is not in running.md");
      assertTrue(rule.path("expr").asText().length() > 5, name);
      assertTrue(rule.at("/annotations/summary").asText().length() > 10, name);
      assertTrue(rule.at("/annotations/description").asText().length() > 30, name);
      assertTrue(Set.of("page", "ticket").contains(rule.at("/labels/severity").asText()), name);
    }
  }

  @Test
  void shouldDocumentEveryMeterInOneTable() throws IOException {
    String table =
        Arrays.stream(Meter.values())
            .map(
                meter ->
                    "| `"
                        + meter.wire()
                        + "` | "
                        + meter.kind().name().toLowerCase(java.util.Locale.ROOT)
                        + " | "
                        + meter.unit()
                        + " | "
                        + String.join(", ", meter.tagKeys())
                        + " | "
                        + meter.sentence()
                        + " |")
            .collect(Collectors.joining("\n"))
            .replace("|  |", "| |")
            .replace("|  |", "| |");
    List<String> documented =
        Files.readString(Path.of("src/docs/metrics.md"))
            .lines()
            .filter(line -> line.startsWith("| `dialspool."))
            .toList();
    assertEquals(table, String.join("\n", documented));
  }

  private static void assertNamesExist(String text, int atLeast) {
    Set<String> names = namesIn(text);
    assertTrue(names.size() >= atLeast, names::toString);
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeAll(exposed());
    assertEquals(Set.of(), unknown);
  }

  private static Set<String> namesIn(String text) {
    var names = new TreeSet<String>();
    NAME.matcher(text).results().forEach(found -> names.add(found.group()));
    return names;
  }

  private static Set<String> exposed() {
    try (Metrics metrics = new Metrics()) {
      for (Meter meter : Meter.values()) {
        String[] values = meter.tagKeys().toArray(String[]::new);
        switch (meter.kind()) {
          case COUNTER -> metrics.counter(meter, values).increment();
          case GAUGE -> metrics.gauge(meter, () -> 1, values);
          case SUMMARY -> metrics.summary(meter, values).record(1);
          case TIMER -> metrics.timer(meter, values).record(Duration.ofMillis(1));
        }
      }
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("dialspool_"))
          .map(line -> line.replaceFirst("[{ ].*", ""))
          .collect(Collectors.toSet());
    }
  }
}
