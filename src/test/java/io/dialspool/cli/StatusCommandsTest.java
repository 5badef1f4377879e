package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.dialspool.story.Told;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code status} and {@code why} at a scripted door. */
class StatusCommandsTest {
  private static final String SUM =
      "{\"counts\":{\"accepted\":12010,\"queued\":12000,\"inFlight\":1,\"submitted\":6,\"rejected\":1,"
          + "\"expired\":1,\"cancelled\":0,\"undeliverable\":1},\"conserved\":true,"
          + "\"targets\":[{\"target\":\"default\",\"callsPerSecondMax\":10.0,\"callsPerSecond\":9.5,"
          + "\"calls\":1234,\"callsThrottled\":2,\"breaker\":\"OPEN\"}]}";
  private static final String LANE =
      "{\"campaignId\":\"c-1\",\"target\":\"default\",\"waitingFor\":\"CAMPAIGN_PAUSED\","
          + "\"gate\":{\"open\":false,\"state\":\"Paused\",\"since\":\"2026-11-20T14:02:11.000Z\"},"
          + "\"counts\":{\"accepted\":12010,\"queued\":12000,\"inFlight\":1,\"submitted\":6,"
          + "\"rejected\":1,\"expired\":1,\"cancelled\":0,\"undeliverable\":1},"
          + "\"drainPerSecond\":41.5,\"etaSeconds\":289,\"willExpire\":17,\"batchFill\":24.97}";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> answers = new HashMap<>();
  private final HttpServer server;

  StatusCommandsTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body = answers.get(exchange.getRequestURI().toString());
          byte[] bytes = (body == null ? "{}" : body).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  // --- status

  @Test
  void shouldShowEachCampaignWithWhatHoldsIt() {
    answers.put("/spool", SUM);
    answers.put("/spool/campaigns", "{\"campaigns\":[" + LANE + "],\"next\":\"c-1\"}");
    answers.put(
        "/spool/campaigns?after=c-1",
        "{\"campaigns\":[" + LANE.replace("c-1", "@|red c-2").replace("12000", "0") + "]}");
    assertEquals(0, run("status"));
    List<String> lines = out.toString().lines().toList();
    assertEquals(
        "12,010 accepted = 12,000 queued + 1 in flight + 6 submitted + 1 rejected + 1 expired"
            + " + 0 cancelled + 1 undeliverable",
        lines.get(0));
    assertEquals(
        "target default: 9.5 of 10 calls a second; calls so far: 1,234, throttled: 2, circuit"
            + " breaker OPEN",
        lines.get(1));
    assertEquals(
        "CAMPAIGN STATE QUEUED IN FLIGHT SUBMITTED DEAD RATE ETA EXPIRE HELD BY",
        squeezed(lines, 3));
    assertTrue(
        squeezed(lines, 4)
            .startsWith(
                "c-1 Paused 12,000 1 6 3 41.5/s 4 min 49 s 17 the campaign is paused since 2026-11-20"),
        lines.get(4));
    assertTrue(lines.get(5).contains("c-2"), lines.get(5));
    assertEquals(
        lines.get(4).indexOf("12,000") + 5, lines.get(5).indexOf("  0  ") + 2, out::toString);
  }

  @Test
  void shouldSayThatNothingWasEverAccepted() {
    answers.put("/spool", SUM);
    answers.put("/spool/campaigns", "{\"campaigns\":[]}");
    assertEquals(0, run("status"));
    assertTrue(out.toString().contains("No campaign has got a dial request yet."), out::toString);
  }

  @Test
  void shouldEndWithOneWhenTheCountsDoNotAddUp() {
    answers.put("/spool", SUM.replace("\"conserved\":true", "\"conserved\":false"));
    answers.put("/campaigns/c-1/spool", LANE);
    assertEquals(1, run("status", "--campaign", "c-1"));
    assertTrue(out.toString().contains("These don't add up"), out::toString);
  }

  @Test
  void shouldPrintOneObjectAsJson() {
    answers.put("/spool", SUM);
    answers.put("/campaigns/c-1/spool", LANE);
    assertEquals(0, run("status", "--campaign", "c-1", "--json"));
    assertEquals(
        SUM.substring(0, SUM.length() - 1) + ",\"campaigns\":[" + LANE + "]}",
        out.toString().strip());
  }

  @Test
  void shouldEndWithFourForACampaignThatHasNoLane() {
    answers.put("/spool", SUM);
    assertEquals(4, run("status", "--campaign", "c-9"));
  }

