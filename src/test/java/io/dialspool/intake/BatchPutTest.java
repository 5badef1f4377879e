package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.ApiError;
import io.dialspool.http.Entrance;
import io.dialspool.intake.RawClient.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPutTest {
  private static final String PUT = "PUT /campaigns/c-1/dial-requests";
  private static final String JSON = "Content-Type: application/json\r\n";

  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldAnswerSuccessesWithOurIds() throws Exception {
    Answer answer = put(DoorFixture.batch("t-1", "t-2"));

    assertEquals(200, answer.status());
    assertEquals(
        "{\"successfulRequests\":[{\"clientToken\":\"t-1\",\"id\":\"ds-7-1\"},"
            + "{\"clientToken\":\"t-2\",\"id\":\"ds-7-2\"}],\"failedRequests\":[]}",
        answer.body());
    assertEquals("application/json", answer.header("Content-Type"));
    assertTrue(answer.header("Date").endsWith("GMT"));
    assertTrue(answer.header("x-amzn-RequestId").matches("[0-9a-f-]{36}"));
    assertEquals(2, door.counted("accepted"));
  }

  @Test
  void shouldAnswerAKnownTokenWithTheFirstId() throws Exception {
    put(DoorFixture.batch("t-1"));
    Answer again = put(DoorFixture.batch("t-2", "t-1"));

    assertEquals(
        "{\"successfulRequests\":[{\"clientToken\":\"t-2\",\"id\":\"ds-7-2\"},"
            + "{\"clientToken\":\"t-1\",\"id\":\"ds-7-1\"}],\"failedRequests\":[]}",
        again.body());
    assertEquals(1, door.counted("duplicates"));
  }

  @Test
  void shouldFailItemsByThemselves() throws Exception {
    door.colliding.put("t-3", "");
    String items =
        String.join(
            ",",
            DoorFixture.item("t-1").replace("+12065550100", "+15550100"),
            DoorFixture.item("t-2"),
            DoorFixture.item("t-3"),
            DoorFixture.item("a \\\"b\\u0001\\\\"),
            DoorFixture.item("x".repeat(201)));
    Answer answer = put("{\"dialRequests\":[" + items + "]}");

    assertEquals(200, answer.status());
    assertEquals(
        "{\"successfulRequests\":[{\"clientToken\":\"t-2\",\"id\":\"ds-7-1\"}],\"failedRequests\":["
            + "{\"clientToken\":\"t-1\",\"failureCode\":\"InvalidInput\"},"
            + "{\"clientToken\":\"t-3\",\"failureCode\":\"UnknownError\"},"
            + "{\"clientToken\":\"a \\\"b\\u0001\\\\\",\"failureCode\":\"InvalidInput\"},"
            + "{\"failureCode\":\"InvalidInput\"}]}",
        answer.body());
    assertEquals(3, door.counted("InvalidInput"));
    assertEquals(1, door.counted("UnknownError"));
  }

  @Test
  void shouldRefuseABrokenShapeAndKeepTheConnection() throws Exception {
    Answer broken = put("{\"dialRequests\":[{\"clientToken\":\"t-1\"}]}");

    assertEquals(400, broken.status());
    assertEquals("ValidationException", broken.header("x-amzn-ErrorType"));
    assertEquals(
        "{\"message\":\"dialRequests[0].phoneNumber: missing (expected: string)\"}", broken.body());
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
    assertEquals(1, door.counted("ValidationException"));
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrder() throws Exception {
    for (int i = 0; i < 50; i++) {
      client.send(PUT, JSON, DoorFixture.batch("t-" + i));
    }
    for (int i = 0; i < 50; i++) {
      assertTrue(client.answer().body().contains("\"t-" + i + "\""));
    }
  }

  @Test
  void shouldTakeAChunkedBodyCutAnywhere() throws Exception {
    client.send(PUT + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (char c : DoorFixture.batch("t-1").toCharArray()) {
      client.sendChunk("" + c);
    }
    client.sendLastChunk();
    assertEquals(200, client.answer().status());
  }

  @Test
  void shouldTakeTenThousandTinyChunksInOnePiece() throws Exception {
    var body = new StringBuilder(PUT + " HTTP/1.1\r\nHost: localhost\r\n");
    body.append("Transfer-Encoding: chunked\r\n\r\n");
    body.append("1\r\n \r\n".repeat(40_000));
    String batch = DoorFixture.batch("t-1");
    body.append(Integer.toHexString(batch.length())).append("\r\n").append(batch);
    body.append("\r\n0\r\n\r\n");
    client.send(body.toString());
    assertEquals(200, client.answer().status());
  }

  @Test
  void shouldRefuseAnEmptyBodyChunkedOrNot() throws Exception {
    assertEquals(400, put("").status());
    client
        .send(PUT + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        .sendLastChunk();
    assertEquals(400, client.answer().status());
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
  }

  @Test
  void shouldSayContinueWhenAsked() throws Exception {
    String body = DoorFixture.batch("t-1");
    client.send(
        PUT
            + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n");
    assertEquals(100, client.head().status());
    client.send(body);
    assertEquals(200, client.answer().status());
    assertEquals(200, put(DoorFixture.batch("t-2")).status());
  }

  @Test
  void shouldAnswerFinallyInsteadOfContinueWhenItIsRefusedAnyway() throws Exception {
    client.send(
        PUT
            + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n"
            + "\r\n");
    Answer answer = client.answer();
    assertEquals(413, answer.status());
    assertEquals("RequestEntityTooLargeException", answer.header("x-amzn-ErrorType"));
    assertEquals("close", answer.header("Connection"));
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldSpeakHttp10() throws Exception {
    String body = DoorFixture.batch("t-1");
    client.send(PUT + " HTTP/1.0\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    Answer answer = client.answer();
    assertEquals(200, answer.status());
    assertTrue(answer.body().contains("ds-7-1"));
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldCloseWhenAsked() throws Exception {
    client.send(PUT, "Connection: close\r\n", DoorFixture.batch("t-1"));
    assertEquals(200, client.answer().status());
    assertTrue(client.isClosedByServer());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0})
  void shouldTakeBodiesUpToTheBound(int over) throws Exception {
    String batch = DoorFixture.batch("t-1");
    String body = batch + " ".repeat((64 << 10) + over - batch.length());
    assertEquals(200, put(body).status());
  }

  @Test
  void shouldRefuseABodyOverTheBoundOnceItIsAnnounced() throws Exception {
    Answer answer = put(" ".repeat((64 << 10) + 1));
    assertEquals(413, answer.status());
    assertEquals(
        "{\"message\":\"body: too large (expected: at most 65536 bytes)\"}", answer.body());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldRefuseAChunkedBodyOnceItIsOverTheBound() throws Exception {
    client.send(PUT + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 65; i++) {
      client.sendChunk(" ".repeat(1024));
    }
    assertEquals(413, client.answer().status());
    assertEquals(0, door.intake.budget.reserved());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldGiveBackItsBytesWhenTheBodyIsCutOff() throws Exception {
    try (var other = door.client()) {
      other.send(
          PUT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + " ".repeat(999));
    }
    put(DoorFixture.batch("t-1"));
    awaitClosed(1);
    assertEquals(0, door.intake.budget.reserved());
    assertEquals(List.of(1), door.chunkSizes);
  }

  @Test
  void shouldRefuseBodiesInPiecesOnceUnfinishedOnesHoldHalfOfTheBudget() throws Exception {
    var holders = new ArrayList<RawClient>();
    String part = " ".repeat(60_000);
    for (int i = 0; i < 8; i++) {
      holders.add(
          door.client()
              .send(PUT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 61000\r\n\r\n" + part));
    }
    // A body that overtakes theirs would have one of the holders refused in its place.
    for (int i = 0; door.intake.unfinished.reserved() < 8L * part.length(); i++) {
      assertEquals(200, put(DoorFixture.batch("early-" + i)).status());
    }
    client.send(PUT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60001\r\n\r\n" + part);
    // The rest would come too early, and all of it in one piece.
    RawClient other = door.client();
    for (int i = 0; i < 10_000 && door.counted("ThrottlingException") == 0; i++) {
      other.send(PUT, JSON, DoorFixture.batch("whole-" + i));
      assertEquals(200, other.answer().status());
    }
    other.close();
    Answer answer = client.send(" ").answer();
    assertEquals(429, answer.status());
    assertEquals("ThrottlingException", answer.header("x-amzn-ErrorType"));
    assertEquals("1", answer.header("Retry-After"));
    holders.forEach(RawClient::close);
    awaitClosed(1);
    assertEquals(0, door.intake.unfinished.reserved());
    assertEquals(0, door.intake.budget.reserved());
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
  }

  @Test
  void shouldEndABodyThatTakesLongerThanHalfAMinuteHoweverSteadilyItDrips() {
    var slow = new HandDoor();
    slow.open(Entrance.OPEN);
    drip(slow, PUT + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{", 0);
    for (int second = 10; second < 30; second += 10) {
      drip(slow, " ", second);
    }
    assertEquals(3, slow.intake.unfinished.reserved());
    assertEquals("", sent(slow));
    drip(slow, " ", 30);
    assertTrue(sent(slow).startsWith("HTTP/1.1 408 Request Timeout\r\n"), sent(slow));
    assertTrue(sent(slow).contains("body: took longer than 30 s"), sent(slow));
    assertEquals(0, slow.intake.unfinished.reserved());
    assertEquals(0, slow.intake.budget.reserved());
  }

  /** Lets the time come, then the bytes. */
  private static void drip(HandDoor door, String text, int second) {
    long atNs = TimeUnit.SECONDS.toNanos(second);
    do {
      for (int i = 0; i < 10_000 && door.loop.turn(); i++) {
        // all that is due
      }
    } while (door.loop.advance(atNs));
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (door.channel.isOpen() && door.channel.wantsBytes()) {
      door.channel.deliver(bytes, 0, bytes.length);
    }
    for (int i = 0; i < 10_000 && door.loop.turn(); i++) {
      // all that is due
    }
  }

  private static String sent(HandDoor door) {
    return new String(door.channel.sent(), StandardCharsets.US_ASCII);
  }

  @Test
  void shouldAnswer429OnceTheRingWasFullForTheWholePatience() throws Exception {
    CountDownLatch stalled = door.stallWithFullRing();
    door.nsPerLook = TimeUnit.MILLISECONDS.toNanos(30);
    Answer answer = put(DoorFixture.batch("t-1"));

    assertEquals(429, answer.status());
    assertEquals("ThrottlingException", answer.header("x-amzn-ErrorType"));
    assertEquals("1", answer.header("Retry-After"));
    assertEquals(1, door.counted("ThrottlingException"));
    stalled.countDown();
    door.nsPerLook = 0;
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
  }

  @Test
  void shouldTakeARequestOnceTheRingHasRoomAgain() throws Exception {
    CountDownLatch stalled = door.stallWithFullRing();
    client.send(PUT, JSON, DoorFixture.batch("t-1"));
    try (var other = door.client()) {
      other.send("GET /nothing", "", "");
      other.answer();
      stalled.countDown();
      assertEquals(200, client.answer().status());
    }
  }

  @Test
  void shouldRefuseWhileOverloaded() throws Exception {
    door.overload = ApiError.throttled("The backlog is full.", 30);
    Answer answer = put(DoorFixture.batch("t-1"));

    assertEquals(429, answer.status());
    assertEquals("30", answer.header("Retry-After"));
    door.overload = null;
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
  }

  @Test
  void shouldRefuseCampaignsThatAreNotAdmitted() throws Exception {
    door.refusal = ApiError.notFound("No campaign of this id.");
    assertEquals(
        "ResourceNotFoundException", put(DoorFixture.batch("t-1")).header("x-amzn-ErrorType"));

    door.refusal = ApiError.invalidCampaignState("Campaign c-1 is Stopped.", "Stopped");
    Answer stopped = put(DoorFixture.batch("t-1"));
    assertEquals(409, stopped.status());
    assertEquals(
        "{\"message\":\"Campaign c-1 is Stopped.\",\"state\":\"Stopped\"}", stopped.body());
    assertEquals(0, door.intake.budget.reserved());
  }

  @Test
  void shouldWaitForAnAdmissionThatComesLaterFromAnotherThread() throws Exception {
    BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
    door.admitting = asked::add;
    client.send(PUT, JSON, DoorFixture.batch("t-1"));
    Runnable admit = asked.poll(10, TimeUnit.SECONDS);
    assertTrue(admit != null);
    admit.run();
    assertEquals(200, client.answer().status());
  }

  @Test
  void shouldDropARequestWhoseClientLeftBeforeItsAdmission() throws Exception {
    BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
    door.admitting = asked::add;
    var other = door.client();
    other.send(PUT, JSON, DoorFixture.batch("t-1"));
    Runnable admit = asked.poll(10, TimeUnit.SECONDS);
    assertTrue(admit != null);
    other.close();
    awaitClosed(1);
    admit.run();
    door.admitting = null;
    put(DoorFixture.batch("t-2"));
    assertEquals(List.of(1), door.chunkSizes);
    assertEquals(0, door.intake.budget.reserved());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Content-Type: application/json\r\n",
        "Content-Type: application/json; charset=utf-8\r\n",
        "Content-Type: Application/JSON\r\n",
        "Content-Type: application/x-amz-json-1.1\r\n",
      })
  void shouldTakeTheContentTypesOfAllClients(String header) throws Exception {
    client.send(PUT, header, DoorFixture.batch("t-1"));
    assertEquals(200, client.answer().status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-ndjson", "application/jsonp"})
  void shouldRefuseOtherContentTypes(String type) throws Exception {
    client.send(PUT, "Content-Type: " + type + "\r\n", DoorFixture.batch("t-1"));
    Answer answer = client.answer();
    assertEquals(400, answer.status());
    assertEquals(
        "{\"message\":\"content-type: not supported (expected: application/json)\"}",
        answer.body());
    assertEquals(200, put(DoorFixture.batch("t-1")).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a%20b", "%0A"})
  void shouldRefuseACampaignIdThatIsNone(String segment) throws Exception {
    client.send("PUT /campaigns/" + segment + "/dial-requests", JSON, DoorFixture.batch("t-1"));
    Answer answer = client.answer();
    assertEquals(400, answer.status());
    assertTrue(answer.body().startsWith("{\"message\":\"id: "), answer.body());
  }

  @Test
  void shouldRouteOnTheRawPath() throws Exception {
    client.send("PUT /campaigns/a%2Fb%3Ac/dial-requests?x=1", JSON, DoorFixture.batch("t-1"));
    assertEquals(200, client.answer().status());
    client.send("PUT /campaigns/a/b/dial-requests", JSON, DoorFixture.batch("t-1"));
    assertEquals(404, client.answer().status());
  }

  @Test
  void shouldAnswer503WhileStoppingAndLetRunningAnswersFinish() throws Exception {
    CountDownLatch stalled = door.stall();
    client.send(PUT, JSON, DoorFixture.batch("t-1"));
    door.awaitStalled();
    try (var other = door.client()) {
      door.intake.stop();
      other.send(PUT, JSON, DoorFixture.batch("t-2"));
      Answer refused = other.answer();
      assertEquals(503, refused.status());
      assertEquals("ServiceUnavailable", refused.header("x-amzn-ErrorType"));
    }
    stalled.countDown();
    assertEquals(200, client.answer().status());
  }

  private Answer put(String body) throws Exception {
    return client.send(PUT, JSON, body).answer();
  }

  /** Until only so many connections are left: each answer gives the loop a turn. */
  private void awaitClosed(int left) throws Exception {
    for (int turn = 0; turn < 10_000 && door.intake.connections() > left; turn++) {
      client.send("GET /nothing", "", "");
      client.answer();
    }
    assertEquals(left, door.intake.connections());
  }
}
