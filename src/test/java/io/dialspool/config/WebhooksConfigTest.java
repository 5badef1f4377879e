package io.dialspool.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhooksConfigTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private final Path directory;

  WebhooksConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void shouldMakeAWebhookOfEachNameInWhateverSource() {
    Config config =
        ConfigLoader.load(
            null,
            Map.of(
                "DIALSPOOL_WEBHOOKS_CRM_SECRET", SECRET, "DIALSPOOL_WEBHOOKS_DATA_LAKE_BATCH", "7"),
            Map.of(
                "webhooks.crm.url", "https://crm.example.com/hook",
                "webhooks.data-lake.url", "http://127.0.0.1:9000",
                "webhooks.data-lake.secret", SECRET + " " + SECRET));
    assertEquals(List.of("crm", "data-lake"), List.copyOf(config.webhooks().keySet()));
    WebhookConfig lake = Objects.requireNonNull(config.webhooks().get("data-lake"));
    assertEquals(7, lake.batch());
    assertEquals(2, lake.keys().size());
    assertEquals(24, lake.keys().get(0).length);
    assertEquals("127.0.0.1:9000", lake.receiver());
  }

  @Test
  void shouldSayEverythingThatIsWrongUnderTheWebhooksOwnName() {
    assertEquals(
        List.of(
            "webhooks.crm.secret: (hidden) (expected: whsec_ and base64 of 24 to 64 bytes, or two"
                + " of them with a space between)",
            "webhooks.crm.batch: 1001 (expected: 1 to 1000)",
            "webhooks.crm.url: http://crm.example.com (expected: https://, unless"
                + " webhooks.crm.plainHttp is true or the host is a loopback address)"),
        faults(
            Map.of(
                "webhooks.crm.url", "http://crm.example.com",
                "webhooks.crm.secret", "whsec_c2hvcnQ=",
                "webhooks.crm.batch", "1001")));
    assertEquals(
        List.of(
            "webhooks.crm.url: (empty) (expected: http:// or https://, host, port, path)",
            "webhooks.crm.secret: (empty) (expected: whsec_ and base64 of 24 to 64 bytes)"),
        faults(Map.of("webhooks.crm.batch", "10")));
    assertEquals(
        List.of(
            "webhooks.Crm: not a name (expected: a letter of a-z, then at most 31 of a-z 0-9 -)"),
        faults(Map.of("webhooks.Crm.url", "https://crm.example.com")));
    assertEquals(
        List.of("webhooks.crm.ulr: unknown key (expected: perhaps webhooks.crm.url)"),
        faults(
            Map.of(
                "webhooks.crm.ulr", "x",
                "webhooks.crm.url", "https://crm.example.com",
                "webhooks.crm.secret", SECRET)));
  }

  @Test
  void shouldWantWhatIsGivenUpToBeStillInTheFeed() {
    assertEquals(
        List.of("webhooks.crm.giveUpAfter: 3d (expected: less than spool.feedWindow, 2d)"),
        faults(
            Map.of(
                "spool.feedWindow", "2d",
                "webhooks.crm.url", "https://crm.example.com",
                "webhooks.crm.secret", SECRET)));
  }

  @Test
  void shouldNotTakeANameThatOnlyBeginsLikeTheLoopback() {
    for (String url :
        List.of(
            "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://10.0.0.1/")) {
      assertFalse(
          faults(Map.of("webhooks.crm.url", url, "webhooks.crm.secret", SECRET)).isEmpty(), url);
    }
    for (String url : List.of("http://127.0.0.1:1/", "http://localhost/x", "http://[::1]:8/")) {
      Config config =
          ConfigLoader.load(
              null, Map.of(), Map.of("webhooks.crm.url", url, "webhooks.crm.secret", SECRET));
      assertEquals(1, config.webhooks().size());
    }
  }

  @Test
  void shouldNeverShowASecret() {
    Config config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of("webhooks.crm.url", "https://crm.example.com", "webhooks.crm.secret", SECRET));
    String shown = String.join("\n", new LoadedConfig(config, Map.of()).yaml()) + config;
    assertFalse(shown.contains("MfKQ9r8"), shown);
    assertTrue(shown.contains("secret: \"(hidden)\""), shown);
  }

  /** The commented lines of the shipped file, read as if they were not. */
  @Test
  void shouldShipAnExampleThatNamesEveryKeyWithItsDefault() throws IOException {
    String shipped = Files.readString(Path.of("config/dialspool.yaml"));
    int begin = shipped.indexOf("\nwebhooks:\n") + 1;
    String section = shipped.substring(begin, shipped.indexOf("\n\n", begin));
    Path file =
        Files.writeString(
            directory.resolve("example.yaml"),
            section
                .lines()
                .map(line -> line.replaceFirst("^#", ""))
                .collect(Collectors.joining("\n")));
    WebhookConfig example =
        Objects.requireNonNull(ConfigLoader.load(file, Map.of(), Map.of()).webhooks().get("crm"));
    var own = new HashMap<String, Object>();
    for (ConfigKey key : ConfigKey.of("webhooks.crm", WebhookConfig.class)) {
      String name = key.component().getName();
      assertTrue(section.contains("\n#    " + name + ": "), name + " is not in the shipped file");
      if (!key.valueIn(example).equals(key.valueIn(WebhookConfig.DEFAULT))) {
        own.put(name, key.valueIn(example));
      }
    }
    assertEquals(java.util.Set.of("url", "secret"), own.keySet());
    assertEquals(Duration.ofDays(3), example.giveUpAfter());
  }

  private static List<String> faults(Map<String, String> sets) {
    return assertThrows(ConfigException.class, () -> ConfigLoader.load(null, Map.of(), sets))
        .faults();
  }
}
