package io.dialspool.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsConfigTest {
  private final Path directory;

  TargetsConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void shouldReadTargetsOfAnyNameFromEverySource() throws IOException {
    Config config =
        ConfigLoader.load(
            file(
                """
                target:
                  kind: connect-campaigns
                targets:
                  eu:
                    region: eu-central-1
                    account: "012345678901"
                    campaigns: "eu-*, c-7"
                  eu-west:
                targets.us.callsPerSecond: 5
                """),
            Map.of(
                "DIALSPOOL_TARGETS_EU_WEST_REGION", "eu-west-2",
                "DIALSPOOL_TARGETS_AP_SOUTHEAST_REGION", "ap-southeast-2",
                "DIALSPOOL_TARGETS_EU_CONNECT_TIMEOUT_MS", "50"),
            Map.of("targets.eu.timeoutMs", "300", "targets.us.region", "us-west-2"));
    assertEquals(
        List.of("default", "ap-southeast", "eu", "eu-west", "us"),
        List.copyOf(config.allTargets().keySet()));
    TargetConfig eu = target(config, "eu");
    assertEquals("connect-campaigns", eu.kind());
    assertEquals("eu-central-1", eu.region());
    assertEquals("012345678901", eu.account());
    assertEquals(List.of("eu-*", "c-7"), eu.campaignPatterns());
    assertEquals(50, eu.connectTimeoutMs());
    assertEquals(300, eu.timeoutMs());
    assertEquals(10, eu.callsPerSecond());
    assertEquals("eu-west-2", target(config, "eu-west").region());
    assertEquals("ap-southeast-2", target(config, "ap-southeast").region());
    assertEquals(5, target(config, "us").callsPerSecond());
  }

  @Test
  void shouldNameEveryFaultByTheTargetsOwnName() throws IOException {
    assertEquals(
        List.of(
            "targets.eu.regoin: unknown key (expected: perhaps targets.eu.region)",
            "targets.EU: not a name (expected: a letter of a-z, then at most 31 of a-z 0-9 -, and"
                + " not default, which is the section target)",
            "targets.default: not a name (expected: a letter of a-z, then at most 31 of a-z 0-9 -,"
                + " and not default, which is the section target)",
            "targets.us: a value (expected: a section with keys)",
            "DIALSPOOL_TARGETS_EU_REGOIN: unknown key (expected: perhaps"
                + " DIALSPOOL_TARGETS_EU_REGION)",
            "targets.region: unknown key (expected: perhaps target.region)",
            "target.account: 12 (expected: 12 digits)",
            "targets.eu.connectionsMax: many (expected: a whole number)",
            "targets.eu.region: europe (expected: such as us-east-1)",
            "targets.eu.secretAccessKey: (empty) (expected: given together with"
                + " targets.eu.accessKeyId)",
            "targets.eu.roleArn: role (expected: such as arn:aws:iam::111122223333:role/dialspool)",
            "targets.eu.callsPerSecond: 0 (expected: 0.1 to 1000000.0)"),
        faults(
            file(
                """
                target:
                  account: 12
                targets:
                  eu:
                    region: europe
                    regoin: eu-central-1
                    accessKeyId: a
                    connectionsMax: many
                    callsPerSecond: 0
                    roleArn: role
                  EU:
                    region: eu-central-1
                  default:
                    region: eu-central-1
                  us: us-east-1
                """),
            Map.of("DIALSPOOL_TARGETS_EU_REGOIN", "x"),
            Map.of("targets.region", "eu-west-1")));
  }

  @Test
  void shouldRefuseTwoTargetsThatALaneCouldNotTellApart() {
    assertEquals(
        List.of(
            "targets.b.account: (empty) (expected: the account, another than that of targets.a, said"
                + " in both: their region and endpoint are the same)",
            "targets.c.account: 111122223333 (expected: the account, another than that of targets.a,"
                + " said in both: their region and endpoint are the same)",
            "targets.c.account: 111122223333 (expected: the account, another than that of targets.b,"
                + " said in both: their region and endpoint are the same)"),
        faults(
            null,
            Map.of(),
            Map.of(
                "targets.a.account", "111122223333",
                "targets.b.timeoutMs", "5000",
                "targets.c.roleArn", "arn:aws:iam::111122223333:role/dialspool")));
    Config config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "targets.a.account", "111122223333",
                "targets.b.roleArn", "arn:aws-cn:iam::444455556666:role/path/dialspool"));
    assertEquals("444455556666", target(config, "b").accountSaid());
  }

  @Test
  void shouldLetOnlyTheDefaultBeEmbedded() {
    assertEquals(
        List.of(
            "targets.a.kind: embedded (expected: connect-campaigns, only the section target may be"
                + " embedded)"),
        faults(null, Map.of(), Map.of("targets.a.kind", "embedded")));
  }

  @Test
  void shouldKnowThatCallsReachAmazonByAnyTarget() {
    assertFalse(Config.DEFAULT.reachesAmazon());
    assertTrue(
        ConfigLoader.load(null, Map.of(), Map.of("targets.a.region", "eu-west-2")).reachesAmazon());
    assertFalse(
        ConfigLoader.load(null, Map.of(), Map.of("targets.a.endpoint", "http://10.0.0.7:8027"))
            .reachesAmazon());
  }

  @Test
  void shouldRefuseARuleThatStandsInTwoTargets() {
    assertEquals(
        List.of("targets.a.campaigns: c-2 (expected: once, it stands in target.campaigns)"),
        faults(
            null, Map.of(), Map.of("target.campaigns", "c-1,c-2", "targets.a.campaigns", "c-2")));
    assertEquals(
        List.of(
            "targets.a.campaigns: c 2 (expected: campaign ids or patterns with *, separated by"
                + " commas)"),
        faults(null, Map.of(), Map.of("targets.a.campaigns", "c 2")));
  }

  @Test
  void shouldTakeOneKindOfCredentialsOnly() {
    assertEquals(
        List.of(
            "target.sessionToken: (hidden) (expected: nothing without target.accessKeyId)",
            "targets.a.profile: ops (expected: the name of a profile, and no targets.a.accessKeyId)",
            "targets.b.account: 111122223333 (expected: that of targets.b.roleArn)"),
        faults(
            null,
            Map.of(),
            Map.of(
                "target.sessionToken", "s3cret",
                "targets.a.profile", "ops",
                "targets.a.accessKeyId", "a",
                "targets.a.secretAccessKey", "s3cret",
                "targets.b.account", "111122223333",
                "targets.b.roleArn", "arn:aws:iam::444455556666:role/dialspool")));
    assertTrue(
        ConfigLoader.load(null, Map.of(), Map.of("target.kind", "connect-campaigns"))
            .target()
            .accessKeyId()
            .isEmpty(),
        "the standard chain needs no key");
  }

  @Test
  void shouldShowTargetsAsAFileThatCanBeReadAgain() throws IOException {
    Config config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "targets.eu.account", "012345678901",
                "targets.eu.region", "eu-central-1",
                "targets.us-west.region", "us-west-2",
                "targets.us-west.campaigns", "a,b*",
                "routing.lookup", "false"));
    assertFalse(config.routing().lookup());
    Path shown = file(String.join("\n", new LoadedConfig(config, Map.of()).yaml()));
    assertEquals(config, ConfigLoader.load(shown, Map.of(), Map.of()));

    Config secret =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of("targets.eu.secretAccessKey", "s3cret", "targets.eu.accessKeyId", "AKIA"));
    String lines = String.join("\n", new LoadedConfig(secret, Map.of()).yaml());
    assertFalse(lines.contains("s3cret"), lines);
    assertTrue(lines.contains("    secretAccessKey: \"(hidden)\""), lines);
    assertFalse(secret.toString().contains("s3cret"), secret.toString());
  }

  private static TargetConfig target(Config config, String name) {
    TargetConfig target = config.targets().get(name);
    if (target == null) {
      throw new AssertionError("no target " + name);
    }
    return target;
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "dialspool", ".yaml"), yaml);
  }

  private static List<String> faults(
      @Nullable Path file, Map<String, String> environment, Map<String, String> sets) {
    return assertThrows(ConfigException.class, () -> ConfigLoader.load(file, environment, sets))
        .faults();
  }
}
