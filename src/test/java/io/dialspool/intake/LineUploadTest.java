package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.http.ApiError;
import io.dialspool.intake.RawClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineUploadTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String POST = "POST /campaigns/c-1/dial-requests";
  private static final String TYPE = "Content-Type: application/x-ndjson\r\n";
  private static final String CHUNKED =
      POST + " HTTP/1.1\r\nHost: localhost\r\n" + TYPE + "Transfer-Encoding: chunked\r\n\r\n";

  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldSumUpWhatBecameOfTheLines() throws Exception {
    Answer answer = post(DoorFixture.item("t-1") + "\n" + DoorFixture.item("t-2") + "\n");

    assertEquals(200, answer.status());
    assertEquals("application/x-ndjson", answer.header("Content-Type"));
    assertTrue(answer.header("x-amzn-RequestId").matches("[0-9a-f-]{36}"));
    assertTrue(answer.body().contains("{\"syncedThrough\":2}\n"));
    assertEquals(summary(2, 2, 0, 0, null), last(answer));
    assertEquals(2, door.counted("accepted"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24, 25, 26, 49, 50, 51, 5000})
  void shouldTakeAnyNumberOfLinesInChunksOf25AtMost(int count) throws Exception {
    Answer answer = post(lines(count));

    assertEquals(summary(count, count, 0, 0, null), last(answer));
    assertEquals(count, door.chunkSizes.stream().mapToInt(size -> size).sum());
    assertTrue(door.chunkSizes.stream().allMatch(size -> size <= 25));
  }

  @Test
  void shouldTakeAnEmptyBody() throws Exception {
    assertEquals(summary(0, 0, 0, 0, null) + "\n", post("").body());
  }

  @Test
  void shouldTakeALastLineWithoutLineFeed() throws Exception {
    Answer answer = post(DoorFixture.item("t-1") + "\n" + DoorFixture.item("t-2"));
    assertEquals(summary(2, 2, 0, 0, null), last(answer));
  }

  @Test
  void shouldNumberBlankLinesButNotRefuseThem() throws Exception {
    Answer answer = post("\n \t\r\n" + DoorFixture.item("t-1") + "\r\n\n{}\n\n");

    assertEquals(summary(6, 1, 0, 1, null), last(answer));
    assertEquals(
        List.of(
            "{\"line\":5,\"status\":\"rejected\",\"member\":\"clientToken\","
                + "\"reason\":\"missing (expected: string)\"}"),
        problems(answer));
  }

  @Test
  void shouldPassOverAByteOrderMark() throws Exception {
    assertEquals(summary(1, 1, 0, 0, null), last(post("\ufeff" + DoorFixture.item("t-1") + "\n")));
  }

  @Test
  void shouldSayWhichLinesWereRefusedAndWhy() throws Exception {
    door.colliding.put("t-5", "");
    Answer answer =
        post(
            String.join(
                "\n",
                DoorFixture.item("t-1").replace("+12065550100", "12065550100"),
                "nonsense",
                DoorFixture.item("t-3"),
                DoorFixture.item("t-4").replace("\"phoneNumber\"", "\"phone\""),
                DoorFixture.item("t-5"),
                DoorFixture.item("t-6").replace(DoorFixture.DEADLINE, "soon"),
                DoorFixture.item("t-3"),
                "[]"));

    assertEquals(summary(8, 1, 1, 6, null), last(answer));
    var problems = problems(answer);
    problems.sort(null);
    assertEquals(
        List.of(
            "{\"line\":1,\"clientToken\":\"t-1\",\"status\":\"rejected\",\"member\":\"phoneNumber\","
                + "\"reason\":\"not E.164 (expected: + and 8 to 15 digits)\"}",
            "{\"line\":2,\"status\":\"rejected\",\"member\":\"line\","
                + "\"reason\":\"unreadable JSON (expected: one JSON object)\"}",
            "{\"line\":4,\"clientToken\":\"t-4\",\"status\":\"rejected\",\"member\":\"phoneNumber\","
                + "\"reason\":\"missing (expected: string)\"}",
            "{\"line\":5,\"clientToken\":\"t-5\",\"status\":\"rejected\",\"member\":\"clientToken\","
                + "\"reason\":\"its hash is another token's (expected: a new clientToken)\"}",
            "{\"line\":6,\"clientToken\":\"t-6\",\"status\":\"rejected\","
                + "\"member\":\"expirationTime\",\"reason\":\"not a time (expected: RFC 3339 as in"
                + " 2026-11-20T12:05:00Z)\"}",
            "{\"line\":7,\"clientToken\":\"t-3\",\"status\":\"duplicate\",\"id\":\"ds-7-1\","
                + "\"state\":\"SUBMITTED\"}",
            "{\"line\":8,\"status\":\"rejected\",\"member\":\"line\","
                + "\"reason\":\"array (expected: one JSON object)\"}"),
        problems);
  }

  @Test
  void shouldSaySyncedWhileTheBodyIsStillComing() throws Exception {
    client.send(CHUNKED);
    assertEquals(200, client.head().status());
    client.sendChunk(DoorFixture.item("t-1") + "\n" + DoorFixture.item("t-2") + "\n{\"clie");
    assertEquals("{\"syncedThrough\":2}\n", client.chunk());
    client.sendChunk(DoorFixture.item("t-3").substring(6) + "\n");
    assertEquals("{\"syncedThrough\":3}\n", client.chunk());
    client.sendLastChunk();
    assertEquals(summary(3, 3, 0, 0, null) + "\n", client.chunk());
    assertEquals("", client.chunk());
  }

  @Test
  void shouldSayAProblemWhileTheBodyIsStillComing() throws Exception {
    client.send(CHUNKED);
    assertEquals(200, client.head().status());
    client.sendChunk("nonsense\n");
    assertTrue(client.chunk().startsWith("{\"line\":1,\"status\":\"rejected\""));
    assertEquals("{\"syncedThrough\":1}\n", client.chunk());
  }

  @Test
  void shouldTakeLinesCutAnywhereByChunks() throws Exception {
    client.send(CHUNKED);
    for (char c : lines(3).toCharArray()) {
      client.sendChunk("" + c);
    }
    client.sendLastChunk();
    assertEquals(summary(3, 3, 0, 0, null), last(client.answer()));
  }

  @Test
  void shouldTakeTenThousandTinyChunksInOnePiece() throws Exception {
    client.send(CHUNKED + "1\r\n\n\r\n".repeat(40_000) + "0\r\n\r\n");
    assertEquals(summary(40_000, 0, 0, 0, null), last(client.answer()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0})
  void shouldTakeLinesUpToTheBound(int over) throws Exception {
    String line = DoorFixture.item("t-1");
    String padded = line + " ".repeat((4 << 10) + over - line.length());
    assertEquals(summary(1, 1, 0, 0, null), last(post(padded + "\n")));
  }

  @Test
  void shouldRefuseALineOverTheBoundAndGoOn() throws Exception {
    String line = DoorFixture.item("t-1");
    String padded = line + " ".repeat((4 << 10) + 1 - line.length());
    Answer answer = post(padded + "\n" + DoorFixture.item("t-2") + "\n" + padded);

    assertEquals(summary(3, 1, 0, 2, null), last(answer));
    assertEquals(
        "{\"line\":1,\"status\":\"rejected\",\"member\":\"line\","
            + "\"reason\":\"too long (expected: at most 4096 bytes)\"}",
        problems(answer).get(0));
  }

  @Test
  void shouldSkipALineOfManyMegabytesWithoutKeepingIt() throws Exception {
    client.send(CHUNKED);
    String part = "x".repeat(60_000);
    for (int i = 0; i < 50; i++) {
      client.sendChunk(part);
    }
    client.sendChunk("\n" + DoorFixture.item("t-1"));
    client.sendLastChunk();
    assertEquals(summary(2, 1, 0, 1, null), last(client.answer()));
    assertEquals(0, door.intake.budget.reserved());
  }

  @Test
  void shouldWriteAThousandProblemsAndCountTheRest() throws Exception {
    Answer unparsed = post("x\n".repeat(1_200));
    assertEquals(1_000, problems(unparsed).size());
    assertEquals(summary(1_200, 0, 0, 1_200, null), last(unparsed));

    post(lines(1_200));
    Answer duplicates = post(lines(1_200));
    assertEquals(1_000, problems(duplicates).size());
    assertEquals(summary(1_200, 0, 1_200, 0, null), last(duplicates));
  }

  @Test
  void shouldReadOnWhileTheClientDoesNotRead() throws Exception {
    client.send(POST, TYPE, "x".repeat(3_000).concat("\n").repeat(2_000));
    client.send("GET /nothing", "", "");
    assertEquals(summary(2_000, 0, 0, 2_000, null), last(client.answer()));
    assertEquals(404, client.answer().status());
  }

  @Test
  void shouldNotTakeALastLineThatWasCutOff() throws Exception {
    var other = door.client();
    other.send(CHUNKED);
    other.head();
    other.sendChunk(DoorFixture.item("t-1") + "\n");
    other.chunk();
    other.sendChunk(DoorFixture.item("t-2"));
    other.close();
    awaitClosed();
    Answer answer = post(DoorFixture.item("t-1") + "\n" + DoorFixture.item("t-2") + "\n");

    assertEquals(summary(2, 1, 1, 0, null), last(answer));
    assertEquals(0, door.intake.budget.reserved());
  }

  @Test
  void shouldWaitWhileTheRingIsFullAndGoOn() throws Exception {
    CountDownLatch stalled = door.stallWithFullRing();
    client.send(POST, TYPE, lines(500));
    assertEquals(200, client.head().status());
    stalled.countDown();
    String line = "";
    for (String chunk = client.chunk(); !chunk.isEmpty(); chunk = client.chunk()) {
      line = chunk;
    }
    assertEquals(summary(500, 500, 0, 0, null) + "\n", line);
  }

  @Test
  void shouldBoundTheSlotsOfOneBody() throws Exception {
    CountDownLatch stalled = door.stall();
    client.send(POST, TYPE, lines(5_000));
    door.awaitStalled();
    stalled.countDown();
    assertEquals(summary(5_000, 5_000, 0, 0, null), last(client.answer()));
  }

  @Test
  void shouldEndWhenTheRingStaysFullPastPatience() throws Exception {
    CountDownLatch stalled = door.stall();
    client.send(CHUNKED);
    client.head();
    client.sendChunk(lines(10));
    door.awaitStalled();
    door.fillRing();
    door.nsPerLook = TimeUnit.SECONDS.toNanos(1);
    client.sendChunk(lines(40).substring(lines(10).length()));
    awaitCounted("ThrottlingException", 1);
    stalled.countDown();

    assertEquals("{\"syncedThrough\":10}\n", client.chunk());
    assertEquals(summary(10, 10, 0, 0, "ThrottlingException") + "\n", client.chunk());
    assertEquals("", client.chunk());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldEndWhenOverloadLastsPastPatience() throws Exception {
    client.send(CHUNKED);
    client.head();
    door.overload = ApiError.throttled("The disk is nearly full.", 30);
    door.nsPerLook = TimeUnit.SECONDS.toNanos(1);
    client.sendChunk(lines(3));
    assertEquals(summary(0, 0, 0, 0, "ThrottlingException") + "\n", client.chunk());
  }

  @Test
  void shouldEndWithWhatIsSyncedWhenTheServiceStops() throws Exception {
    client.send(CHUNKED);
    client.head();
    client.sendChunk(lines(3));
    assertEquals("{\"syncedThrough\":3}\n", client.chunk());
    door.intake.stop();
    assertEquals(summary(3, 3, 0, 0, "ServiceUnavailable") + "\n", client.chunk());
    assertEquals("", client.chunk());
    assertTrue(client.isClosedByServer());
  }

  @Test
  void shouldRefuseBeforeTheFirstLine() throws Exception {
    door.refusal = ApiError.notFound("No campaign of this id.");
    Answer answer = post(lines(3));
    assertEquals(404, answer.status());
    assertTrue(client.isClosedByServer());
    assertEquals(List.of(), door.chunkSizes);
  }

  @Test
  void shouldRefuseWhileOverloadedAndKeepTheConnection() throws Exception {
    door.overload = ApiError.throttled("The backlog is full.", 5);
    assertEquals(429, post(lines(3)).status());
    door.overload = null;
    assertEquals(summary(3, 3, 0, 0, null), last(post(lines(3))));
  }

  @Test
  void shouldRefuseOtherContentTypes() throws Exception {
    client.send(POST, "Content-Type: application/json\r\n", lines(1));
    Answer answer = client.answer();
    assertEquals(400, answer.status());
    assertEquals(
        "{\"message\":\"content-type: not supported (expected: application/x-ndjson)\"}",
        answer.body());
  }

  @Test
  void shouldNotReadBeforeTheCampaignIsAdmitted() throws Exception {
    BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
    door.admitting = asked::add;
    client.send(POST, TYPE, lines(3));
    Runnable admit = asked.poll(10, TimeUnit.SECONDS);
    assertTrue(admit != null);
    assertEquals(List.of(), door.chunkSizes);
    admit.run();
    assertEquals(summary(3, 3, 0, 0, null), last(client.answer()));
  }

  @Test
  void shouldSayContinueWhenAsked() throws Exception {
    client.send(
        POST
            + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            + TYPE
            + "Content-Length: "
            + lines(1).length()
            + "\r\n\r\n");
    assertEquals(100, client.head().status());
    client.send(lines(1));
    assertEquals(summary(1, 1, 0, 0, null), last(client.answer()));
  }

  @Test
  void shouldEndAnHttp10AnswerWithTheConnection() throws Exception {
    client.send(
        POST
            + " HTTP/1.0\r\n"
            + TYPE
            + "Content-Length: "
            + lines(2).length()
            + "\r\n\r\n"
            + lines(2));
    Answer answer = client.answer();
    assertEquals("", answer.header("Transfer-Encoding"));
    assertEquals(summary(2, 2, 0, 0, null), last(answer));
  }

  @Test
  void shouldTakeTheNextRequestOnTheSameConnection() throws Exception {
    client.send(POST, TYPE, lines(30)).send(POST, TYPE, lines(30));
    assertEquals(summary(30, 30, 0, 0, null), last(client.answer()));
    assertEquals(summary(30, 0, 30, 0, null), last(client.answer()));
  }

  private Answer post(String body) throws Exception {
    return client.send(POST, TYPE, body).answer();
  }

  private static String lines(int count) {
    var lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(DoorFixture.item("t-" + i)).append('\n');
    }
    return lines.toString();
  }

  private static String summary(
      long lines, long accepted, long duplicates, long rejected, @Nullable String error) {
    return "{\"summary\":{\"lines\":"
        + lines
        + ",\"accepted\":"
        + accepted
        + ",\"duplicates\":"
        + duplicates
        + ",\"rejected\":"
        + rejected
        + ",\"error\":"
        + (error == null ? "null" : "\"" + error + "\"")
        + "}}";
  }

  private static String last(Answer answer) {
    String[] lines = answer.body().split("\n", -1);
    return lines[lines.length - 2];
  }

  private static List<String> problems(Answer answer) throws Exception {
    var problems = new ArrayList<String>();
    for (String line : answer.body().split("\n", -1)) {
      if (!line.isEmpty()) {
        JsonNode json = MAPPER.readTree(line);
        if (json.has("line")) {
          problems.add(line);
        }
      }
    }
    return problems;
  }

  private void awaitCounted(String what, int count) throws Exception {
    try (var other = door.client()) {
      for (int turn = 0; turn < 10_000 && door.counted(what) < count; turn++) {
        other.send("GET /nothing", "", "");
        other.answer();
      }
    }
    assertEquals(count, door.counted(what));
  }

  private void awaitClosed() throws Exception {
    for (int turn = 0; turn < 10_000 && door.intake.connections() > 1; turn++) {
      client.send("GET /nothing", "", "");
      client.answer();
    }
    assertEquals(1, door.intake.connections());
  }
}
