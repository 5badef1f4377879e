package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code outcomes}, {@code dead-letters}, {@code redrive} and {@code recall} at a scripted door.
 */
class OutcomeCommandsTest {
  private record Scripted(int status, String body) {}

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Scripted> script = new ConcurrentLinkedQueue<>();
  private final HttpServer server;
  private final Path directory;

  OutcomeCommandsTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  // --- outcomes

  @Test
  void shouldPrintLinesAndPassOverEmptyOnes() {
    then(200, line("1-1", "a", "SUBMITTED") + "\n\n" + line("1-2", "b", "EXPIRED") + "\n");
    assertEquals(0, run("outcomes", "--after", "0-3", "--limit", "9"));
    assertEquals(List.of("GET /campaigns/c%20%2F1/outcomes?follow=false&after=0-3&limit=9"), calls);
    assertEquals(
        List.of(line("1-1", "a", "SUBMITTED"), line("1-2", "b", "EXPIRED")),
        out.toString().lines().toList());
  }

  @Test
  void shouldFilterHereWithoutUsingTheLimitThere() {
    then(
        200,
        line("1-1", "a", "SUBMITTED")
            + "\n"
            + line("1-2", "b", "EXPIRED")
            + "\n"
            + line("1-3", "c", "EXPIRED")
            + "\n");
    assertEquals(0, run("dead-letters", "--state", "EXPIRED", "--limit", "1", "--json"));
    assertEquals(List.of("GET /campaigns/c%20%2F1/dead-letters?follow=false"), calls);
    assertEquals(
        List.of(line("1-2", "b", "EXPIRED"), "{\"lines\":1,\"cursor\":\"1-2\"}"),
        out.toString().lines().toList());
  }

  @Test
  void shouldWriteOutcomesAsCsv() {
    then(
        200,
        "{\"cursor\":\"1-1\",\"id\":\"ds-1-1\",\"clientToken\":\"a\",\"state\":\"UNDELIVERABLE\","
            + "\"reason\":\"IN_DOUBT\",\"attempts\":2,\"calls\":3,\"lastFailure\":\"a, \\\"b\\\"\","
            + "\"doubt\":{\"evidence\":\"NO_ANSWER\",\"policy\":\"DEADLINE\"},"
            + "\"settledAt\":\"2026-11-21T08:29:00.000Z\"}\n"
            + line("1-2", "b", "SUBMITTED")
            + "\n");
    assertEquals(0, run("outcomes", "--format", "csv"));
    assertEquals(
        List.of(
            "cursor,id,clientToken,state,reason,targetDialRequestId,attempts,calls,firstSentAt,"
                + "lastSentAt,lastFailure,doubt.evidence,doubt.policy,doubt.tokenAliveUntil,"
                + "settledAt,redriveOf,redrivenAs",
            "1-1,ds-1-1,a,UNDELIVERABLE,IN_DOUBT,,2,3,,,\"a, \"\"b\"\"\",NO_ANSWER,DEADLINE,,"
                + "2026-11-21T08:29:00.000Z,,",
            "1-2,,b,SUBMITTED,,,,,,,,,,,,,"),
        out.toString().lines().toList());
    then(
        200,
        "{\"cursor\":\"1-1\",\"phoneNumber\":\"+1206*****00\",\"attributes\":{\"n\":\"*****\"}}\n");
    assertEquals(0, run("dead-letters", "--format", "CSV"));
    assertTrue(
        out.toString().strip().endsWith(",+1206*****00,\"{\"\"n\"\":\"\"*****\"\"}\""),
        out::toString);
    assertEquals(2, run("outcomes", "--format", "xml"));
    assertEquals(2, run("outcomes", "--format", "csv", "--json"));
  }

