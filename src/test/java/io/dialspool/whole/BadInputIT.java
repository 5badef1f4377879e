package io.dialspool.whole;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the door refuses, told as the contract's section 4 says, with nothing half accepted and
 * nobody's number shown.
 */
class BadInputIT {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String JSON = "Content-Type: application/json\n";

  /** In every body sent here, and nowhere in what the process writes. */
  private static final String SECRET_NUMBER = "+12065550177";

  private static final String SECRET_VALUE = "Annabel-Secret";
  private static final int BODY_BYTES_MAX = 6 << 20;

  @TempDir static Path directory;

  private static Service service;
  private static String campaign;
  private static JsonNode countsBefore;

  @BeforeAll
  static void start() {
    service =
        Service.serveLogged(
            directory.resolve("log"),
            directory,
            "campaignService.callsPerSecond=100",
            "target.callsPerSecond=100");
    campaign = Leads.created(service.url("intake"), "bad input");
    Leads.putAll(service.url("intake"), campaign, "good", 0, 3, HOUR);
    countsBefore = service.counts();
  }

  @AfterEach
  void expectNothingHalfAccepted() {
    assertEquals(countsBefore, service.counts());
  }

  @AfterAll
  static void expectNobodysNumberInWhatWasPrinted() throws IOException {
    service.terminate();
    String printed = service.printed() + Files.readString(directory.resolve("log"));
    assertFalse(printed.contains(SECRET_NUMBER.substring(1)), printed);
    assertFalse(printed.contains(SECRET_VALUE), printed);
    assertFalse(printed.contains("\tat "), "no stack trace: " + printed);
  }

  static Stream<Arguments> brokenBodies() {
    String good = good().toString();
    return Stream.of(
        arguments("", "body: empty"),
        arguments("   ", "body: empty"),
        arguments("nonsense", "body: unreadable JSON"),
        arguments("[]", "body: array"),
        arguments("null", "body: null"),
        arguments("{}", "dialRequests: missing"),
        arguments("{\"dialRequests\":null}", "dialRequests: null"),
        arguments("{\"dialRequests\":{}}", "dialRequests: object"),
        arguments("{\"dialRequests\":[]}", "dialRequests: 0 items"),
        arguments(
            Leads.body(IntStream.range(0, 26).mapToObj(i -> good()).toList()),
            "dialRequests: more than 25 items"),
        arguments("{\"dialRequests\":[" + good + ",null]}", "dialRequests[1]: null"),
        arguments("{\"dialRequests\":[" + good + ",7]}", "dialRequests[1]: number"),
        arguments("{\"dialRequests\":[" + good + "]", "body: unreadable JSON"),
        arguments("{\"dialRequests\":[" + good + ",{\"client", "body: unreadable JSON"),
        arguments("{\"dialRequests\":[" + good + "]}{}", "body: more than one JSON value"),
        arguments(
            "{\"dialRequests\":[" + good + "],\"dialRequests\":[" + good + "]}",
            "dialRequests: given twice"),
        arguments(one(item -> item.remove("clientToken")), "dialRequests[0].clientToken: missing"),
        arguments(one(item -> item.remove("phoneNumber")), "dialRequests[0].phoneNumber: missing"),
        arguments(
            one(item -> item.remove("expirationTime")), "dialRequests[0].expirationTime: missing"),
        arguments(one(item -> item.remove("attributes")), "dialRequests[0].attributes: missing"),
        arguments(one(item -> item.putNull("clientToken")), "dialRequests[0].clientToken: null"),
        arguments(one(item -> item.putNull("phoneNumber")), "dialRequests[0].phoneNumber: null"),
        arguments(
            one(item -> item.putNull("expirationTime")), "dialRequests[0].expirationTime: null"),
        arguments(one(item -> item.putNull("attributes")), "dialRequests[0].attributes: null"),
        arguments(
            one(item -> item.put("phoneNumber", 12_065_550_177L)),
            "dialRequests[0].phoneNumber: number"),
        arguments(one(item -> item.put("clientToken", true)), "dialRequests[0].clientToken: bool"),
        arguments(
            one(item -> item.putObject("expirationTime")),
            "dialRequests[0].expirationTime: object"),
        arguments(one(item -> item.put("attributes", "x")), "dialRequests[0].attributes: string"),
        arguments(
            one(item -> item.withObject("/attributes").put("n", 7)),
            "dialRequests[0].attributes: number as a value"),
        arguments(
            one(item -> item.withObject("/attributes").putNull("n")),
            "dialRequests[0].attributes: null as a value"),
        arguments(
            "{\"dialRequests\":["
                + good.replaceFirst("\\{", "{\"phoneNumber\":\"" + SECRET_NUMBER + "\",")
                + "]}",
            "dialRequests[0].phoneNumber: given twice"),
        arguments(
            "{\"dialRequests\":["
                + good.replace("\"attributes\":{", "\"attributes\":{\"first_name\":\"x\",")
                + "]}",
            "dialRequests[0].attributes: a name given twice"),
        arguments(
            one(item -> item.put("deep", 1)).replace("\"deep\":1", "\"deep\":" + "[".repeat(40)),
            "body: nested too deep"),
        arguments(
            one(item -> item.put("deep", 1))
                .replace("\"deep\":1", "\"deep\":" + "[".repeat(5_000) + "]".repeat(5_000)),
            "body: nested too deep"));
  }

