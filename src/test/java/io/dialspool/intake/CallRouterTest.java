package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.api.Operations;
import io.dialspool.intake.RawClient.Answer;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.Traceparent;
import io.dialspool.request.WaitingFor;
import io.dialspool.target.RawAnswer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallRouterTest {
  private static final String ARN =
      "arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A123456789012%3Acampaign%2Fc-1";

  private static final String TOKEN = "/campaigns/c-1/dial-requests/t-1";

  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldShowAllThatIsKnownOfARequestWithItsNumberMasked() throws Exception {
    door.status =
        Optional.of(
            new RequestStatus(
                new CampaignId("c-1"),
                new ClientToken("t-1"),
                new RequestId(1, 42),
                RequestState.UNDELIVERABLE,
                null,
                "+12065550100",
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS + 1,
                DoorFixture.NOW_MS + 20,
                DoorFixture.NOW_MS + 300,
                2,
                "UnknownError",
                Reason.IN_DOUBT,
                "abc"));
    Answer answer = call("GET " + TOKEN);

    assertEquals(200, answer.status());
    assertEquals(
        "{\"campaignId\":\"c-1\",\"clientToken\":\"t-1\",\"id\":\"ds-1-42\","
            + "\"state\":\"UNDELIVERABLE\",\"phoneNumber\":\"+1206*****00\","
            + "\"acceptedAt\":\"2025-11-21T00:00:00.000Z\",\"deadline\":\"2025-11-21T00:00:00.001Z\","
            + "\"firstSentAt\":\"2025-11-21T00:00:00.020Z\","
            + "\"settledAt\":\"2025-11-21T00:00:00.300Z\",\"attempts\":2,"
            + "\"lastFailure\":\"UnknownError\",\"reason\":\"IN_DOUBT\","
            + "\"targetDialRequestId\":\"abc\"}",
        answer.body());
  }

  @Test
  void shouldTellPolicyAndEvidenceOfADoubt() throws Exception {
    door.status =
        Optional.of(
            new RequestStatus(
                new CampaignId("c-1"),
                new ClientToken("t-1"),
                new RequestId(1, 42),
                RequestState.UNDELIVERABLE,
                null,
                "+12065550100",
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS + 9,
                1,
                "timeout",
                Reason.IN_DOUBT,
                null,
                null,
                null,
                new Evidence(
                    Evidence.Doubt.NO_ANSWER,
                    Evidence.Policy.TOKEN_LIFE,
                    3,
                    DoorFixture.NOW_MS + 1,
                    "timeout"),
                new Traceparent(1, 2, 3, (byte) 1)));
    String body = call("GET " + TOKEN).body();
    assertTrue(
        body.endsWith(
            "\"firstSentAt\":\"2025-11-21T00:00:00.000Z\","
                + "\"lastSentAt\":\"2025-11-21T00:00:00.001Z\",\"calls\":3,"
                + "\"settledAt\":\"2025-11-21T00:00:00.009Z\",\"attempts\":1,"
                + "\"lastFailure\":\"timeout\",\"reason\":\"IN_DOUBT\","
                + "\"doubt\":{\"evidence\":\"NO_ANSWER\",\"policy\":\"TOKEN_LIFE\","
                + "\"tokenAliveUntil\":\"2025-11-27T23:00:00.000Z\"},"
                + "\"traceparent\":\"00-00000000000000010000000000000002-0000000000000003-01\"}"),
        body);
  }

  @Test
  void shouldLeaveOutWhatARequestHasNot() throws Exception {
    door.status =
        Optional.of(
            new RequestStatus(
                new CampaignId("c-1"),
                new ClientToken("t-1"),
                new RequestId(1, 42),
                RequestState.QUEUED,
                WaitingFor.CAMPAIGN_PAUSED,
                "+12065550100",
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS,
                0,
                0,
                0,
                null,
                Reason.NONE,
                null));
    assertEquals(
        "{\"campaignId\":\"c-1\",\"clientToken\":\"t-1\",\"id\":\"ds-1-42\",\"state\":\"QUEUED\","
            + "\"waitingFor\":\"CAMPAIGN_PAUSED\",\"phoneNumber\":\"+1206*****00\","
            + "\"acceptedAt\":\"2025-11-21T00:00:00.000Z\",\"deadline\":\"2025-11-21T00:00:00.000Z\","
            + "\"attempts\":0}",
        call("GET " + TOKEN).body());
  }

  @Test
  void shouldNotKnowATokenThatNeverCame() throws Exception {
    Answer answer = call("GET " + TOKEN);
    assertEquals(404, answer.status());
    assertEquals("ResourceNotFoundException", answer.header("x-amzn-ErrorType"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%20b", "", "%2B12065550100"})
  void shouldRefuseATokenThatIsNone(String token) throws Exception {
    Answer answer = call("GET /campaigns/c-1/dial-requests/" + token);
    assertEquals(400, answer.status());
    assertTrue(answer.body().startsWith("{\"message\":\"clientToken: "), answer.body());
  }

  @Test
  void shouldRecallThroughTheRing() throws Exception {
    door.recallAnswer = new RecallAnswer.Cancelled();
    Answer answer = call("DELETE " + TOKEN);

    assertEquals(200, answer.status());
    assertEquals("{\"state\":\"CANCELLED\"}", answer.body());
    assertEquals(List.of("c-1/t-1"), door.recalled);
  }

  @Test
  void shouldSayWhereARequestStandsThatCantBeRecalled() throws Exception {
    door.recallAnswer = new RecallAnswer.TooLate(RequestState.SUBMITTED);
    Answer answer = call("DELETE " + TOKEN);

    assertEquals(409, answer.status());
    assertEquals("ConflictException", answer.header("x-amzn-ErrorType"));
    assertTrue(answer.body().endsWith(",\"state\":\"SUBMITTED\"}"), answer.body());
  }

  @Test
  void shouldAnswerRecallsOfUnknownTokensAndOfAStoppedStore() throws Exception {
    assertEquals(404, call("DELETE " + TOKEN).status());
    door.recallAnswer = new RecallAnswer.Unavailable();
    assertEquals(503, call("DELETE " + TOKEN).status());
  }

  @Test
  void shouldAnswer429ToARecallOnceTheRingWasFullForTheWholePatience() throws Exception {
    CountDownLatch stalled = door.stallWithFullRing();
    door.nsPerLook = TimeUnit.MILLISECONDS.toNanos(30);
    assertEquals(429, call("DELETE " + TOKEN).status());
    stalled.countDown();
  }

  @Test
  void shouldReportACampaign() throws Exception {
    assertEquals(404, call("GET /campaigns/c-1/spool").status());
    door.report = Optional.of(paused("c-1"));
    assertEquals(
        "{\"campaignId\":\"c-1\",\"target\":\"default\",\"waitingFor\":\"CAMPAIGN_PAUSED\","
            + "\"gate\":{\"open\":false,\"state\":\"Paused\",\"since\":\"2025-11-21T00:00:00.000Z\"},"
            + "\"counts\":{\"accepted\":10,\"queued\":3,\"inFlight\":0,\"submitted\":6,\"rejected\":1,"
            + "\"expired\":0,\"cancelled\":0,\"undeliverable\":0},"
            + "\"oldestQueuedAt\":\"2025-11-21T00:00:00.000Z\",\"drainPerSecond\":41.5,"
            + "\"willExpire\":0,\"batchFill\":24.97}",
        call("GET /campaigns/c-1/spool").body());
  }

  @Test
  void shouldReportAllCampaignsAThousandAnAnswer() throws Exception {
    assertEquals("{\"campaigns\":[]}", call("GET /spool/campaigns").body());
    door.reports = IntStream.rangeClosed(1, 1_001).mapToObj(i -> paused("c-" + i)).toList();
    JsonNode first = new ObjectMapper().readTree(call("GET /spool/campaigns").body());
    assertEquals(1_000, first.path("campaigns").size());
    assertEquals("c-1", first.at("/campaigns/0/campaignId").asText());
    assertEquals("c-1000", first.path("next").asText());
    JsonNode rest = new ObjectMapper().readTree(call("GET /spool/campaigns?after=c-1000").body());
    assertEquals(1, rest.path("campaigns").size());
    assertEquals("c-1001", rest.at("/campaigns/0/campaignId").asText());
    assertTrue(rest.path("next").isMissingNode());
    assertEquals("{\"campaigns\":[]}", call("GET /spool/campaigns?after=who-ever").body());
  }

  private static CampaignReport paused(String campaign) {
    return new CampaignReport(
        new CampaignId(campaign),
        "default",
        WaitingFor.CAMPAIGN_PAUSED,
        false,
        "Paused",
        DoorFixture.NOW_MS,
        new Counts(10, 3, 0, 6, 1, 0, 0, 0),
        DoorFixture.NOW_MS,
        0,
        41.5,
        -1,
        0,
        0,
        24.966);
  }

  @Test
  void shouldReportTheSumWithTheCallBudget() throws Exception {
    door.spoolReport =
        new SpoolReport(
            new Counts(10, 3, 0, 6, 1, 0, 0, 0), 10, 9.5, 100, 2, 90, 2_000, 80, 1_990, List.of());
    assertEquals(
        "{\"counts\":{\"accepted\":10,\"queued\":3,\"inFlight\":0,\"submitted\":6,\"rejected\":1,"
            + "\"expired\":0,\"cancelled\":0,\"undeliverable\":0},\"conserved\":true,"
            + "\"budget\":{\"callsPerSecondMax\":10.0,\"callsPerSecond\":9.5,\"calls\":100,"
            + "\"callsThrottled\":2,\"batches\":90,\"batchItems\":2000,\"batchesWhileScarce\":80,"
            + "\"itemsWhileScarce\":1990}}",
        call("GET /spool").body());
  }

  static Stream<Arguments> operations() {
    return Operations.ALL.stream()
        .filter(operation -> !operation.name().equals("PutDialRequestBatch"))
        .map(
            operation ->
                Arguments.of(
                    operation.method(),
                    operation
                            .path()
                            .replace("{id}", "c-1")
                            .replace("{connectInstanceId}", "i-1")
                            .replace("{arn}", ARN)
                        + (operation.name().equals("UntagResource")
                            ? "?tagKeys=a%2Bb&tagKeys=k%2F2"
                            : "")));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldPassEveryOtherOperationOnAsItCame(String method, String path) throws Exception {
    door.targetAnswer = answered(200, "", "{\"of\":\"target\"}");
    client.send(method + " " + path, "Content-Type: application/json\r\n", "{\"a\":1}");
    Answer answer = client.answer();

    assertEquals(200, answer.status());
    assertEquals("{\"of\":\"target\"}", answer.body());
    assertEquals("target-request-id", answer.header("x-amzn-RequestId"));
    var call = door.forwarded.get(0);
    assertEquals(method, call.method());
    assertEquals(path, call.pathAndQuery());
    assertEquals("application/json", call.contentType());
    assertArrayEquals("{\"a\":1}".getBytes(StandardCharsets.UTF_8), call.body());
  }

  @Test
  void shouldPassTheTargetsErrorsBackAsTheyAre() throws Exception {
    door.targetAnswer =
        new RawAnswer.Answered(
            429,
            "application/json",
            "ThrottlingException",
            "target-request-id",
            "7",
            "{\"message\":\"slow\"}".getBytes(StandardCharsets.UTF_8));
    Answer answer = call("POST /campaigns/c-1/pause");

    assertEquals(429, answer.status());
    assertEquals("ThrottlingException", answer.header("x-amzn-ErrorType"));
    assertEquals("7", answer.header("Retry-After"));
    assertEquals("{\"message\":\"slow\"}", answer.body());
    assertEquals(List.of(), door.changes);
  }

  @Test
  void shouldAnswer503WhenTheTargetDoesnt() throws Exception {
    Answer answer = call("GET /campaigns/c-1");
    assertEquals(503, answer.status());
    assertEquals("ServiceUnavailable", answer.header("x-amzn-ErrorType"));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /start, c-1 RUNNING",
    "POST, /resume, c-1 RUNNING",
    "POST, /pause, c-1 PAUSED",
    "POST, /stop, c-1 STOPPED",
    "DELETE, '', c-1 deleted",
  })
  void shouldAnswerALifeCycleCallOnlyOnceItIsApplied(String method, String below, String change)
      throws Exception {
    assertAppliedBeforeTheAnswer(method + " /campaigns/c-1" + below, change);
  }

  @ParameterizedTest
  @CsvSource({
    "start, c-1 RUNNING",
    "resume, c-1 RUNNING",
    "pause, c-1 PAUSED",
    "stop, c-1 STOPPED",
  })
  void shouldSteerTheGateByTheLifeCycleOfVersionTwoToo(String move, String change)
      throws Exception {
    assertAppliedBeforeTheAnswer("POST /v2/campaigns/c-1/" + move, change);
  }

  private void assertAppliedBeforeTheAnswer(String call, String change) throws Exception {
    BlockingQueue<Runnable> applied = new LinkedBlockingQueue<>();
    door.applying = applied::add;
    door.targetAnswer = answered(200, "", "");
    client.send(call, "", "");
    Runnable apply = applied.poll(10, TimeUnit.SECONDS);

    assertTrue(apply != null);
    assertEquals(List.of(change), door.changes);
    apply.run();
    Answer answer = client.answer();
    assertEquals(200, answer.status());
    assertEquals("0", answer.header("Content-Length"));
  }

  @Test
  void shouldTakeAnEmptyChunkedBody() throws Exception {
    door.targetAnswer = answered(200, "", "");
    client
        .send(
            String.join(
                "\r\n",
                "POST /campaigns/c-1/start HTTP/1.1",
                "Host: localhost",
                "Transfer-Encoding: chunked",
                "",
                ""))
        .sendLastChunk();
    assertEquals(200, client.answer().status());
    assertEquals(0, door.forwarded.get(0).body().length);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /",
    "GET, /nothing",
    "GET, /campaigns",
    "PUT, /campaigns/c-1",
    "GET, /campaigns/c-1/start",
    "GET, /campaigns/c-1/dial-requests",
    "DELETE, /campaigns/c-1/dial-requests",
    "POST, /campaigns/c-1/dial-requests/t-1",
    "GET, /campaigns/c-1/dial-requests/t-1/more",
    "POST, /campaigns/c-1/spool",
    "POST, /spool",
    "GET, /spool/more",
    "GET, /campaigns-summary",
    "PUT, /tags/x",
    "GET, /tags/a/b",
    "POST, /connect-instance/i-1/config",
    "GET, /connect-instance/i-1",
    "GET, /v2",
    "PUT, /v2/campaigns",
    "POST, /v2/campaigns-summary",
    "DELETE, /v2/campaigns/c-1",
    "PUT, /v2/campaigns/c-1/outbound-requests",
    "OPTIONS, /campaigns",
    "GET, /campaigns/c-1/state/more",
  })
  void shouldNotKnowOtherPathsAndMethods(String method, String path) throws Exception {
    Answer answer = call(method + " " + path);
    assertEquals(404, answer.status());
    assertEquals("UnknownOperationException", answer.header("x-amzn-ErrorType"));
    assertEquals("{\"message\":\"No operation " + method + " " + path + ".\"}", answer.body());
    assertEquals(List.of(), door.forwarded);
  }

  @Test
  void shouldNeverPassABatchOnPastTheSpool() throws Exception {
    Answer answer = call("PUT campaigns/c-1/dial-requests");
    assertEquals(404, answer.status());
    assertEquals(List.of(), door.forwarded);
  }

  @Test
  void shouldRefuseAnEmptyCampaignId() throws Exception {
    assertEquals(400, call("GET /campaigns/").status());
    assertEquals(400, call("POST /campaigns//start").status());
  }

  @Test
  void shouldAnswer503WhileStopping() throws Exception {
    door.intake.stop();
    assertEquals(503, call("GET /spool").status());
  }

  @Test
  void shouldRefuseAForeignOrigin() throws Exception {
    client.send("GET /spool", "Origin: http://example.com\r\n", "");
    assertEquals(403, client.answer().status());
  }

  private static RawAnswer answered(int status, String errorType, String body) {
    return new RawAnswer.Answered(
        status,
        body.isEmpty() ? "" : "application/json",
        errorType,
        "target-request-id",
        "",
        body.getBytes(StandardCharsets.UTF_8));
  }

  private Answer call(String requestLine) throws Exception {
    return client.send(requestLine, "", "").answer();
  }
}