  @Test
  void shouldTellOnlyWhatEndedInATime() {
    String early = "{\"cursor\":\"1-1\",\"settledAt\":\"1969-12-31T22:00:01.000Z\"}";
    String late = "{\"cursor\":\"1-2\",\"settledAt\":\"1969-12-31T23:30:00.000Z\"}";
    for (String[] options :
        new String[][] {
          {"--settled-after", "1h"},
          {"--settled-after", "1969-12-31T23:00:00Z", "--settled-before", "1970-01-01T00:00:00Z"}
        }) {
      then(200, early + "\n" + late + "\n");
      assertEquals(0, run("outcomes", options));
      assertEquals(List.of(late), out.toString().lines().toList());
    }
    then(200, early + "\n" + late + "\n");
    assertEquals(0, run("outcomes", "--settled-before", "2h"));
    assertEquals("", out.toString(), "settled exactly then is not before");
    assertEquals(2, run("outcomes", "--settled-after", "yesterday"));
    assertTrue(err.toString().contains("or a span such as 90s"), err::toString);
  }

  @Test
  void shouldSayWhatTheServiceRefuses() {
    then(404, "{\"message\":\"No dial request of this campaign was ever accepted.\"}");
    assertEquals(4, run("outcomes"));
    assertEquals(
        "the endpoint refuses: 404 Some: No dial request of this campaign was ever accepted. Is"
            + " --campaign right? dialspool status lists the campaigns.",
        err.toString().strip());
  }

  @Test
  void shouldSayThatNobodyIsThere() {
    server.stop(0);
    assertEquals(4, run("outcomes"));
    assertTrue(err.toString().contains("can't be reached (ConnectException)"), err.toString());
    assertEquals(4, run("redrive"));
    assertEquals(4, run("recall", "t-1"));
  }

  @Test
  void shouldShowWhoItIs() {
    then(200, "");
    assertEquals(0, run("outcomes", "--bearer", "secret-token"));
    then(200, "");
    assertEquals(0, run("outcomes", "--key", "AKID", "--secret", "s"));
    assertEquals("Bearer secret-token", authorizations.get(0));
    assertTrue(authorizations.get(1).startsWith("AWS4-HMAC-SHA256 Credential=AKID/"));
  }

  // --- redrive

  @Test
  void shouldOnlyCountUnlessToldToDoIt() {
    then(200, report(12, 0, 1, 2, ""));
    assertEquals(0, run("redrive", "--state", "expired", "--reason", "in_doubt", "--in-doubt"));
    assertEquals(
        "12 matched: 9 would be redriven, 1 skipped in doubt, 2 redriven before; run it with --yes"
            + " to do it",
        out.toString().strip());
    assertEquals(
        List.of(
            "POST /campaigns/c%20%2F1/dead-letters/redrive {\"filter\":{\"state\":\"EXPIRED\","
                + "\"reason\":\"IN_DOUBT\",\"inDoubt\":true},"
                + "\"deadline\":\"1970-01-01T04:00:01Z\",\"dryRun\":true}"),
        calls);
  }

  @Test
  void shouldTakeTimesOfRedrivesAsMomentsOrSpans() {
    then(200, report(0, 0, 0, 0, ""));
    assertEquals(
        0,
        run("redrive", "--settled-after", "2h", "--settled-before", "1970-01-01T01:00:00+01:00"));
    assertTrue(
        calls
            .get(0)
            .contains(
                "\"settledAfter\":\"1969-12-31T22:00:01Z\",\"settledBefore\":\"1970-01-01T00:00:00Z\""),
        calls.get(0));
  }

  @Test
  void shouldCountFirstAndThenDoItToTheEnd() {
    then(200, report(2_000, 0, 0, 0, ""));
    then(200, report(1_200, 1_200, 0, 0, ",\"next\":\"4-2-9\""));
    then(200, report(800, 799, 0, 1, ""));
    assertEquals(
        0, run("redrive", "--yes", "--expires-in", "1h", "--token", "a", "--token", "b", "--json"));
    assertEquals(
        "{\"dryRun\":false,\"matched\":2000,\"redriven\":1999,"
            + "\"skipped\":{\"inDoubt\":0,\"alreadyRedriven\":1}}",
        out.toString().strip());
    assertTrue(calls.get(0).contains("\"clientTokens\":[\"a\",\"b\"]"), calls.get(0));
    assertTrue(calls.get(1).contains("\"dryRun\":false"), calls.get(1));
    assertTrue(calls.get(1).contains("\"deadline\":\"1970-01-01T01:00:01Z\""), calls.get(1));
    assertTrue(calls.get(2).contains("\"after\":\"4-2-9\""), calls.get(2));
  }

