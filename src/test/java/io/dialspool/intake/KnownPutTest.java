package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.ApiError;
import io.dialspool.intake.RawClient.Answer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Puts whose head the connection has seen before are answered as if it hadn't. */
class KnownPutTest {
  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldAnswerAsBefore() throws Exception {
    Answer first = put(DoorFixture.batch("t-1"));
    Answer second = put(DoorFixture.batch("t-2"));
    Answer third = put(DoorFixture.batch("t-3", "t-1"));

    assertEquals(200, second.status());
    assertEquals(first.headers().keySet(), second.headers().keySet());
    assertEquals(first.header("content-type"), second.header("content-type"));
    assertEquals(first.body().replace("t-1", "t-2").replace("7-1", "7-2"), second.body());
    assertEquals(
        "{\"successfulRequests\":[{\"clientToken\":\"t-3\",\"id\":\"ds-7-3\"},"
            + "{\"clientToken\":\"t-1\",\"id\":\"ds-7-1\"}],\"failedRequests\":[]}",
        third.body());
    assertEquals(3, door.counted("accepted"));
    assertEquals(1, door.counted("duplicates"));
  }

  @Test
  void shouldRefuseABadBodyAndGoOn() throws Exception {
    Answer first = put("{\"dialRequests\":[]}");
    put(DoorFixture.batch("t-1"));
    Answer known = put("{\"dialRequests\":[]}");

    assertEquals(400, known.status());
    assertEquals(first.body(), known.body());
    assertEquals(first.headers().keySet(), known.headers().keySet());
    assertEquals(200, put(DoorFixture.batch("t-2")).status());
  }

  @Test
  void shouldAskForAdmissionEachTime() throws Exception {
    put(DoorFixture.batch("t-1"));
    door.refusal = ApiError.notFound("gone");
    assertEquals(404, put(DoorFixture.batch("t-2")).status());
    door.refusal = null;
    assertEquals(200, put(DoorFixture.batch("t-3")).status());
  }

  @Test
  void shouldWaitForALateAdmission() throws Exception {
    put(DoorFixture.batch("t-1"));
    var asked = new CountDownLatch(1);
    var admit = new Runnable[1];
    door.admitting =
        then -> {
          admit[0] = then;
          asked.countDown();
        };
    send(DoorFixture.batch("t-2"));
    asked.await();
    admit[0].run();
    assertTrue(client.answer().body().contains("t-2"));
  }

  @Test
  void shouldLookAtTheOverloadEachTime() throws Exception {
    put(DoorFixture.batch("t-1"));
    door.overload = ApiError.throttled("full", 7);
    Answer refused = put(DoorFixture.batch("t-2"));
    assertEquals(429, refused.status());
    assertEquals("7", refused.header("Retry-After"));
    assertEquals(1, door.counted("ThrottlingException"));
    door.overload = null;
    assertEquals(200, put(DoorFixture.batch("t-3")).status());
  }

  @Test
  void shouldWaitForRoomAndThenBeAccepted() throws Exception {
    put(DoorFixture.batch("t-1"));
    CountDownLatch ring = door.stallWithFullRing();
    send(DoorFixture.batch("t-2"));
    ring.countDown();
    assertEquals(200, client.answer().status());
  }

  @Test
  void shouldAnswerPipelinedPutsInTheirOrder() throws Exception {
    put(DoorFixture.batch("t-0"));
    var many = new StringBuilder();
    for (int i = 1; i <= 20; i++) {
      many.append(request(DoorFixture.batch("t-" + i)));
    }
    client.send(many.toString());
    for (int i = 1; i <= 20; i++) {
      assertTrue(client.answer().body().contains("\"t-" + i + "\""));
    }
  }

  @Test
  void shouldStillCloseWhenAskedTo() throws Exception {
    put(DoorFixture.batch("t-1"));
    put(DoorFixture.batch("t-2"));
    client.send(
        request(DoorFixture.batch("t-3"))
            .replace("Host: localhost\r\n", "Host: localhost\r\nConnection: close\r\n"));
    assertEquals(200, client.answer().status());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldRefuseAKnownBadBodyAndStillCloseWhenAskedTo() throws Exception {
    put(DoorFixture.batch("t-1"));
    assertEquals(400, put("{}").status());
    client.send(
        request("{}").replace("Host: localhost\r\n", "Host: localhost\r\nConnection: close\r\n"));
    assertEquals(400, client.answer().status());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldKeepTheOrderAmongOtherCalls() throws Exception {
    put(DoorFixture.batch("t-1"));
    client.send(
        request(DoorFixture.batch("t-2"))
            + "DELETE /campaigns/c-1/dial-requests/t-2 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            + request(DoorFixture.batch("t-3")));
    assertEquals(200, client.answer().status());
    assertEquals(404, client.answer().status());
    assertTrue(client.answer().body().contains("t-3"));
  }

  @Test
  void shouldKeepTheTraceOfEachPutToItself() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    String other = trace.replace("b7ad", "b7ae");
    for (String header :
        new String[] {
          "",
          "Traceparent: " + trace + "\r\n",
          "Traceparent: " + trace + "\r\n",
          "",
          "traceparent: " + other + "\r\n",
          "traceparent: " + trace + "\r\ntraceparent: " + other + "\r\n",
          "traceparent: none\r\n",
          ""
        }) {
      client.send(
          request(DoorFixture.batch("t-" + door.traces.size()))
              .replace("Host: localhost\r\n", "Host: localhost\r\n" + header));
      assertEquals(200, client.answer().status());
    }
    String lines = DoorFixture.item("l-1") + "\n" + DoorFixture.item("l-2") + "\n";
    client.send(
        "POST /campaigns/c-1/dial-requests HTTP/1.1\r\nHost: localhost\r\ntraceparent: "
            + trace
            + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: "
            + lines.length()
            + "\r\n\r\n"
            + lines);
    assertEquals(200, client.answer().status());
    assertEquals(
        List.of("null", trace, trace, "null", other, "null", "null", "null", trace), door.traces);
  }

  @Test
  void shouldGiveItsBytesBackIfTheClientLeaves() throws Exception {
    put(DoorFixture.batch("t-1"));
    CountDownLatch ring = door.stall();
    send(DoorFixture.batch("t-2"));
    door.awaitStalled();
    client.close();
    ring.countDown();
    try (RawClient other = door.client()) {
      other.send(request(DoorFixture.batch("t-3")));
      assertEquals(200, other.answer().status());
    }
    assertEquals(0, door.intake.budget.reserved());
  }

  private Answer put(String body) throws IOException {
    send(body);
    return client.answer();
  }

  private void send(String body) throws IOException {
    client.send(request(body));
  }

  private static String request(String body) {
    return "PUT /campaigns/c-1/dial-requests HTTP/1.1\r\nHost: localhost\r\n"
        + "Content-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }
}
