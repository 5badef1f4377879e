package io.dialspool.whole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the examples of {@code src/docs/examples} as they stand there. One whose tool is missing is
 * skipped, and says so; with {@code -Dexamples.all=true} ({@code src/docs/examples/all.sh}) it
 * fails.
 */
@Timeout(300)
class ExamplesIT {
  private static final Path EXAMPLES = Path.of("src", "docs", "examples").toAbsolutePath();
  private static final String JAVASCRIPT_SDK = "@aws-sdk/client-connectcampaigns";
  private static final boolean ALL = Boolean.getBoolean("examples.all");
  private static final Map<String, String> CREDENTIALS =
      Map.of(
          "AWS_ACCESS_KEY_ID", "any",
          "AWS_SECRET_ACCESS_KEY", "any",
          "AWS_REGION", "us-east-1",
          "AWS_DEFAULT_REGION", "us-east-1",
          "AWS_EC2_METADATA_DISABLED", "true");

  @SuppressWarnings("NullAway.Init")
  private static Service service;

  @SuppressWarnings("NullAway.Init")
  private static String campaign;

  @SuppressWarnings("NullAway.Init")
  private static Path scratch;

  @BeforeAll
  static void start(@TempDir Path directory) {
    scratch = directory;
    service = Service.serve(directory);
    campaign = Service.createCampaign(service.url("intake"), "examples");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void shouldPutWithCurl() throws Exception {
    expectQueued("curl-1", run(Path.of("."), "sh", script("curl.sh")), "\"state\":\"QUEUED\"");
  }

  @Test
  void shouldPutWithTheSdkForJava() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    expectQueued(
        "java-1",
        run(
            Path.of("."),
            java,
            "-cp",
            System.getProperty("java.class.path"),
            script("JavaExample.java")),
        "\"state\":\"QUEUED\"");
  }

  @Test
  void shouldPutWithTheCli() throws Exception {
    need("aws", "--version");
    expectQueued("aws-1", run(Path.of("."), "sh", script("aws-cli.sh")), "\"state\":\"QUEUED\"");
  }

  @Test
  void shouldPutWithBoto3() throws Exception {
    need("python3", "-c", "import boto3");
    expectQueued("boto3-1", run(Path.of("."), "python3", script("boto3_example.py")), "QUEUED");
  }

  @Test
  void shouldPutWithTheSdkForJavaScript() throws Exception {
    need("node", "--version");
    Path place = Files.createDirectories(Path.of("target", "examples-js")).toAbsolutePath();
    if (ALL && !Files.exists(place.resolve("node_modules").resolve(JAVASCRIPT_SDK))) {
      Files.writeString(place.resolve("package.json"), "{\"private\":true}");
      var install =
          List.of("npm", "install", "--no-audit", "--no-fund", "--silent", JAVASCRIPT_SDK);
      assertEquals(0, new ProcessBuilder(install).directory(place.toFile()).start().waitFor());
    }
    assumeTrue(
        Files.exists(place.resolve("node_modules").resolve(JAVASCRIPT_SDK)),
        "skipped: target/examples-js has no " + JAVASCRIPT_SDK + "; all.sh fetches it");
    Path copy = place.resolve("javascript.mjs");
    Files.copy(EXAMPLES.resolve("javascript.mjs"), copy, StandardCopyOption.REPLACE_EXISTING);
    expectQueued("javascript-1", run(place, "node", copy.toString()), "QUEUED");
  }

  /** A command line, to which {@link #expectQueued} adds what each example takes. */
  private record Example(Path directory, List<String> command) {}

  private static Example run(Path directory, String... command) {
    return new Example(directory, List.of(command));
  }

  private static String script(String name) {
    return EXAMPLES.resolve(name).toString();
  }

  private static void expectQueued(String token, Example example, String last) throws Exception {
    var command = new ArrayList<String>(example.command);
    command.addAll(List.of(service.url("intake"), campaign, token, "+12065550100"));
    Path out = Files.createTempFile(scratch, "example", ".txt");
    var builder =
        new ProcessBuilder(command)
            .directory(example.directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().putAll(CREDENTIALS);
    Process process = builder.start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> command + " goes on and on");
    String said = Files.readString(out);
    assertEquals(0, process.exitValue(), said);
    assertTrue(said.contains(last), said);
    assertEquals("QUEUED", service.status(campaign, token).path("state").asText(), said);
  }

  /** Skips, or fails where all are wanted, if a tool is not there. */
  private static void need(String... command) throws InterruptedException {
    boolean there;
    try {
      there =
          new ProcessBuilder(command)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      there = false;
    }
    String missing = "not on this machine: " + String.join(" ", command);
    if (ALL) {
      assertTrue(there, missing);
    } else {
      assumeTrue(there, "skipped, " + missing);
    }
  }
}