  @Test
  void shouldDoNothingMoreIfThereIsNothingToRedrive() {
    then(200, report(3, 0, 1, 2, ""));
    assertEquals(0, run("redrive", "--yes"));
    assertEquals(1, calls.size());
  }

  @Test
  void shouldRefuseTwoDeadlines() {
    assertEquals(2, run("redrive", "--expires-in", "1h", "--deadline", "2026-11-21T18:00:00Z"));
    assertEquals(2, run("redrive", "--expires-in", "soon"));
    assertEquals(List.of(), calls);
  }

  // --- recall

  @Test
  void shouldCountWhatBecameOfEachRecall() throws IOException {
    Path file = Files.write(directory.resolve("tokens"), List.of("b", "", " c ", "d"));
    then(200, "{\"state\":\"CANCELLED\"}");
    then(409, "{\"message\":\"Too late\",\"state\":\"SUBMITTED\"}");
    then(409, "{\"message\":\"Too late\",\"state\":\"SUBMITTED\"}");
    then(404, "{\"message\":\"unknown\"}");
    assertEquals(1, run("recall", "a", "--file", file.toString()));
    assertEquals(
        "1 held and cancelled, 0 in flight, 2 already gone (2 SUBMITTED), 1 unknown",
        out.toString().strip());
    assertEquals(
        List.of("a", "b", "c", "d"),
        calls.stream()
            .map(call -> call.substring(call.lastIndexOf('/') + 1).strip())
            .sorted()
            .toList());
  }

  @Test
  void shouldTryAgainWhatIsToComeLater() {
    then(429, "{\"message\":\"full\"}");
    then(200, "{\"state\":\"CANCELLED\"}");
    assertEquals(0, run("recall", "a", "--json"));
    assertEquals(
        "{\"tokens\":1,\"cancelled\":1,\"tooLate\":{},\"unknown\":0}", out.toString().strip());
  }

  @Test
  void shouldOnlyCountAWholeCampaignUnlessToldToTakeItBack() {
    then(
        200, "{\"matched\":1200,\"waiting\":1000,\"tooLate\":{\"EXPIRED\":5},\"endedBefore\":195}");
    assertEquals(0, run("recall", "--all"));
    assertEquals(
        "1,200 matched: 1,000 are waiting and would be taken back if they are not sent first, 200"
            + " have ended; run it with --yes to do it",
        out.toString().strip());
    assertEquals(
        List.of("POST /campaigns/c%20%2F1/recall {\"filter\":{\"all\":true},\"dryRun\":true}"),
        calls);
  }

  @Test
  void shouldTakeBackAWholeCampaignToTheEnd() {
    then(
        200,
        "{\"matched\":700,\"cancelled\":400,\"tooLate\":{\"IN_FLIGHT\":25,\"QUEUED\":75},"
            + "\"endedBefore\":200,\"next\":\"701-1200\"}");
    then(
        200,
        "{\"matched\":500,\"cancelled\":490,\"tooLate\":{\"EXPIRED\":5,\"SUBMITTED\":5},"
            + "\"endedBefore\":0}");
    assertEquals(1, run("recall", "--all", "--yes"));
    assertEquals(
        "890 held and cancelled, 25 in flight, 75 perhaps sent, 210 already gone (5 EXPIRED, 5"
            + " SUBMITTED, 200 before)",
        out.toString().strip());
    assertEquals(
        "POST /campaigns/c%20%2F1/recall {\"filter\":{\"all\":true},\"dryRun\":false,\"after\":\"701-1200\"}",
        calls.get(1));
  }