  @ParameterizedTest
  @MethodSource("brokenBodies")
  void shouldRefuseBrokenShapeAsAWholeAndKeepTheConnection(String body, String message) {
    try (var connection = intake()) {
      for (int time = 0; time < 2; time++) {
        var reply = connection.request(put(), JSON, body.getBytes(UTF_8)).reply();
        expectError(reply, 400, "ValidationException", message);
        assertTrue(message(reply).contains("(expected: "), reply::body);
      }
      assertEquals(200, connection.request("GET /spool", "", new byte[0]).reply().status());
    }
  }

  @Test
  void shouldRefuseBodyThatIsNotUtf8() {
    String body = Leads.body(List.of(good())).replace(SECRET_VALUE, SECRET_VALUE + "Zoë");
    try (var connection = intake()) {
      var reply = connection.request(put(), JSON, body.getBytes(ISO_8859_1)).reply();
      expectError(reply, 400, "ValidationException", "body: not UTF-8");
      assertEquals(200, connection.request("GET /spool", "", new byte[0]).reply().status());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-ndjson",
        "application/xml; charset=utf-8",
        "nonsense"
      })
  void shouldRefuseOtherContentTypes(String type) {
    try (var connection = intake()) {
      byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
      var reply = connection.request(put(), "Content-Type: " + type + "\n", body).reply();
      expectError(reply, 400, "ValidationException", "content-type: not supported");
      assertEquals(200, connection.request("GET /spool", "", new byte[0]).reply().status());
    }
  }

