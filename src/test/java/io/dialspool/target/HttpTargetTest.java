package io.dialspool.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.TargetConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.request.FailureCode;
import io.dialspool.target.ScriptedServer.Asked;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HttpTargetTest {
  private static final CampaignId CAMPAIGN = new CampaignId("c-1");
  private static final TargetIdentity IDENTITY = new TargetIdentity("embedded", "", "", "");
  private static final long PATIENT_NS = TimeUnit.MINUTES.toNanos(2);
  private static final long HASTY_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long HOUR_MS = 3_600_000;
  private static final String EMPTY_REPLY = "{\"successfulRequests\":[],\"failedRequests\":[]}";
  private static MultiThreadIoEventLoopGroup loops;

  private final FixedClock clock = new FixedClock();
  private final List<HttpTarget> opened = new ArrayList<>();
  private ScriptedServer server;

  @BeforeAll
  static void openLoops() {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  }

  @AfterAll
  static void closeLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @BeforeEach
  void openServer() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void closeServer() throws IOException {
    opened.forEach(HttpTarget::close);
    server.close();
  }

  // --- what goes out

  @Test
  void shouldWriteItemsWithTokenStoredBytesAndExpiration() throws Exception {
    server.then(200, "", EMPTY_REPLY);
    var batch =
        new OutgoingBatch(
            new CampaignId("ä:c/d"), List.of(item("t-1", HOUR_MS), item("t-2", 120_000)), 300_000);
    put(open(1), batch, PATIENT_NS);
    Asked asked = asked();
    assertEquals("PUT", asked.method());
    assertEquals("/campaigns/%C3%A4%3Ac%2Fd/dial-requests", asked.target());
    assertEquals("application/json", asked.headers().get("content-type"));
    assertEquals(
        "{\"dialRequests\":["
            + "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\",\"attributes\":{\"name\":\"Ann\"},"
            + "\"expirationTime\":\"2026-11-20T12:05:00.000Z\"},"
            + "{\"clientToken\":\"t-2\",\"phoneNumber\":\"+12065550100\",\"attributes\":{\"name\":\"Ann\"},"
            + "\"expirationTime\":\"2026-11-20T12:02:00.000Z\"}]}",
        asked.body());
  }

  @Test
  void shouldSignWhatArrives() throws Exception {
    server.then(200, "", EMPTY_REPLY);
    put(open(1), batch(), PATIENT_NS);
    Asked asked = asked();
    String authorization = asked.headers().getOrDefault("authorization", "");
    String signedHeaders =
        authorization.replaceFirst(".*SignedHeaders=", "").replaceFirst(",.*", "");
    assertTrue(signedHeaders.contains("content-type;host;"), authorization);
    assertEquals(
        SignatureCheck.signature(
            asked.method(),
            asked.target(),
            asked.headers(),
            signedHeaders,
            asked.bytes(),
            "dialspool",
            "us-east-1"),
        authorization.replaceFirst(".*Signature=", ""));
  }

  // --- answers

  @Test
  void shouldTellItemsApart() throws Exception {
    server.then(
        200,
        "",
        "{\"successfulRequests\":[{\"clientToken\":\"t-1\",\"id\":\"d-1\",\"more\":[1]}],"
            + "\"failedRequests\":[{\"clientToken\":\"t-2\",\"failureCode\":\"InvalidInput\"},"
            + "{\"clientToken\":\"t-3\",\"failureCode\":\"RequestThrottled\"},"
            + "{\"clientToken\":\"t-4\",\"failureCode\":\"BufferLimitExceeded\"}],\"more\":{}}");
    assertEquals(
        new BatchReply.Answered(
            List.of(new BatchReply.Success("t-1", "d-1")),
            List.of(
                new BatchReply.Failure("t-2", FailureCode.INVALID_INPUT),
                new BatchReply.Failure("t-3", FailureCode.REQUEST_THROTTLED),
                new BatchReply.Failure("t-4", FailureCode.UNKNOWN_ERROR))),
        put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldLiveWithMissingMembers() throws Exception {
    server.then(200, "", "{}");
    server.then(200, "", "{\"successfulRequests\":[{},7],\"failedRequests\":null}");
    server.then(200, "", "{\"failedRequests\":[{\"clientToken\":null,\"failureCode\":3}]}");
    HttpTarget target = open(1);
    var nobody = new BatchReply.Success(null, null);
    assertEquals(new BatchReply.Answered(List.of(), List.of()), put(target, batch(), PATIENT_NS));
    assertEquals(
        new BatchReply.Answered(List.of(nobody, nobody), List.of()),
        put(target, batch(), PATIENT_NS));
    assertEquals(
        new BatchReply.Answered(
            List.of(), List.of(new BatchReply.Failure(null, FailureCode.UNKNOWN_ERROR))),
        put(target, batch(), PATIENT_NS));
  }

  @Test
  void shouldNotReadSuccessIntoAnUnreadableAnswer() throws Exception {
    HttpTarget target = open(1);
    for (String body :
        List.of(
            "",
            "<html>fine</html>",
            "[]",
            "{\"successfulRequests\":[",
            "{} {}",
            "{\"successfulRequests\":\"all\"}",
            "{\"a\":\"" + "x".repeat(1 << 20) + "\"}")) {
      server.then(200, "", body);
      assertEquals(
          new BatchReply.Unanswered("unreadable answer"), put(target, batch(), PATIENT_NS));
    }
  }

  @Test
  void shouldTellTheStateOfARefusal() throws Exception {
    server.then(
        409,
        "x-amzn-ErrorType: InvalidCampaignStateException:http://amazon.com/\r\n",
        "{\"message\":\"Campaign c-1 is Paused.\",\"state\":\"Paused\"}");
    assertEquals(
        new BatchReply.Refused(
            409, "InvalidCampaignStateException", "Campaign c-1 is Paused.", "Paused", -1),
        put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldTellHowLongToWait() throws Exception {
    server.then(
        429,
        "x-amzn-ErrorType: ThrottlingException\r\nRetry-After: 3\r\n",
        "{\"Message\":\"Slow down.\"}");
    server.then(
        429, "Retry-After: Fri, 20 Nov 2026 12:00:00 GMT\r\n", "{\"__type\":\"aws#Slow:x\"}");
    HttpTarget target = open(1);
    assertEquals(
        new BatchReply.Refused(429, "ThrottlingException", "Slow down.", null, 3_000),
        put(target, batch(), PATIENT_NS));
    assertEquals(
        new BatchReply.Refused(429, "Slow", "", null, -1), put(target, batch(), PATIENT_NS));
  }

  @Test
  void shouldTakeARefusalWithoutJson() throws Exception {
    server.then(503, "Content-Type: text/html\r\n", "<html>busy</html>");
    server.then(403, "x-amzn-ErrorType: AccessDeniedException\r\n", "");
    HttpTarget target = open(1);
    assertEquals(new BatchReply.Refused(503, "", "", null, -1), put(target, batch(), PATIENT_NS));
    assertEquals(
        new BatchReply.Refused(403, "AccessDeniedException", "", null, -1),
        put(target, batch(), PATIENT_NS));
  }

  @Test
  void shouldKeepNumbersAndAttributesOutOfMessages() throws Exception {
    server.then(
        400,
        "x-amzn-ErrorType: ValidationException\r\n",
        "{\"message\":\"Value '+12065550100' for Ann, or +1 (415) 555-2671, is\\nwrong\"}");
    assertEquals(
        new BatchReply.Refused(
            400, "ValidationException", "Value '***' for ***, or ***, is wrong", null, -1),
        put(open(1), batch(), PATIENT_NS));
  }

  // --- no answer

  @Test
  void shouldCallAResetBeforeTheAnswerUnanswered() throws Exception {
    server.then(ScriptedServer::reset);
    assertEquals(new BatchReply.Unanswered("connection lost"), put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldCallAResetWithinTheAnswerUnanswered() throws Exception {
    server.then(
        socket -> {
          byte[] whole = ScriptedServer.answer(200, "", EMPTY_REPLY);
          ScriptedServer.write(socket, Arrays.copyOf(whole, whole.length - 5));
          socket.close();
        });
    assertEquals(new BatchReply.Unanswered("connection lost"), put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldCallSilenceUnansweredAndUseAnotherConnectionAfterwards() throws Exception {
    var released = new CountDownLatch(1);
    server.then(socket -> released.await()).then(200, "", EMPTY_REPLY);
    HttpTarget target = open(1);
    assertEquals(new BatchReply.Unanswered("timeout"), put(target, batch(), HASTY_NS));
    assertInstanceOf(BatchReply.Answered.class, put(target, batch(), PATIENT_NS));
    assertEquals(List.of(1, 2), List.of(asked().connection(), asked().connection()));
    released.countDown();
  }

  @Test
  void shouldNotWaitForASlowBodyBeyondTheTimeout() throws Exception {
    var released = new CountDownLatch(1);
    server.then(
        socket -> {
          ScriptedServer.write(
              socket,
              "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".getBytes(StandardCharsets.UTF_8));
          released.await();
        });
    assertEquals(new BatchReply.Unanswered("timeout"), put(open(1), batch(), HASTY_NS));
    released.countDown();
  }

  @Test
  void shouldPassOverAContinue() throws Exception {
    server.then(
        socket -> {
          ScriptedServer.write(
              socket, "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.UTF_8));
          ScriptedServer.write(socket, ScriptedServer.answer(200, "", EMPTY_REPLY));
        });
    assertInstanceOf(BatchReply.Answered.class, put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldCallGibberishUnreadable() throws Exception {
    server.then(
        socket ->
            ScriptedServer.write(socket, "220 mail\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
    assertEquals(new BatchReply.Unanswered("unreadable answer"), put(open(1), batch(), PATIENT_NS));
  }

  // --- not sent

  @Test
  void shouldSayThatNothingWasSentWhenTheConnectionIsRefused() throws Exception {
    server.close();
    assertEquals(
        new BatchReply.NotSent("connection refused", true), put(open(1), batch(), PATIENT_NS));
  }

  @Test
  void shouldSayThatNothingWasSentWhenTheHostIsUnknown() throws Exception {
    HttpTarget target = open(1, URI.create("http://dialspool.invalid:1"));
    var reply = assertInstanceOf(BatchReply.NotSent.class, put(target, batch(), PATIENT_NS));
    assertTrue(reply.targetDown());
  }

  @Test
  void shouldNotSendWhatIsTooCloseToItsDeadline() throws Exception {
    HttpTarget target = open(1);
    var late = new OutgoingBatch(CAMPAIGN, List.of(item("t", 34_999)), 300_000);
    assertEquals(
        new BatchReply.NotSent("too late for its deadline", false), put(target, late, PATIENT_NS));
    server.then(200, "", EMPTY_REPLY);
    var intime = new OutgoingBatch(CAMPAIGN, List.of(item("t", 35_000)), 300_000);
    assertInstanceOf(BatchReply.Answered.class, put(target, intime, PATIENT_NS));
    assertEquals(1, server.asked.size());
  }

  @Test
  void shouldNotSendWhatCameTooCloseWhileItWaitedForAConnection() throws Exception {
    var released = new CountDownLatch(1);
    server.then(
        socket -> {
          released.await();
          ScriptedServer.write(socket, ScriptedServer.answer(200, "", EMPTY_REPLY));
        });
    server.then(200, "", EMPTY_REPLY);
    HttpTarget target = open(1);
    var first = putting(target, batch(), PATIENT_NS);
    asked();
    var second =
        putting(
            target, new OutgoingBatch(CAMPAIGN, List.of(item("t", 60_000)), 300_000), PATIENT_NS);
    var third = putting(target, batch(), PATIENT_NS);
    clock.advanceMs(30_000);
    released.countDown();
    assertInstanceOf(BatchReply.Answered.class, reply(first));
    assertEquals(new BatchReply.NotSent("too late for its deadline", false), reply(second));
    assertInstanceOf(BatchReply.Answered.class, reply(third));
    assertTrue(asked().body().contains("2026-11-20T12:05:30.000Z"));
  }

  @Test
  void shouldSayThatNothingWasSentWhenNoConnectionCameFree() throws Exception {
    var released = new CountDownLatch(1);
    server.then(socket -> released.await());
    HttpTarget target = open(1);
    var first = putting(target, batch(), PATIENT_NS);
    asked();
    assertEquals(
        new BatchReply.NotSent("no connection in time", false), put(target, batch(), HASTY_NS));
    target.close();
    assertEquals(new BatchReply.Unanswered("the client is closed"), reply(first));
    released.countDown();
  }

  @Test
  void shouldBoundWhatWaits() throws Exception {
    var released = new CountDownLatch(1);
    server.then(socket -> released.await());
    HttpTarget target = open(1);
    var first = putting(target, batch(), PATIENT_NS);
    asked();
    var waiting =
        IntStream.range(0, 256).mapToObj(i -> putting(target, batch(), PATIENT_NS)).toList();
    var reply = assertInstanceOf(BatchReply.NotSent.class, put(target, batch(), PATIENT_NS));
    assertFalse(reply.targetDown());
    assertTrue(reply.why().contains("256"), reply.why());
    target.close();
    assertInstanceOf(BatchReply.Unanswered.class, reply(first));
    for (var each : waiting) {
      assertEquals(new BatchReply.NotSent("the client is closed", false), reply(each));
    }
    released.countDown();
  }

  @Test
  void shouldReplyAfterItWasClosed() throws Exception {
    HttpTarget target = open(1);
    target.close();
    assertEquals(
        new BatchReply.NotSent("the client is closed", false), put(target, batch(), PATIENT_NS));
  }

  @Test
  void shouldReplyAfterItsLoopsHaveEnded() throws Exception {
    var own = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    HttpTarget target = HttpTarget.open(config(1), IDENTITY, server.url(), own, clock);
    own.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    assertEquals(
        new BatchReply.NotSent("the client is closed", false), put(target, batch(), PATIENT_NS));
    target.close();
  }

  // --- connections

  @Test
  void shouldUseOneConnectionAgainAndAgain() throws Exception {
    HttpTarget target = open(8);
    for (int i = 0; i < 3; i++) {
      server.then(200, "", EMPTY_REPLY);
      put(target, batch(), PATIENT_NS);
      assertEquals(1, asked().connection());
    }
  }

  @Test
  void shouldNotUseAConnectionThatTheServerGivesUp() throws Exception {
    server.then(200, "Connection: close\r\n", EMPTY_REPLY).then(200, "", EMPTY_REPLY);
    HttpTarget target = open(1);
    put(target, batch(), PATIENT_NS);
    assertInstanceOf(BatchReply.Answered.class, put(target, batch(), PATIENT_NS));
    assertEquals(List.of(1, 2), List.of(asked().connection(), asked().connection()));
  }

  @Test
  void shouldNotUseAConnectionThatWasIdleForLong() throws Exception {
    server.then(200, "", EMPTY_REPLY).then(200, "", EMPTY_REPLY);
    HttpTarget target = open(1);
    put(target, batch(), PATIENT_NS);
    clock.advanceMs(20_000);
    put(target, batch(), PATIENT_NS);
    assertEquals(List.of(1, 2), List.of(asked().connection(), asked().connection()));
  }

  @Test
  void shouldOpenNoMoreConnectionsThanAllowed() throws Exception {
    var released = new CountDownLatch(1);
    for (int i = 0; i < 6; i++) {
      server.then(
          socket -> {
            released.await();
            ScriptedServer.write(socket, ScriptedServer.answer(200, "", EMPTY_REPLY));
          });
    }
    HttpTarget target = open(2);
    var replies =
        IntStream.range(0, 6).mapToObj(i -> putting(target, batch(), PATIENT_NS)).toList();
    int firstTwo = asked().connection() + asked().connection();
    released.countDown();
    for (var reply : replies) {
      assertInstanceOf(BatchReply.Answered.class, reply(reply));
    }
    assertEquals(3, firstTwo);
    assertTrue(server.asked.stream().allMatch(each -> each.connection() <= 2));
  }

  @Test
  void shouldNotReplyBeforeTheCallReturns() throws Exception {
    server.close();
    HttpTarget target = open(1);
    var returned = new CompletableFuture<Boolean>();
    loops
        .submit(
            () -> {
              boolean[] replied = new boolean[1];
              target.put(batch(), PATIENT_NS, reply -> replied[0] = true);
              returned.complete(!replied[0]);
            })
        .get(5, TimeUnit.SECONDS);
    assertTrue(returned.get(5, TimeUnit.SECONDS));
  }

  // --- the target's clock

  @Test
  void shouldFollowTheTargetsClock() throws Exception {
    server.then(200, "Date: Fri, 20 Nov 2026 12:10:00 GMT\r\n", EMPTY_REPLY);
    server.then(200, "Date: Fri, 20 Nov 2026 12:10:00 GMT\r\n", EMPTY_REPLY);
    HttpTarget target = open(1);
    put(target, batch(), PATIENT_NS);
    assertEquals(600_500, target.clockOffsetMs());
    put(target, batch(), PATIENT_NS);
    assertTrue(asked().body().contains("12:05:00.000Z"));
    Asked second = asked();
    assertTrue(second.body().contains("12:15:00.500Z"), second.body());
    assertEquals("20261120T121000Z", second.headers().get("x-amz-date"));
  }

  @Test
  void shouldTakeARefusalForTheSignaturesTimeAtItsWord() throws Exception {
    HttpTarget target = open(1);
    for (int i = 0; i < 5; i++) {
      server.then(200, "Date: Fri, 20 Nov 2026 12:00:00 GMT\r\n", EMPTY_REPLY);
      put(target, batch(), PATIENT_NS);
    }
    assertEquals(0, target.clockOffsetMs());
    server.then(
        400, "x-amzn-ErrorType: RequestExpired\r\nDate: Fri, 20 Nov 2026 11:00:00 GMT\r\n", "{}");
    put(target, batch(), PATIENT_NS);
    assertEquals(-3_599_500, target.clockOffsetMs());
    server.then(
        403,
        "x-amzn-ErrorType: InvalidSignatureException\r\nDate: Fri, 20 Nov 2026 12:00:59 GMT\r\n",
        "{\"message\":\"Signature expired: 20261120T110000Z is now earlier than …\"}");
    put(target, batch(), PATIENT_NS);
    assertEquals(59_500, target.clockOffsetMs());
  }

  // --- states

  @Test
  void shouldAskForStates() throws Exception {
    server.then(
        200,
        "",
        "{\"successfulRequests\":[{\"campaignId\":\"c-1\",\"state\":\"Running\"},"
            + "{\"campaignId\":\"foreign\",\"state\":\"Paused\"},{\"campaignId\":\"c-4\"},{}],"
            + "\"failedRequests\":[{\"campaignId\":\"c-2\",\"failureCode\":\"ResourceNotFound\"},"
            + "{\"campaignId\":\"c-3\",\"failureCode\":\"UnknownError\"},{}]}");
    assertEquals(
        new StatesReply.Answered(Map.of(CAMPAIGN, "Running"), List.of(new CampaignId("c-2"))),
        states("c-1", "c-2", "c-3", "c-4"));
    Asked asked = asked();
    assertEquals("POST /campaigns-state", asked.method() + " " + asked.target());
    assertEquals("{\"campaignIds\":[\"c-1\",\"c-2\",\"c-3\",\"c-4\"]}", asked.body());
  }

  @Test
  void shouldSayWhyStatesAreUnknown() throws Exception {
    server.then(429, "x-amzn-ErrorType: ThrottlingException\r\nRetry-After: 1\r\n", "{}");
    assertEquals(new StatesReply.Failed(429, "ThrottlingException", 1_000), states("c\"1"));
    assertEquals("{\"campaignIds\":[\"c\\\"1\"]}", asked().body());
    server.then(200, "", "nonsense");
    assertEquals(new StatesReply.Failed(200, "unreadable answer", -1), states("c-1"));
    server.then(ScriptedServer::reset);
    assertEquals(new StatesReply.Failed(0, "connection lost", -1), states("c-1"));
    server.close();
    assertEquals(new StatesReply.Failed(0, "connection refused", -1), states("c-1"));
  }

  // --- passing on

  @Test
  void shouldPassOnACallAndItsAnswer() throws Exception {
    server.then(
        409,
        String.join(
            "\r\n",
            "Content-Type: application/json",
            "x-amzn-ErrorType: InvalidCampaignStateException",
            "x-amzn-RequestId: r-1",
            "Retry-After: 2",
            ""),
        "{\"state\":\"Stopped\"}");
    var answer =
        assertInstanceOf(
            RawAnswer.Answered.class,
            forward(
                new RawCall(
                    "POST",
                    "/tags/arn%3Aaws%2Fc?x=a%2Bb",
                    "application/json",
                    "{\"tags\":{}}".getBytes(StandardCharsets.UTF_8))));
    assertEquals(
        "409 application/json InvalidCampaignStateException r-1 2 {\"state\":\"Stopped\"}",
        String.join(
            " ",
            "" + answer.status(),
            answer.contentType(),
            answer.errorType(),
            answer.requestId(),
            answer.retryAfter(),
            new String(answer.body(), StandardCharsets.UTF_8)));
    Asked asked = asked();
    assertEquals("/tags/arn%3Aaws%2Fc?x=a%2Bb", asked.target());
    assertEquals("{\"tags\":{}}", asked.body());
    assertTrue(asked.headers().containsKey("authorization"));
  }

  @Test
  void shouldPassOnAnEmptyCallAndALargeAnswer() throws Exception {
    server.then(200, "", "x".repeat(5 << 20));
    var answer =
        assertInstanceOf(
            RawAnswer.Answered.class,
            forward(new RawCall("DELETE", "/campaigns/c-1", "", new byte[0])));
    assertEquals(5 << 20, answer.body().length);
    assertEquals("", answer.contentType() + answer.errorType() + answer.requestId());
    assertEquals("0", asked().headers().get("content-length"));
  }

  @Test
  void shouldSayThatACallPassedOnHasNoAnswer() throws Exception {
    assertEquals(
        new RawAnswer.Unanswered("can't be written: IllegalArgumentException"),
        forward(new RawCall("GET", "/a b", "", new byte[0])));
    server.close();
    assertEquals(
        new RawAnswer.Unanswered("connection refused"),
        forward(new RawCall("GET", "/campaigns/c-1", "", new byte[0])));
  }

  // --- where to

  @Test
  void shouldKnowAmazonsEndpointByRegion() {
    var amazon =
        new TargetConfig("connect-campaigns", "", "eu-west-2", "a", "b", "", 10, 100, 100, 1);
    assertEquals(
        URI.create("https://connect-campaigns.eu-west-2.amazonaws.com"),
        HttpTarget.endpoint(amazon));
    HttpTarget.open(amazon, IDENTITY, null, loops, clock).close();
    assertThrows(
        IllegalArgumentException.class,
        () -> HttpTarget.open(TargetConfig.DEFAULT, IDENTITY, null, loops, clock));
    assertThrows(
        IllegalArgumentException.class,
        () -> HttpTarget.open(TargetConfig.DEFAULT, IDENTITY, URI.create("ftp://x"), loops, clock));
  }

  // --- helpers

  private HttpTarget open(int connectionsMax) {
    return open(connectionsMax, server.url());
  }

  private HttpTarget open(int connectionsMax, URI url) {
    HttpTarget target = HttpTarget.open(config(connectionsMax), IDENTITY, url, loops, clock);
    opened.add(target);
    return target;
  }

  private static TargetConfig config(int connectionsMax) {
    return new TargetConfig(
        "embedded", "", "us-east-1", "", "", "", 10, 2_000, 10_000, connectionsMax);
  }

  private static OutgoingItem item(String token, long leftMs) {
    byte[] bytes =
        "xx\"phoneNumber\":\"+12065550100\",\"attributes\":{\"name\":\"Ann\"}xx"
            .getBytes(StandardCharsets.UTF_8);
    return new OutgoingItem(token, FixedClock.NOON_MS + leftMs, bytes, 2, bytes.length - 4);
  }

  private static OutgoingBatch batch() {
    return new OutgoingBatch(CAMPAIGN, List.of(item("t-1", HOUR_MS)), 300_000);
  }

  private static BatchReply put(HttpTarget target, OutgoingBatch batch, long timeoutNs)
      throws Exception {
    return reply(putting(target, batch, timeoutNs));
  }

  private static CompletableFuture<BatchReply> putting(
      HttpTarget target, OutgoingBatch batch, long timeoutNs) {
    var reply = new CompletableFuture<BatchReply>();
    target.put(
        batch,
        timeoutNs,
        said -> {
          if (!reply.complete(said)) {
            throw new AssertionError("a second reply: " + said);
          }
        });
    return reply;
  }

  private static <T> T reply(CompletableFuture<T> reply) throws Exception {
    return reply.get(10, TimeUnit.SECONDS);
  }

  private StatesReply states(String... ids) throws Exception {
    var reply = new CompletableFuture<StatesReply>();
    open(1).states(Arrays.stream(ids).map(CampaignId::new).toList(), PATIENT_NS, reply::complete);
    return reply(reply);
  }

  private RawAnswer forward(RawCall call) throws Exception {
    var reply = new CompletableFuture<RawAnswer>();
    open(1).forward(call, PATIENT_NS, reply::complete);
    return reply(reply);
  }

  private Asked asked() throws InterruptedException {
    Asked asked = server.asked.poll(10, TimeUnit.SECONDS);
    if (asked == null) {
      throw new AssertionError("nothing was asked");
    }
    return asked;
  }
}