  @Test
  void shouldTakeBackWhatIsForANumber() {
    then(200, "{\"matched\":2,\"cancelled\":2,\"tooLate\":{},\"endedBefore\":0}");
    assertEquals(0, run("recall", "--phone-number", "+12065550100", "--json"));
    assertEquals(
        "{\"dryRun\":false,\"matched\":2,\"cancelled\":2,\"tooLate\":{},\"endedBefore\":0}",
        out.toString().strip());
    assertTrue(calls.get(0).contains("{\"phoneNumber\":\"+12065550100\"}"), calls.get(0));
    then(200, "{\"matched\":2,\"cancelled\":1,\"tooLate\":{\"SUBMITTED\":1},\"endedBefore\":0}");
    assertEquals(1, run("recall", "--phone-number", "+12065550100"), "one was not taken back");
    then(200, "{\"matched\":2,\"waiting\":1,\"tooLate\":{\"SUBMITTED\":1},\"endedBefore\":0}");
    assertEquals(0, run("recall", "--phone-number", "+12065550100", "--dry-run"));
    assertTrue(calls.get(2).endsWith("\"dryRun\":true}"), calls.get(2));
  }

  @Test
  void shouldRefuseARecallThatDoesNotSayWhichInOneWay() {
    for (List<String> args :
        List.of(
            List.of("a", "--all"),
            List.of("--all", "--phone-number", "+12065550100"),
            List.of("a", "--yes"),
            List.of("a", "--dry-run"),
            List.of("--phone-number", "2065550100"))) {
      assertEquals(2, run("recall", args.toArray(String[]::new)), args::toString);
      assertTrue(err.toString().contains("(expected: "), err::toString);
      assertTrue(!err.toString().contains("2065550100"), err::toString);
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void shouldRefuseWhatIsNoToken() throws IOException {
    assertEquals(2, run("recall"));
    assertEquals(2, run("recall", "a b"));
    assertEquals(2, run("recall", "--file", directory.resolve("none").toString()));
    then(200, "{\"state\":\"CANCELLED\"}");
    Path file = Files.write(directory.resolve("tokens"), List.of("a", "+12065550100"));
    assertEquals(2, run("recall", "--file", file.toString()));
    assertTrue(err.toString().contains("--file: line 2 is no clientToken"), err.toString());
    assertTrue(!err.toString().contains("+1206"), err.toString());
    assertEquals("1 held and cancelled, 0 in flight, 0 already gone", out.toString().strip());
  }

  // --- steps

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      calls.add(
          (exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
      authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      Scripted next = script.remove();
      byte[] bytes = next.body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("x-amzn-ErrorType", "Some");
      exchange.sendResponseHeaders(next.status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private void then(int status, String body) {
    script.add(new Scripted(status, body));
  }

  private static String line(String cursor, String token, String state) {
    return "{\"cursor\":\""
        + cursor
        + "\",\"clientToken\":\""
        + token
        + "\",\"state\":\""
        + state
        + "\",\"reason\":null}";
  }

  private static String report(
      int matched, int redriven, int inDoubt, int alreadyRedriven, String more) {
    return "{\"matched\":"
        + matched
        + ",\"redriven\":"
        + redriven
        + ",\"skipped\":{\"inDoubt\":"
        + inDoubt
        + ",\"alreadyRedriven\":"
        + alreadyRedriven
        + "}"
        + more
        + "}";
  }

  private int run(String command, String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var clock =
        new Clock() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public long epochMs() {
            return 1_000;
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
    var args = new ArrayList<String>();
    args.addAll(
        List.of(
            command,
            "--endpoint",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "--campaign",
            "c /1"));
    args.addAll(List.of(more));
    return DialspoolCommand.commandLine(surroundings).execute(args.toArray(String[]::new));
  }
}