  @Test
  void shouldRefuseTooLargeBodiesAndCloseInOrder() {
    byte[] large = new byte[BODY_BYTES_MAX + 1];
    try (var connection = intake()) {
      var reply = connection.request(put(), JSON, large).reply();
      expectError(reply, 413, "RequestEntityTooLargeException", "body: too large");
      assertEquals("close", reply.header("Connection"));
      assertTrue(connection.isClosedInOrder());
    }
    try (var connection = intake()) {
      connection.send(put() + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
      for (int sent = 0; sent <= BODY_BYTES_MAX; sent += 0x10000) {
        connection.send(chunk);
      }
      var reply = connection.reply();
      expectError(reply, 413, "RequestEntityTooLargeException", "body: too large");
      assertEquals("close", reply.header("Connection"));
    }
  }

  @Test
  void shouldAcceptNothingOfBodyThatWasCutOff() {
    byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
    try (var connection = intake()) {
      connection.send(
          put()
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
              + (body.length + 1)
              + "\r\n\r\n");
      connection.send(body).endSending();
      assertTrue(connection.isClosedInOrder());
    }
    assertEquals("", service.status(campaign, "bad").path("state").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /nonsense",
        "POST /spool",
        "GET /campaigns",
        "GET /campaigns/c/dial-requests",
        "DELETE /campaigns/c/dial-requests",
        "PATCH /campaigns/c/dial-requests",
        "PUT /campaigns/c/dial-requests/t",
        "PUT /campaigns/c/state",
        "POST /campaigns/c/spool",
        "GET /campaigns/c/dial-requests/t/more",
        "PUT /campaigns/c/dial-requests/"
      })
  void shouldAnswerUnknownPathsAndMethods(String methodAndPath) {
    try (var connection = intake()) {
      byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
      var reply = connection.request(methodAndPath, JSON, body).reply();
      expectError(reply, 404, "UnknownOperationException", "No operation ");
      assertEquals(200, connection.request("GET /spool", "", new byte[0]).reply().status());
    }
  }

  @Test
  void shouldRefuseBadLabelsInThePath() {
    try (var connection = intake()) {
      byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
      for (String path :
          List.of(
              "/campaigns//dial-requests",
              "/campaigns/a%20b/dial-requests",
              "/campaigns/" + "c".repeat(257) + "/dial-requests")) {
        expectError(
            connection.request("PUT " + path, JSON, body).reply(),
            400,
            "ValidationException",
            "id: not a campaign id");
      }
      expectError(
          connection
              .request("GET /campaigns/" + campaign + "/dial-requests/a%20b", "", new byte[0])
              .reply(),
          400,
          "ValidationException",
          "clientToken: not a token");
      expectError(
          connection
              .request("GET /campaigns/" + campaign + "/dial-requests/unseen", "", new byte[0])
              .reply(),
          404,
          "ResourceNotFoundException",
          "No dial request");
    }
  }

  @Test
  void shouldTellWhatIsUnknownOrStopped() {
    byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
    String stopped = Leads.running(service.url("intake"), "stopped");
    Leads.change(service.url("intake"), stopped, "stop");
    try (var connection = intake()) {
      expectError(
          connection.request("PUT /campaigns/nobody/dial-requests", JSON, body).reply(),
          404,
          "ResourceNotFoundException",
          "Campaign nobody is unknown");
      var reply =
          connection.request("PUT /campaigns/" + stopped + "/dial-requests", JSON, body).reply();
      expectError(reply, 409, "InvalidCampaignStateException", "Campaign " + stopped);
      assertEquals("Stopped", json(reply).path("state").asText());
    }
  }

  @Test
  void shouldEndUnreadableHttpWithAnErrorAndTheConnection() {
    for (String head :
        List.of(
            "NONSENSE\r\n\r\n",
            "GET /spool HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(40_000) + "\r\n\r\n",
            "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      try (var connection = intake()) {
        var reply = connection.send(head).reply();
        expectError(reply, 400, "MalformedHttpRequestException", "The HTTP request is unreadable");
        assertTrue(connection.isClosedInOrder());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"intake /spool", "management /metrics", "target /faults"})
  void shouldLetNoWebPageIn(String portAndPath) {
    String url = service.url(portAndPath.split(" ", -1)[0]);
    String path = portAndPath.split(" ", -1)[1];
    for (String header :
        List.of(
            "Origin: http://evil.example\n",
            "Origin: null\n",
            "Origin: http://localhost.evil.example\n",
            "Host: evil.example\n",
            "Host: 127.0.0.1.evil.example:8025\n")) {
      try (var connection = new RawHttp(url)) {
        var reply = connection.request("GET " + path, header, new byte[0]).reply();
        expectError(reply, 403, "AccessDeniedException", "Host or Origin");
      }
    }
    for (String header :
        List.of("Origin: http://localhost:3000\n", "Host: 127.0.0.1:8025\n", "Host: LOCALHOST\n")) {
      try (var connection = new RawHttp(url)) {
        assertEquals(
            200, connection.request("GET " + path, header, new byte[0]).reply().status(), header);
      }
    }
  }

  @Test
  void shouldRefuseAPutFromAWebPageWithoutReadingIt() {
    try (var connection = intake()) {
      byte[] body = Leads.body(List.of(good())).getBytes(UTF_8);
      var reply = connection.request(put(), JSON + "Origin: http://evil.example\n", body).reply();
      expectError(reply, 403, "AccessDeniedException", "Host or Origin");
    }
  }

  @Test
  void shouldAnswerBadLinesOneByOneAndShowNoNumber() {
    String lines =
        String.join(
            "\n",
            "nonsense " + SECRET_NUMBER,
            good().put("phoneNumber", "12065550177").toString(),
            good().put("clientToken", "").toString(),
            good().put("expirationTime", "tomorrow").toString(),
            good().putNull("phoneNumber").toString());
    Service.Answer answer =
        Service.call(
            "POST",
            service.url("intake") + "/campaigns/" + campaign + "/dial-requests",
            "application/x-ndjson",
            lines);
    assertEquals(200, answer.status());
    assertFalse(answer.body().contains("2065550177"), answer::body);
    assertFalse(answer.body().contains(SECRET_VALUE), answer::body);
    assertTrue(answer.body().contains("\"rejected\":5,\"error\":null"), answer::body);
    assertEquals(
        List.of("line", "phoneNumber", "clientToken", "expirationTime", "phoneNumber"),
        answer
            .body()
            .lines()
            .map(line -> new Service.Answer(200, line).json())
            .filter(line -> line.path("status").asText().equals("rejected"))
            .sorted((a, b) -> a.path("line").asInt() - b.path("line").asInt())
            .map(line -> line.path("member").asText())
            .toList());
  }

  private static RawHttp intake() {
    return new RawHttp(service.url("intake"));
  }

  private static String put() {
    return "PUT /campaigns/" + campaign + "/dial-requests";
  }

  private static ObjectNode good() {
    ObjectNode item = Leads.item("bad", 1, HOUR).put("phoneNumber", SECRET_NUMBER);
    item.putObject("attributes").put("first_name", SECRET_VALUE);
    return item;
  }

  private static String one(Consumer<ObjectNode> spoil) {
    ObjectNode item = good();
    spoil.accept(item);
    return Leads.body(List.of(item));
  }

  private static void expectError(RawHttp.Reply reply, int status, String type, String message) {
    assertEquals(status, reply.status(), reply::body);
    assertEquals(type, reply.header("x-amzn-ErrorType"));
    assertEquals("application/json", reply.header("Content-Type"));
    assertTrue(
        reply.header("x-amzn-RequestId").matches("[0-9a-f-]{36}"), reply.headers()::toString);
    Instant date =
        ZonedDateTime.parse(reply.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    Duration off = Duration.between(date, Instant.now()).abs();
    assertTrue(off.compareTo(Duration.ofSeconds(10)) < 0, off::toString);
    assertTrue(message(reply).startsWith(message), reply::body);
    assertFalse(reply.body().contains("2065550177"), reply::body);
    assertFalse(reply.body().contains(SECRET_VALUE), reply::body);
  }

  private static String message(RawHttp.Reply reply) {
    return json(reply).path("message").asText();
  }

  private static JsonNode json(RawHttp.Reply reply) {
    return new Service.Answer(reply.status(), reply.body()).json();
  }
}
