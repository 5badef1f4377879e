package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.whole.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's sections 4 and 5 byte by byte, as no SDK shows them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WireConformance {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ARN =
      "arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A123456789012%3Acampaign%2F";
  private static final String CAMPAIGN =
      """
      {"name":"%s","connectInstanceId":"%s",
       "dialerConfig":{"progressiveDialerConfig":{"bandwidthAllocation":1}},
       "outboundCallConfig":{"connectContactFlowId":"flow","connectQueueId":"queue"}%s}
      """;

  private Deployment deployment;
  private RawHttp http;

  abstract Deployment deploy(Path directory);

  @BeforeAll
  void start(@TempDir Path directory) {
    deployment = deploy(directory);
  }

  @AfterAll
  void stop() {
    deployment.close();
  }

  @BeforeEach
  void connect() {
    http = new RawHttp(deployment.door().url());
  }

  @AfterEach
  void disconnect() {
    http.close();
  }

  // --- paths

  @ParameterizedTest
  @ValueSource(
      strings = {
        ARN,
        "arn%3aaws%3aconnect-campaigns%3aus-east-1%3a123456789012%3acampaign%2f",
        "arn:aws:connect-campaigns:us-east-1:123456789012:campaign%2F",
        "%61rn%3Aaws%3Aconnect%2Dcampaigns%3Aus-east-1%3A123456789012%3Acampaign%2F"
      })
  void shouldSplitThePathBeforeItDecodesTheLabel(String prefix) {
    String id = created(", \"tags\":{\"team\":\"Köln\"}");
    RawHttp.Reply reply = call("GET", "/tags/" + prefix + id, "");
    assertEquals(200, reply.status(), reply.body());
    assertEquals("Köln", json(reply).at("/tags/team").asText());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /campaigns/a%2Fb, 404, ResourceNotFoundException",
    "GET, /campaigns/a%2Fb/state, 404, ResourceNotFoundException",
    "POST, /campaigns/a%2Fb%2Fstart/start, 404, ResourceNotFoundException",
    "GET, /v2/campaigns/a%2Fb/state, 404, ResourceNotFoundException",
    "GET, /v2/campaigns/arn%3Aa%3Ab%2Fc/state, 404, ResourceNotFoundException",
    "GET, /campaigns/a+b/state, 404, ResourceNotFoundException",
    "GET, /v2/campaigns/a+b/state, 400, ValidationException",
    "GET, /campaigns/a%20b/state, 400, ValidationException",
    "GET, /campaigns/a%0Ab/state, 400, ValidationException",
    "GET, /tags/arn%3Ashort, 400, ValidationException",
    "GET, /connect-instance/a%2Fb/config, 400, ValidationException",
    "GET, /campaigns/a/b/state, 404, UnknownOperationException",
    "GET, /campaigns/a/state/, 404, UnknownOperationException",
    "GET, //campaigns/a/state, 404, UnknownOperationException",
    "GET, /Campaigns/a/state, 404, UnknownOperationException",
    "PATCH, /campaigns/a, 404, UnknownOperationException",
    "POST, /campaigns, 404, UnknownOperationException",
    "GET, /, 404, UnknownOperationException",
    "PUT, /v2/campaigns, 404, UnknownOperationException",
    "GET, /v2/campaigns/a, 404, UnknownOperationException",
    "PUT, /v2/campaigns/a/outbound-requests, 404, UnknownOperationException",
    "POST, /v2/campaigns-summary, 404, UnknownOperationException",
    "GET, /v2/tags/arn%3Aaws, 404, UnknownOperationException",
    "POST, /v2, 404, UnknownOperationException",
    "POST, /v3/campaigns-state, 404, UnknownOperationException",
  })
  void shouldRouteByTheRawPath(String method, String path, int status, String code) {
    expectError(status, code, call(method, path, "{}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/campaigns/", "/campaigns//state", "/tags/", "/connect-instance//config"})
  void shouldRefuseAnEmptyLabel(String path) {
    RawHttp.Reply reply = call("GET", path, "");
    if (reply.status() == 400) {
      expectError(400, "ValidationException", reply);
    } else {
      expectError(404, reply.header("x-amzn-ErrorType"), reply);
    }
  }

  @Test
  void shouldTakeTagKeysThatRepeatInTheQuery() {
    String id = created(", \"tags\":{\"a+b\":\"1\",\"k/2\":\"2\",\"stays\":\"3\",\"k=v\":\"4\"}");
    RawHttp.Reply reply =
        call("DELETE", "/tags/" + ARN + id + "?tagKeys=a%2Bb&tagKeys=k%2F2&other=stays", "");
    expectNothing(reply);
    assertEquals(
        "{\"tags\":{\"stays\":\"3\",\"k=v\":\"4\"}}", call("GET", "/tags/" + ARN + id, "").body());
    expectNothing(call("DELETE", "/tags/" + ARN + id + "?tagKeys=k%3Dv", ""));
    assertEquals("{\"tags\":{\"stays\":\"3\"}}", call("GET", "/tags/" + ARN + id, "").body());
  }

  // --- bodies

  @ParameterizedTest
  @ValueSource(strings = {"/campaigns/%s/", "/v2/campaigns/%s/"})
  void shouldTakeMovesWithEveryFormOfAnEmptyBody(String path) {
    String id = created("");
    String at = path.formatted(id);
    http.send("POST " + at + "start HTTP/1.1\r\nHost: localhost\r\n");
    http.send("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"); // the SDK for Java v1
    expectNothing(http.reply());
    http.send("POST " + at + "pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    expectNothing(http.reply());
    http.send("POST " + at + "resume HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expectNothing(http.reply());
    expectNothing(call("POST", at + "stop", "{}"));
    assertEquals("{\"state\":\"Stopped\"}", call("GET", at + "state", "").body());
  }

  @Test
  void shouldAskForTheBodyOfAClientThatExpectsIt() {
    byte[] body = campaign(unique(), "").getBytes(StandardCharsets.UTF_8);
    http.send(
        "PUT /campaigns HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n");
    assertEquals(100, http.reply().status());
    http.send(body);
    assertEquals(200, http.reply().status());
  }

  @Test
  void shouldTakeADialRequestBatchFromAClientThatExpectsContinue() {
    byte[] body = batch("t-1", "\"" + later() + "\"").getBytes(StandardCharsets.UTF_8);
    http.send(
        "PUT /campaigns/"
            + running()
            + "/dial-requests HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n");
    assertEquals(100, http.reply().status());
    http.send(body);
    RawHttp.Reply reply = http.reply();
    assertEquals(200, reply.status());
    assertEquals(1, json(reply).path("successfulRequests").size());
  }

  @Test
  void shouldTakeABodyInChunks() {
    String name = unique();
    http.send("PUT /campaigns HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (String part : campaign(name, "").split("(?<=,)", -1)) {
      http.send(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
    }
    http.send("0\r\n\r\n");
    RawHttp.Reply reply = http.reply();
    assertEquals(200, reply.status(), reply.body());
    assertEquals(name, described(json(reply).path("id").asText()).path("name").asText());
  }

  @Test
  void shouldPassOverUnknownMembersAndCountNullAsAbsent() {
    String id = created(", \"tags\":null, \"colour\":\"red\", \"nested\":{\"a\":[1,{\"b\":null}]}");
    JsonNode campaign = described(id);
    assertFalse(campaign.has("tags") || campaign.has("colour"), campaign::toString);
    RawHttp.Reply reply =
        call(
            "POST",
            "/campaigns/" + id + "/outbound-call-config",
            "{\"connectContactFlowId\":null,\"connectSourcePhoneNumber\":\"+12065550100\"}");
    expectNothing(reply);
    assertEquals("flow", described(id).at("/outboundCallConfig/connectContactFlowId").asText());
    expectError(
        400, "ValidationException", call("POST", "/campaigns/" + id + "/name", "{\"name\":null}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"maxResults\":null,\"filters\":{}}"})
  void shouldListWithNothingAskedFor(String body) {
    created("");
    RawHttp.Reply reply = call("POST", "/campaigns-summary", body);
    assertEquals(200, reply.status(), reply.body());
    assertTrue(json(reply).path("campaignSummaryList").size() > 0);
  }

  @Test
  void shouldListInstanceByInstanceAndPageByPage() {
    String instance = unique();
    var ids = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      ids.add(createdIn(instance, ""));
      created("");
    }
    var listed = new ArrayList<String>();
    var sizes = new ArrayList<Integer>();
    String next = "";
    for (int page = 0; page < 3; page++) {
      JsonNode answer =
          json(
              call(
                  "POST",
                  "/campaigns-summary",
                  "{\"maxResults\":2,%s\"filters\":{\"instanceIdFilter\":{\"value\":\"%s\",\"operator\":\"Eq\"}}}"
                      .formatted(next, instance)));
      sizes.add(answer.path("campaignSummaryList").size());
      answer.path("campaignSummaryList").forEach(one -> listed.add(one.path("id").asText()));
      assertEquals(page < 2, answer.has("nextToken"));
      next = "\"nextToken\":\"" + answer.path("nextToken").asText() + "\",";
    }
    assertEquals(List.of(2, 2, 1), sizes);
    assertEquals(ids, listed);
    assertEquals(
        "{\"campaignSummaryList\":[]}",
        call(
                "POST",
                "/campaigns-summary",
                "{\"filters\":{\"instanceIdFilter\":{\"value\":\"nobody\",\"operator\":\"Eq\"}}}")
            .body());
    expectError(
        400,
        "ValidationException",
        call("POST", "/campaigns-summary", "{\"nextToken\":\"of nobody\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"name\":7}",
        "{\"name\":[\"a\"]}",
        "{\"name\":{\"a\":1}}",
        "{\"name\":\"a\"} {}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"\\ud800\"}",
        "{name:\"a\"}",
        "<name>a</name>"
      })
  void shouldRefuseABodyThatIsNotTheObjectItWants(String body) {
    expectError(
        400, "ValidationException", call("POST", "/campaigns/" + created("") + "/name", body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Zoë 東京 \uD83D\uDE00", "Zo\\u00eb \\u6771\\u4eac \\ud83d\\ude00"})
  void shouldTakeTextRawOrEscaped(String name) {
    String id = created("");
    expectNothing(call("POST", "/campaigns/" + id + "/name", "{\"name\":\"" + name + "\"}"));
    assertEquals("Zoë 東京 \uD83D\uDE00", described(id).path("name").asText());
    call("POST", "/campaigns/" + id + "/name", "{\"name\":\"" + unique() + "\"}");
  }

  // --- times

  static Stream<String> goodTimes() {
    Instant at = Instant.now().plusSeconds(300);
    Instant second = at.truncatedTo(ChronoUnit.SECONDS);
    String date = second.toString().substring(0, 19);
    return Stream.of(
        "\"" + second + "\"", // boto3, JS, Java v2 without a fraction
        "\"" + date + ".5Z\"",
        "\"" + date + ".123Z\"", // Java v1, JS
        "\"" + date + ".123456Z\"", // boto3
        "\"" + date + ".123456789Z\"", // Java v2
        "\"" + date + "+00:00\"",
        "\"" + second.plus(Duration.ofHours(2)).toString().substring(0, 19) + "+02:00\"",
        "\"" + second.minus(Duration.ofMinutes(210)).toString().substring(0, 19) + "-03:30\"",
        "\"" + date.toLowerCase(Locale.ROOT) + "z\"",
        "" + second.getEpochSecond(), // the API's first edition
        second.getEpochSecond() + ".25",
        second.getEpochSecond() / 1000.0 + "e3");
  }

  @ParameterizedTest
  @MethodSource("goodTimes")
  void shouldTakeEveryFormOfATime(String time) {
    RawHttp.Reply reply =
        call("PUT", "/campaigns/" + running() + "/dial-requests", batch("t-1", time));
    assertEquals(200, reply.status(), reply.body());
    assertEquals(1, json(reply).path("successfulRequests").size(), reply.body());
  }

  static Stream<String> badTimes() {
    String date = Instant.now().plusSeconds(300).toString().substring(0, 19);
    return Stream.of(
        "\"" + date + "\"",
        "\"" + date.substring(0, 16) + "Z\"",
        "\"" + date.substring(0, 10) + "\"",
        "\"" + date + ".1234567890Z\"",
        "\"" + date + ".Z\"",
        "\"" + date + "+0200\"",
        "\"" + date.replace('T', ' ') + "Z\"",
        "\"2026-02-30T00:00:00Z\"",
        "\"tomorrow\"",
        "\"\"");
  }

  @ParameterizedTest
  @MethodSource("badTimes")
  void shouldRefuseWhatIsNoTime(String time) {
    RawHttp.Reply reply =
        call("PUT", "/campaigns/" + running() + "/dial-requests", batch("t-1", time));
    if (deployment.door().spools() && reply.status() == 200) {
      assertEquals(1, json(reply).path("failedRequests").size(), reply.body()); // it alone
    } else {
      expectError(400, "ValidationException", reply);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "{}", "[\"2026-11-20T12:05:00Z\"]", "null"})
  void shouldRefuseTheWholeBatchForATimeOfAnotherType(String time) {
    expectError(
        400,
        "ValidationException",
        call("PUT", "/campaigns/" + running() + "/dial-requests", batch("t-1", time)));
  }

  // --- answers

  @Test
  void shouldTellRequestIdAndTrueDateWithEveryAnswer() {
    String id = created("");
    for (RawHttp.Reply reply :
        List.of(
            call("GET", "/campaigns/" + id, ""),
            call("POST", "/campaigns/" + id + "/start", ""),
            call("PUT", "/campaigns/" + id + "/dial-requests", batch("t", "\"" + later() + "\"")),
            call("GET", "/campaigns/nobody", ""),
            call("POST", "/campaigns/" + id + "/start", ""),
            call("PUT", "/campaigns/" + id + "/dial-requests", "{}"),
            call("PUT", "/campaigns/nobody/dial-requests", batch("t", "\"" + later() + "\"")),
            call("GET", "/nowhere", ""))) {
      expectStamps(reply);
      assertEquals(reply.status() == 200, reply.header("x-amzn-ErrorType").isEmpty());
    }
  }

  @Test
  void shouldTellTheStateInTheBodyOfAnIllegalMove() {
    String id = created("");
    RawHttp.Reply reply = call("POST", "/campaigns/" + id + "/resume", "");
    expectError(409, "InvalidCampaignStateException", reply);
    assertEquals("Initialized", json(reply).path("state").asText());
  }

  // --- calls

  private RawHttp.Reply call(String method, String path, String body) {
    return http.request(
            method + " " + path,
            body.isEmpty() ? "" : "Content-Type: application/json\n",
            body.getBytes(StandardCharsets.UTF_8))
        .reply();
  }

  private static String unique() {
    return "wire-" + UUID.randomUUID();
  }

  private static String campaign(String name, String more) {
    return CAMPAIGN.formatted(name, unique(), more);
  }

  /** A new campaign of an instance of its own. */
  private String created(String more) {
    return createdIn(unique(), more);
  }

  private String createdIn(String instance, String more) {
    RawHttp.Reply reply = call("PUT", "/campaigns", CAMPAIGN.formatted(unique(), instance, more));
    assertEquals(200, reply.status(), reply.body());
    return json(reply).path("id").asText();
  }

  private String running() {
    String id = created("");
    expectNothing(call("POST", "/campaigns/" + id + "/start", ""));
    return id;
  }

  private JsonNode described(String id) {
    return json(call("GET", "/campaigns/" + id, "")).path("campaign");
  }

  private static String later() {
    return Instant.now().plusSeconds(300).toString();
  }

  private static String batch(String token, String time) {
    return """
        {"dialRequests":[{"clientToken":"%s","phoneNumber":"+12065550100",
         "expirationTime":%s,"attributes":{}}]}
        """
        .formatted(token, time);
  }

  private static JsonNode json(RawHttp.Reply reply) {
    try {
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void expectNothing(RawHttp.Reply reply) {
    assertEquals(200, reply.status(), reply.body());
    assertEquals("0", reply.header("Content-Length"));
    assertEquals("", reply.body());
    expectStamps(reply);
  }

  private static void expectError(int status, String code, RawHttp.Reply reply) {
    assertEquals(status, reply.status(), reply.body());
    assertEquals(code, reply.header("x-amzn-ErrorType"));
    assertEquals("application/json", reply.header("Content-Type"));
    assertFalse(json(reply).path("message").asText().isBlank(), reply.body());
    expectStamps(reply);
  }

  private static void expectStamps(RawHttp.Reply reply) {
    assertTrue(
        reply.header("x-amzn-RequestId").matches("[0-9a-f-]{36}"), reply.headers()::toString);
    Instant date =
        ZonedDateTime.parse(reply.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    assertTrue(Duration.between(date, Instant.now()).abs().toSeconds() < 30, date::toString);
  }
}