  // --- why

  @Test
  void shouldTellTheStoryOfARequestThatWaits() {
    answers.put("/campaigns/c-1/spool", LANE);
    answers.put(
        "/campaigns/c-1/dial-requests/t-1",
        "{\"campaignId\":\"c-1\",\"clientToken\":\"t-1\",\"id\":\"ds-1-42\",\"state\":\"QUEUED\","
            + "\"waitingFor\":\"CAMPAIGN_PAUSED\",\"phoneNumber\":\"+1206*****00\","
            + "\"acceptedAt\":\"2026-11-21T08:00:00.000Z\",\"deadline\":\"2026-11-21T12:30:00.000Z\","
            + "\"firstSentAt\":\"2026-11-21T08:01:00.000Z\",\"attempts\":2,"
            + "\"lastFailure\":\"UnknownError\"}");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("request", "ds-1-42 of campaign c-1");
    assertTold("accepted", ", 30 min ago");
    assertTold("deadline", ", in 4 h");
    assertTold("sent", ", 29 min ago; 2 attempts counted; the last answer for it was UnknownError");
    assertTold("now", "QUEUED: the campaign is paused, since 2026-11-20");
    assertTold("now", "; 12,000 are queued there");
    assertTold("to do", "resume the campaign; nothing is sent before that");
    assertFalse(out.toString().contains("ended"), out::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CAMPAIGN_NOT_STARTED | the campaign was not started yet | start the campaign",
        "CAMPAIGN_FAILED | the campaign has failed | Amazon Connect",
        "CALL_BUDGET | the API rate is the limit |",
        "DIALER_FULL | the agents are the limit |",
        "BACKOFF | after a backoff |",
        "BATCH | a batch is being filled |",
        "TARGET_DOWN | the target doesn't answer | preflight",
        "HELD_BY_ALARM | an alarm holds the campaign | log"
      })
  void shouldSayWhatARequestWaitsForAndWhatToDo(String waitingFor, String why, String advice) {
    ended("QUEUED", "\"waitingFor\":\"" + waitingFor + "\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("now", why);
    if (advice == null) {
      assertFalse(out.toString().contains("to do"), out::toString);
    } else {
      assertTold("to do", advice);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IN_FLIGHT | NONE | in a call whose answer is not there yet | wait: target.timeoutMs",
        "SUBMITTED | NONE | the target took it |",
        "REJECTED | INVALID_INPUT | refused it for good | redrive",
        "EXPIRED | NONE | it was never sent | redrive",
        "CANCELLED | NONE | recalled before it was sent |",
        "UNDELIVERABLE | ATTEMPTS_EXHAUSTED | every attempt that it had failed | redrive",
        "UNDELIVERABLE | CAMPAIGN_STOPPED | was stopped | redrive",
        "UNDELIVERABLE | CAMPAIGN_GONE | is gone | redrive",
        "UNDELIVERABLE | IN_DOUBT | got no answer | --in-doubt --token t-1"
      })
  void shouldSayHowARequestEndedAndWhatToDo(
      String state, String reason, String meaning, String advice) {
    ended(state, "\"reason\":\"" + reason + "\",\"settledAt\":\"2026-11-21T08:29:00.000Z\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("now", state + ": ");
    assertTold("now", meaning);
    assertTold("ended", "1 min ago");
    if (advice == null) {
      assertFalse(out.toString().contains("to do"), out::toString);
    } else {
      assertTold("to do", advice);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NO_ANSWER | TOKEN_LIFE | call that got no answer; the target may have forgotten its token",
        "NO_ANSWER | DEADLINE | call that got no answer; its deadline has passed",
        "MISSING_FROM_ANSWER | ATTEMPTS | answer didn't name it; it had all its attempts",
        "EARLIER_LIFE | CAMPAIGN_STOPPED | before the service last started",
        "EARLIER_LIFE | CAMPAIGN_GONE | the campaign was gone before",
        "REDRIVEN | REFUSED | was in doubt; sent again it was refused",
        "OUTCOME_LOST | SALVAGE | has lost; the salvage of the spool ended it"
      })
  void shouldSayWhatSpeaksForADoubtAndWhichRuleEndedIt(
      String evidence, String policy, String told) {
    ended(
        "UNDELIVERABLE",
        "\"reason\":\"IN_DOUBT\",\"settledAt\":\"2026-11-21T08:29:00.000Z\",\"calls\":3,"
            + "\"firstSentAt\":\"2026-11-21T08:01:00.000Z\","
            + "\"lastSentAt\":\"2026-11-21T08:05:00.000Z\",\"doubt\":{\"evidence\":\""
            + evidence
            + "\",\"policy\":\""
            + policy
            + "\",\"tokenAliveUntil\":\"2026-11-28T07:01:00.000Z\"}");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("in doubt", told);
    assertTold("token", "known to the target until 2026-11-28 ");
    assertTold("token", "in 6 d 22 h: a repeat before that is not dialled twice");
    assertTold("sent", "; 3 calls carried it, the last at ");
  }

  @Test
  void shouldTellWhichTraceTheRequestCameWith() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    ended("CANCELLED", "\"traceparent\":\"" + trace + "\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("trace", trace);
  }

  @Test
  void shouldSayWhatTheAlarmIsAboutThatHoldsARequest() {
    answers.put(
        "/campaigns/c-1/spool",
        LANE.replace("\"state\":\"Paused\",", "\"state\":\"Running\",\"alarm\":\"it is odd\","));
    ended("QUEUED", "\"waitingFor\":\"HELD_BY_ALARM\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("now", "an alarm holds the campaign: it is odd");
    assertTold("to do", "look into its cause");
  }

  @ParameterizedTest
  @CsvSource({
    "Stopped, is held (dispatch.onStopped)",
    "Unknown, the target doesn't know the campaign"
  })
  void shouldNotCallAStopAnAlarm(String state, String told) {
    answers.put("/campaigns/c-1/spool", LANE.replace("Paused", state));
    ended("QUEUED", "\"waitingFor\":\"HELD_BY_ALARM\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("now", told);
  }

  @Test
  void shouldWarnOfADeadlineThatMayComeFirst() {
    answers.put("/campaigns/c-1/spool", LANE.replace("289", "86400"));
    ended("QUEUED", "\"waitingFor\":\"CALL_BUDGET\"");
    assertEquals(0, run("why", "--campaign", "c-1", "t-1"));
    assertTold("now", "done in about 1 d; its deadline may come first");
  }

  @Test
  void shouldEndWithOneForATokenThatNobodyKnows() {
    assertEquals(1, run("why", "--campaign", "c-1", "t-9", "--json"));
    assertEquals(
        "{\"campaignId\":\"c-1\",\"clientToken\":\"t-9\",\"known\":false}", out.toString().strip());
    out.getBuffer().setLength(0);
    assertEquals(1, run("why", "--campaign", "c-1", "t-9"));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("no dial request with this clientToken"), err::toString);
  }

  @Test
  void shouldRefuseWhatIsNoToken() {
    assertEquals(2, run("why", "--campaign", "c-1", "not a token"));
    assertTrue(err.toString().contains("TOKEN: not a clientToken"), err::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 s",
    "59499,59 s",
    "60000,1 min",
    "312000,5 min 12 s",
    "3600000,1 h",
    "93780000,1 d 2 h"
  })
  void shouldTellSpansInTheirTwoGreatestUnits(long ms, String told) {
    assertEquals(told, Told.span(ms));
  }

  private void ended(String state, String more) {
    answers.put(
        "/campaigns/c-1/dial-requests/t-1",
        "{\"campaignId\":\"c-1\",\"clientToken\":\"t-1\",\"id\":\"ds-1-42\",\"state\":\""
            + state
            + "\","
            + more
            + ",\"phoneNumber\":\"+1206*****00\",\"acceptedAt\":\"2026-11-21T08:00:00.000Z\","
            + "\"deadline\":\"2026-11-21T12:30:00.000Z\",\"attempts\":0}");
  }

  private void assertTold(String what, String text) {
    assertTrue(
        out.toString().lines().anyMatch(line -> line.startsWith(what + " ") && line.contains(text)),
        out::toString);
  }

  private static String squeezed(List<String> lines, int i) {
    return lines.get(i).strip().replaceAll(" +", " ");
  }

  private int run(String... args) {
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            return 0;
          }

          @Override
          public long epochMs() {
            return Instant.parse("2026-11-21T08:30:00Z").toEpochMilli();
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
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    return DialspoolCommand.commandLine(surroundings)
        .execute(
            Stream.concat(Stream.of(args), Stream.of("--endpoint", endpoint))
                .toArray(String[]::new));
  }
}
