package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialspoolCommandTest {
  private final Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<AutoCloseable> services = new ArrayList<>();

  DialspoolCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void shouldSayInOneLineWhatToDoWithoutACommandOrWithAnUnknownOne() {
    assertEquals(2, run());
    assertEquals("a command is missing; see dialspool --help", err.toString().strip());
    assertEquals(2, run("replai"));
    assertTrue(err.toString().contains("'replai'"), err.toString());
    assertTrue(err.toString().contains("replay"), err.toString());
    assertTrue(err.toString().contains("see dialspool --help"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertEquals(2, run("config"));
    assertEquals(2, run("replay", "--nonsense"));
  }

  @Test
  void shouldHelpWithEveryCommandAndTellTheVersion() {
    assertEquals(0, run("--version"));
    assertTrue(out.toString().startsWith("dialspool "), out.toString());
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("campaign-service"), out.toString());
    assertEquals(0, run("replay", "--help"));
    assertTrue(out.toString().contains("expiresIn=validFor"), out.toString());
    assertEquals(0, run("campaign-service", "--help"));
    assertTrue(out.toString().contains("--drain-per-second"), out.toString());
    assertEquals(0, run("config", "check", "--help"));
    assertTrue(out.toString().contains("--config"), out.toString());
  }

  @Test
  void shouldCheckTheConfigurationAndNameEveryFault() throws IOException {
    assertEquals(0, run("config", "check", "--config", "config/dialspool.yaml"));
    Path file = Files.writeString(directory.resolve("bad.yaml"), "intake:\n  prot: 1\n");
    assertEquals(
        2, run("config", "check", "--config", file.toString(), "--set", "spool.directoryy=1"));
    assertEquals(
        List.of(
            "intake.prot: unknown key (expected: perhaps intake.port)",
            "spool.directoryy: unknown key (expected: perhaps spool.directory)"),
        err.toString().lines().toList());
  }

  @Test
  void shouldShowTheConfigurationThatWouldRun() {
    assertEquals(
        0,
        run(
            Map.of(
                "DIALSPOOL_TARGET_ACCESS_KEY_ID",
                "AKIDEXAMPLE",
                "DIALSPOOL_TARGET_SECRET_ACCESS_KEY",
                "s3cret"),
            "config",
            "show",
            "--set",
            "intake.port=99"));
    assertTrue(out.toString().contains("  port: 99  # --set\n"), out.toString());
    assertTrue(
        out.toString()
            .contains(
                "  accessKeyId: \"AKIDEXAMPLE\"  # environment DIALSPOOL_TARGET_ACCESS_KEY_ID\n"),
        out.toString());
    assertTrue(out.toString().contains("  ringSize: 2048\n"), out.toString());
    assertTrue(
        out.toString().contains("secretAccessKey: \"(hidden)\"  # environment"), out.toString());
    assertFalse(out.toString().contains("s3cret"));
  }

  @Test
  void shouldTellWhereEachValueCameFrom() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("some.yaml"),
            """
            intake:
              port: 1
              threads: 2
            dispatch:
              lingerMs: 3
            targets:
              eu:
                endpoint: http://user:pass@127.0.0.1:1
            """);
    Map<String, String> environment =
        Map.of("DIALSPOOL_INTAKE_THREADS", "3", "DIALSPOOL_DISPATCH_LINGER_MS", "4");
    assertEquals(
        0,
        run(
            environment,
            "config",
            "show",
            "--json",
            "--config",
            file.toString(),
            "--set",
            "dispatch.lingerMs=5"),
        err::toString);
    JsonNode keys = new ObjectMapper().readTree(out.toString());
    assertOrigin(keys, "intake.port", "1", "file " + file);
    assertOrigin(keys, "intake.threads", "3", "environment DIALSPOOL_INTAKE_THREADS");
    assertOrigin(keys, "dispatch.lingerMs", "5", "--set");
    assertOrigin(keys, "spool.directory", "data/spool", "default");
    assertOrigin(keys, "targets.eu.kind", "connect-campaigns", "default");
    assertFalse(out.toString().contains("pass"), out.toString());
  }

  private static void assertOrigin(JsonNode keys, String key, String value, String origin) {
    assertEquals(value, keys.path(key).path("value").asText(), key);
    assertEquals(origin, keys.path(key).path("origin").asText(), key);
  }

  @Test
  void shouldTellFaultsOfTheConfigurationAsJsonToo() throws IOException {
    assertEquals(0, run("config", "check", "--json"));
    assertEquals("{\"fine\":true,\"faults\":[]}", out.toString().strip());
    assertEquals(2, run("config", "check", "--json", "--set", "log.format=xml"));
    assertEquals(
        "{\"fine\":false,\"faults\":[\"log.format: xml (expected: text or json)\"]}",
        out.toString().strip());
  }

  @Test
  void shouldPrintAScriptThatCompletesItsCommands() {
    assertEquals(0, run("completion"));
    assertTrue(out.toString().startsWith("#!/usr/bin/env bash"), out.toString());
    assertTrue(out.toString().contains("dead-letters"), out.toString());
    assertTrue(out.toString().contains("complete -F _complete_dialspool"), out.toString());
  }

  @Test
  void shouldRunTheCampaignServiceUntilItIsStopped() throws Exception {
    assertEquals(
        0, run("campaign-service", "--port", "0", "--data", directory.resolve("cs").toString()));
    assertTrue(
        out.toString().matches("ready campaign-service=http://127\\.0\\.0\\.1:\\d+\\R"),
        out.toString());
    assertEquals(1, services.size());
    services.get(0).close();
  }

  @Test
  void shouldSayInOneLineThatAPortOrADirectoryCantBeHad() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String data = directory.resolve("cs").toString();
      assertEquals(3, run("campaign-service", "--port", "" + taken.getLocalPort(), "--data", data));
      assertEquals(1, err.toString().lines().count(), err.toString());
    }
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertEquals(3, run("campaign-service", "--port", "0", "--data", file + "/below"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertEquals(2, run("campaign-service", "--port", "70000", "--agents", "none"));
    assertEquals(
        List.of(
            "campaignService.agents: none (expected: a whole number)",
            "campaignService.port: 70000 (expected: 0 to 65535)"),
        err.toString().lines().toList());
  }

  @Test
  void shouldEndAReplayWithASummaryInJson() throws IOException {
    HttpServer door =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    door.createContext(
        "/",
        exchange -> {
          long lines =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                  .lines()
                  .count();
          byte[] answer =
              ("{\"syncedThrough\":%d}\n{\"summary\":{\"lines\":%d,\"accepted\":%d,\"duplicates\":0,"
                      + "\"rejected\":0,\"error\":null}}\n")
                  .formatted(lines, lines, lines)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    door.start();
    try {
      String endpoint = "http://127.0.0.1:" + door.getAddress().getPort();
      Path file =
          Files.writeString(directory.resolve("leads.csv"), "Tel,name\n+12065550100,Ann\n,Bob\n");
      Path rejects = directory.resolve("rejects.csv");
      String[] common = {
        "replay",
        "--endpoint",
        endpoint,
        "--campaign",
        "c-1",
        "--map",
        "phoneNumber=Tel",
        "--rejects",
        rejects.toString(),
        "--json"
      };
      assertEquals(1, run(with(common, file.toString())));
      JsonNode summary = new ObjectMapper().readTree(lastLine(out.toString()));
      assertEquals(2, summary.path("rows").asInt());
      assertEquals(1, summary.path("accepted").asInt());
      assertEquals(0, summary.path("duplicates").asInt());
      assertEquals(1, summary.path("rejected").asInt());
      assertEquals(rejects.toString(), summary.path("rejects").asText());
      assertTrue(summary.path("seconds").isNumber());

      Path fine = Files.writeString(directory.resolve("fine.csv"), "Tel\n+12065550100\n");
      assertEquals(0, run(with(common, fine.toString())));
      assertEquals(2, run(with(common, "missing.csv")));
      assertEquals(
          "missing.csv: no such file (expected: a file, a directory or a glob)",
          err.toString().strip());
      assertEquals(2, run(with(common, fine.toString(), "--map", "clientToken=Id")));
      assertTrue(err.toString().contains("no column Id"), err.toString());
      assertTrue(err.toString().contains("columns: Tel"), err.toString());
      assertEquals(2, run(with(common, fine.toString(), "--expires-in", "soon")));
      assertEquals(2, run(with(common, fine.toString(), "--delimiter", ";;")));
    } finally {
      door.stop(0);
    }
  }

  private int run(String... args) {
    return run(Map.of(), args);
  }

  private int run(Map<String, String> environment, String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var surroundings =
        new Surroundings(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            environment,
            false,
            Clock.SYSTEM,
            services::add);
    return DialspoolCommand.commandLine(surroundings).execute(args);
  }

  private static String[] with(String[] common, String... more) {
    List<String> all = new ArrayList<>(List.of(common));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static String lastLine(String text) {
    return text.lines().reduce("", (before, line) -> line);
  }
}
