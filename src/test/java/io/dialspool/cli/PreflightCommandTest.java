package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dialspool.campaignservice.CampaignService;
import io.dialspool.config.ConfigLoader;
import io.dialspool.http.Entrance;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PreflightCommandTest {
  private static final String DESCRIBED =
      "{\"campaign\":{\"id\":\"c-1\",\"connectInstanceId\":\"i-1\",\"dialerConfig\":"
          + "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":0.5}}}}";

  private record Scripted(int status, String code, String body) {}

  private final Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, Scripted> script = new TreeMap<>();
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private long aheadMs;
  private HttpServer target;

  PreflightCommandTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void start() throws IOException {
    target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext("/", this::answer);
    target.start();
    answersState("Running");
  }

  @AfterEach
  void stop() {
    target.stop(0);
  }

  // --- a target

  @Test
  void shouldSayThatLeadsCanBeSent() {
    assertEquals(0, preflight());
    expectLine("ok", "configuration", "valid; the target is " + url() + ", Region us-east-1");
    expectLine("ok", "credentials", "of the configuration, access key …MPLE");
    expectLine("ok", "clock", "agrees with the target's");
    expectLine("ok", "signature", "accepted");
    expectLine("ok", "campaign", "c-1 is Running");
    expectLine("ok", "dialer", "predictive, 50 % of i-1");
    assertTrue(out.toString().endsWith("\nLeads can be sent.\n"), out.toString());
    assertFalse(out.toString().contains("AKIA"), out.toString());
    assertFalse(out.toString().contains("s3cret"), out.toString());
    // It only looks.
    assertEquals(List.of("GET /campaigns/c-1/state", "GET /campaigns/c-1"), List.copyOf(asked));
  }

  @ParameterizedTest
  @CsvSource({
    "Initialized, warn, 0, until it is started",
    "Paused,      warn, 0, until it is resumed",
    "Stopped,     fail, 1, use another campaign",
    "Completed,   fail, 1, use another campaign",
    "Failed,      fail, 1, see in Amazon Connect why",
    "Dreaming,    warn, 0, a state that is not known",
  })
  void shouldSayWhatStateTheCampaignIsIn(String state, String level, int exitCode, String next) {
    answersState(state);
    assertEquals(exitCode, preflight());
    expectLine(level, "campaign", "c-1 is " + state);
    assertTrue(out.toString().contains(next), out.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "404, ResourceNotFoundException,           1, 'campaign       c-1 is not known there'",
    "403, UnrecognizedClientException,         4, 'signature      refused: the access key'",
    "403, InvalidSignatureException,           4, 'signature      refused: the secret'",
    "403, ExpiredTokenException,               4, 'signature      refused: the session token'",
    "400, RequestExpired,                      4, 'signature      refused: its time'",
    "403, AccessDeniedException,               4, 'campaign       we may not ask'",
    "429, ThrottlingException,                 4, 'answer         429 ThrottlingException'",
    "500, InternalServerException,             4, 'answer         500 InternalServerException'",
    "200, '',                                  4, 'campaign       asked for its state it answers 200'",
    "404, 'x-evil<script>',                    1, 'campaign       c-1 is not known there'",
  })
  void shouldSayWhoIsAtFault(int status, String code, int exitCode, String line) {
    script.put("/campaigns/c-1/state", new Scripted(status, code, "{}"));
    assertEquals(exitCode, preflight());
    assertTrue(out.toString().contains("fail  " + line), out.toString());
    assertTrue(out.toString().contains("\nNOT READY: "), out.toString());
    assertEquals("", err.toString());
  }

  @Test
  void shouldGoOnWithoutADescription() {
    script.put("/campaigns/c-1", new Scripted(403, "AccessDeniedException", "{}"));
    assertEquals(0, preflight());
    expectLine("warn", "dialer", "not told (403 AccessDeniedException)");
  }

  @Test
  void shouldSayThatTheClockIsWrong() {
    aheadMs = 90_000;
    assertEquals(0, preflight());
    assertTrue(
        out.toString().matches("(?s).*warn  clock          (89|90|91) s ahead of the target's\n.*"),
        out.toString());
  }

  @Test
  void shouldSayThatNobodyListens() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertEquals(4, preflight("--set", "target.endpoint=http://127.0.0.1:" + port));
    expectLine("fail", "reach", "127.0.0.1:" + port + " refuses the connection");
    assertEquals(4, preflight("--set", "target.endpoint=http://no-such-host.invalid"));
    expectLine("fail", "reach", "no address for no-such-host.invalid");
  }

  @Test
  void shouldSayThatNothingSpeaksTlsThere() {
    assertEquals(4, preflight("--set", "target.endpoint=https://127.0.0.1:" + port()));
    assertTrue(out.toString().contains("fail  answer         none: "), out.toString());
  }

  @Test
  void shouldLookAtTheTargetThatTheCampaignBelongsTo() {
    String[] second = {
      "--set", "target.campaigns=other",
      "--set", "targets.london.endpoint=" + url() + "/",
      "--set", "targets.london.region=eu-west-2",
      "--set", "targets.london.accessKeyId=AKIAIOSFODNN7LONDON0",
      "--set", "targets.london.secretAccessKey=s3cret",
      "--set", "targets.london.campaigns=c-*"
    };
    assertEquals(0, preflight(second));
    expectLine("ok", "configuration", "valid; the target is " + url() + "/, Region eu-west-2");
    expectLine("ok", "credentials", "of the configuration, access key …DON0");
    assertEquals(0, preflight(with(second, "--target", "default")));
    expectLine("ok", "configuration", "valid; the target is " + url() + ", Region us-east-1");
    assertEquals(2, preflight(with(second, "--target", "paris")));
    assertEquals(
        "--target: paris (expected: default or london); see dialspool preflight --help",
        err.toString().strip());
  }

  // --- this machine

  @Test
  void shouldLookAtDirectoryAndPorts() throws IOException {
    assertEquals(0, preflight());
    assertTrue(
        out.toString()
            .contains("ok    spool          " + directory.resolve("spool") + " (not made yet), "),
        out.toString());
    assertFalse(Files.exists(directory.resolve("spool")));
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEquals(1, preflight("--set", "spool.directory=" + file + "/below"));
    expectLine("fail", "spool", file + "/below can't be written");
    assertEquals(1, preflight("--set", "spool.freeBytesMin=1000000000000000"));
    assertTrue(out.toString().contains("make room"), out.toString());
    assertEquals(1, preflight("--set", "intake.port=" + port()));
    assertTrue(
        out.toString().contains("fail  ports          127.0.0.1:" + port() + " can't be had: "),
        out.toString());
  }

  @Test
  void shouldNameAWrongConfiguration() {
    assertEquals(2, preflight("--set", "intake.address=0.0.0.0"));
    assertTrue(err.toString().startsWith("intake.address: 0.0.0.0 (expected: "), err.toString());
    assertEquals(2, preflight("--set", "intake.prot=1"));
    assertEquals(2, run("preflight"));
    assertEquals(2, run("preflight", "--campaign", "a b"));
    assertEquals("", out.toString());
  }

  // --- a file

  @Test
  void shouldJudgeASampleFile() throws IOException {
    Path leads =
        Files.writeString(
            directory.resolve("leads.csv"),
            """
            Tel,token,expiresIn,first name
            +12065550100,a,90m,Ann
            +12065550101,b,,Bob
            +1206,c,,Cid
            +1207,d,,Dan
            ,e,,Eve
            +12065550102,f,-5m,Flo
            +12065550103,no good,,Gil
            """);
    String[] options = {"--file", leads.toString(), "--map", "phoneNumber=Tel"};
    assertEquals(1, preflight(options));
    expectLine("fail", "file", "7 rows, 2 fine, 5 would be rejected");
    expectLine(
        "ok", "deadlines", "the first passes in 1 h 30 min", "the first passes in 1 h 29 min");
    assertTrue(
        out.toString().contains("   2  phoneNumber: not E.164 (expected: + and 8 to 15 digits)\n"),
        out.toString());
    for (String secret : List.of("+1207", "5550101", "Ann", "Cid")) {
      assertFalse(out.toString().contains(secret), out.toString());
    }
    assertEquals(1, preflight("--json", "--file", leads.toString(), "--map", "phoneNumber=Tel"));
    JsonNode all = new ObjectMapper().readTree(out.toString());
    assertEquals("c-1", all.path("campaignId").asText());
    assertFalse(all.path("ready").asBoolean());
    assertEquals("configuration", all.path("checks").path(0).path("check").asText());
    assertEquals("ok", all.path("checks").path(0).path("level").asText());
    assertEquals(7, all.path("file").path("rows").asInt());
    assertEquals(2, all.path("file").path("valid").asInt());
    assertEquals(
        2,
        all.path("file")
            .path("invalid")
            .path("phoneNumber: not E.164 (expected: + and 8 to 15 digits)")
            .asInt());
    assertTrue(all.path("file").path("earliestDeadline").asText().endsWith("Z"));
  }

  @Test
  void shouldWarnOfDeadlinesThatAreNear() throws IOException {
    Path leads =
        Files.writeString(directory.resolve("leads.csv"), "phone\n+12065550100\n+12065550101\n");
    assertEquals(0, preflight("--file", leads.toString(), "--expires-in", "20s"));
    expectLine("ok", "file", "2 rows, all fine");
    assertTrue(out.toString().contains("warn  deadlines      the first passes in"));
    assertEquals(2, preflight("--file", directory + "/missing.csv"));
  }

  // --- the embedded service

  @Test
  void shouldAskTheEmbeddedServiceWhetherItRunsOrNot() throws Exception {
    String[] embedded = {
      "preflight",
      "--set",
      "spool.directory=" + directory.resolve("spool"),
      "--set",
      "campaignService.directory=" + directory.resolve("cs"),
      "--set",
      "intake.port=0",
      "--set",
      "management.port=0",
      "--campaign"
    };
    assertEquals(1, run(with(embedded, "c-1")));
    assertTrue(out.toString().contains("the embedded service has not run yet"), out.toString());
    assertFalse(Files.exists(directory.resolve("cs")));

    String campaign;
    int port;
    var config =
        ConfigLoader.load(
            null,
            Map.of(),
            Map.of(
                "campaignService.port",
                "0",
                "campaignService.directory",
                directory.resolve("cs").toString()));
    try (CampaignService service =
        CampaignService.start(config.campaignService(), Entrance.OPEN, Clock.SYSTEM)) {
      campaign = create(service.url());
      port = service.port();
      assertEquals(0, run(with(embedded, campaign, "--set", "campaignService.port=" + port)));
      assertTrue(out.toString().contains("127.0.0.1:" + port + " in "), out.toString());
      expectLine("warn", "campaign", campaign + " is Initialized");
    }
    assertEquals(0, run(with(embedded, campaign)));
    expectLine("warn", "campaign", campaign + " is Initialized");
    expectLine("ok", "dialer", "progressive, 100 % of i-1");
    assertEquals(1, run(with(embedded, "unknown")));
    expectLine("fail", "campaign", "unknown is not known there");
  }

  private static String create(String url) throws Exception {
    String body =
        "{\"name\":\"n\",\"connectInstanceId\":\"i-1\",\"dialerConfig\":"
            + "{\"progressiveDialerConfig\":{\"bandwidthAllocation\":1.0}},\"outboundCallConfig\":"
            + "{\"connectContactFlowId\":\"f-1\",\"connectQueueId\":\"q-1\"}}";
    HttpRequest put =
        HttpRequest.newBuilder(URI.create(url + "/campaigns"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body))
            .build();
    String answer =
        HttpClient.newHttpClient().send(put, HttpResponse.BodyHandlers.ofString()).body();
    return new ObjectMapper().readTree(answer).path("id").asText();
  }

  // --- the other side

  private void answersState(String state) {
    script.put("/campaigns/c-1/state", new Scripted(200, "", "{\"state\":\"" + state + "\"}"));
    script.put("/campaigns/c-1", new Scripted(200, "", DESCRIBED));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    asked.add(exchange.getRequestMethod() + " " + path);
    Scripted scripted = script.getOrDefault(path, new Scripted(404, "", "{}"));
    if (!scripted.code.isEmpty()) {
      exchange.getResponseHeaders().set("x-amzn-ErrorType", scripted.code);
    }
    byte[] bytes = scripted.body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(scripted.status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int port() {
    return target.getAddress().getPort();
  }

  private String url() {
    return "http://127.0.0.1:" + port();
  }

  private int preflight(String... more) {
    var args =
        new ArrayList<String>(
            List.of(
                "preflight",
                "--campaign",
                "c-1",
                "--set",
                "target.kind=connect-campaigns",
                "--set",
                "target.endpoint=" + url(),
                "--set",
                "target.accessKeyId=AKIAIOSFODNN7EXAMPLE",
                "--set",
                "target.secretAccessKey=s3cret",
                "--set",
                "spool.directory=" + directory.resolve("spool"),
                "--set",
                "intake.port=0",
                "--set",
                "management.port=0"));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            return Clock.SYSTEM.nanoTime();
          }

          @Override
          public long epochMs() {
            return Clock.SYSTEM.epochMs() + aheadMs;
          }
        };
    var surroundings =
        new Surroundings(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Map.of(),
            false,
            clock,
            service -> {});
    return DialspoolCommand.commandLine(surroundings).execute(args);
  }

  private static String[] with(String[] common, String... more) {
    List<String> all = new ArrayList<>(List.of(common));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private void expectLine(String level, String check, String... anyOf) {
    List<String> lines = out.toString().lines().toList();
    for (String found : anyOf) {
      if (lines.contains(String.format("%-4s  %-13s  %s", level, check, found))) {
        return;
      }
    }
    throw new AssertionError(level + " " + check + " " + List.of(anyOf) + " is not in\n" + out);
  }
}
