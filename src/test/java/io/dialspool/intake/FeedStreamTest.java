package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.intake.RawClient.Answer;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedStreamTest {
  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldWriteALineForEachOutcome() throws Exception {
    door.outcomes.add(page("2-1", true, submitted(1, "1-1"), expired(2, "2-1")));
    Answer answer = call("/outcomes");
    assertEquals(200, answer.status());
    assertEquals("application/x-ndjson", answer.header("Content-Type"));
    assertEquals(
        """
        {"cursor":"1-1","id":"ds-7-1","clientToken":"t-1","state":"SUBMITTED","reason":null,\
        "targetDialRequestId":"id-1","attempts":1,"settledAt":"2025-11-21T00:00:00.001Z"}
        {"cursor":"2-1","id":"ds-7-2","clientToken":"t-2","state":"UNDELIVERABLE",\
        "reason":"CAMPAIGN_STOPPED","attempts":0,"settledAt":"2025-11-21T00:00:00.002Z",\
        "redriveOf":"ds-7-1","redrivenAs":"ds-7-9"}
        """,
        answer.body());
  }

  @Test
  void shouldTellPolicyAndEvidenceOfADoubt() throws Exception {
    var evidence =
        new Evidence(
            Evidence.Doubt.NO_ANSWER,
            Evidence.Policy.DEADLINE,
            3,
            DoorFixture.NOW_MS + 20,
            "timeout");
    door.outcomes.add(page("2-1", true, doubtful(2, "2-1", evidence)));
    door.outcomes.add(page("2-1", true, doubtful(2, "2-1", evidence)));
    String told =
        """
        {"cursor":"2-1","id":"ds-7-2","clientToken":"t-2","state":"UNDELIVERABLE",\
        "reason":"IN_DOUBT","attempts":0,"firstSentAt":"2025-11-21T00:00:00.010Z",\
        "lastSentAt":"2025-11-21T00:00:00.020Z","calls":3,"lastFailure":"timeout",\
        "doubt":{"evidence":"NO_ANSWER","policy":"DEADLINE",\
        "tokenAliveUntil":"2025-11-27T23:00:00.010Z"},"settledAt":"2025-11-21T00:00:00.002Z"\
        """;
    assertEquals(told + "}\n", call("/outcomes").body());
    assertTrue(call("/dead-letters").body().startsWith(told));
  }

  @Test
  void shouldMaskNumberAndAttributesOfADeadLetter() throws Exception {
    door.outcomes.add(page("2-1", true, expired(2, "2-1")));
    String body = call("/dead-letters").body();
    assertTrue(
        body.endsWith(
            "\"acceptedAt\":\"2025-11-21T00:00:00.000Z\",\"deadline\":\"2025-11-21T00:00:00.001Z\","
                + "\"phoneNumber\":\"+1206*****23\",\"attributes\":{\"name\":\"*****\"},"
                + "\"masked\":true}\n"),
        body);
    assertFalse(body.contains("Ann"));
    assertTrue(door.queries.get(0).deadLetters());
  }

  @Test
  void shouldReadPageAfterPageToWhereTheFeedEndedAtFirst() throws Exception {
    door.outcomes.add(page("1-1", false, submitted(1, "1-1")));
    door.outcomes.add(page("2-1", true, submitted(2, "2-1")));
    assertEquals(2, call("/outcomes").body().lines().count());
    assertEquals(
        List.of(new OutcomeQuery(false, "", 0, 500), new OutcomeQuery(false, "1-1", 99, 500)),
        door.queries);
  }

  @Test
  void shouldBeginAfterACursorAndEndAtALimit() throws Exception {
    door.outcomes.add(page("4-2", false, submitted(1, "4-1"), submitted(2, "4-2")));
    assertEquals(2, call("/outcomes?after=3-7&limit=2").body().lines().count());
    assertEquals(List.of(new OutcomeQuery(false, "3-7", 0, 2)), door.queries);
    door.outcomes.add(page("5-1", true, submitted(3, "5-1")));
    assertEquals(1, call("/outcomes").body().lines().count()); // the connection goes on
  }

  @Test
  void shouldSendNoChunksToAClientOfHttp10() throws Exception {
    door.outcomes.add(page("2-1", true, submitted(1, "1-1")));
    Answer answer = client.send("GET /campaigns/c/outcomes HTTP/1.0\r\n\r\n").answer();
    assertEquals("", answer.header("Transfer-Encoding"));
    assertEquals("close", answer.header("Connection"));
    assertTrue(answer.body().startsWith("{\"cursor\":\"1-1\","), answer.body());
  }

  @Test
  void shouldFollowTheFeed() throws Exception {
    door.outcomes.add(page("1-1", true, submitted(1, "1-1")));
    client.send("GET /campaigns/c-1/outcomes?follow=true", "", "");
    assertEquals(200, client.head().status());
    assertTrue(client.chunk().contains("\"t-1\""));
    door.outcomes.add(page("2-1", true, submitted(2, "2-1")));
    assertTrue(client.chunk().contains("\"t-2\""));
    assertEquals(0, door.queries.get(door.queries.size() - 1).through());
  }

  @Test
  void shouldGoOnFollowingWhileLookUpsAreBusy() throws Exception {
    door.outcomes.add(page("1-1", true, submitted(1, "1-1")));
    door.outcomes.add(OutcomePage.BUSY);
    door.outcomes.add(page("2-1", true, submitted(2, "2-1")));
    client.send("GET /campaigns/c-1/outcomes?follow=true", "", "");
    client.head();
    assertTrue(client.chunk().contains("\"t-1\""));
    assertTrue(client.chunk().contains("\"t-2\""));
  }

  @Test
  void shouldEndAFollowerWhenTheServiceStops() throws Exception {
    door.outcomes.add(page("1-1", true, submitted(1, "1-1")));
    client.send("GET /campaigns/c-1/outcomes?follow=true", "", "");
    client.head();
    client.chunk();
    door.intake.stop();
    assertEnds(client);
  }

  @Test
  void shouldTellAFollowerThatItIsHeardBeforeAnythingEnds() throws Exception {
    client.send("GET /campaigns/c-1/outcomes?follow=true", "", "");
    assertEquals(200, client.head().status());
    assertEquals("\n", client.chunk());
  }

  @Test
  void shouldHaveABoundOnReaders() throws Exception {
    var readers = new ArrayList<RawClient>();
    for (int i = 0; i < 64; i++) {
      RawClient reader = door.client();
      readers.add(reader);
      reader.send("GET /campaigns/c-1/outcomes?follow=true", "", "");
      assertEquals(200, reader.head().status());
    }
    Answer refused = call("/outcomes");
    assertEquals(429, refused.status());
    assertEquals("ThrottlingException", refused.header("x-amzn-ErrorType"));
    door.intake.stop();
    for (RawClient reader : readers) {
      assertEnds(reader);
      reader.close();
    }
  }

  @Test
  void shouldNotKnowACampaignThatHasNothing() throws Exception {
    door.outcomes.add(OutcomePage.NO_CAMPAIGN);
    Answer answer = call("/outcomes");
    assertEquals(404, answer.status());
    assertEquals("ResourceNotFoundException", answer.header("x-amzn-ErrorType"));
  }

  @Test
  void shouldSayThatLookUpsAreBusy() throws Exception {
    door.outcomes.add(OutcomePage.BUSY);
    assertEquals(429, call("/dead-letters").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"after=x", "after=1", "limit=0", "limit=-1", "limit=x", "follow=yes", "limit=1e3"})
  void shouldRefuseWhatItCantRead(String query) throws Exception {
    Answer answer = call("/outcomes?" + query);
    assertEquals(400, answer.status());
    String member = query.substring(0, query.indexOf('='));
    assertTrue(answer.body().startsWith("{\"message\":\"" + member + ": "), answer.body());
    assertEquals(List.of(), door.queries);
  }

  // --- steps

  /** Nothing but empty lines, and then the end. */
  private static void assertEnds(RawClient reader) throws Exception {
    String chunk = reader.chunk();
    for (int i = 0; i < 20 && chunk.equals("\n"); i++) {
      chunk = reader.chunk();
    }
    assertEquals("", chunk);
  }

  private Answer call(String below) throws Exception {
    return client.send("GET /campaigns/c-1" + below, "", "").answer();
  }

  private static OutcomePage page(String next, boolean atEnd, Outcome... outcomes) {
    return new OutcomePage(OutcomePage.Found.READ, List.of(outcomes), 99, next, atEnd);
  }

  private static Outcome submitted(int sequence, String cursor) {
    return new Outcome(
        cursor,
        new RequestId(7, sequence),
        new ClientToken("t-" + sequence),
        RequestState.SUBMITTED,
        Reason.NONE,
        "id-" + sequence,
        1,
        0,
        null,
        DoorFixture.NOW_MS,
        DoorFixture.NOW_MS,
        DoorFixture.NOW_MS + sequence,
        "",
        "",
        null,
        null);
  }

  private static Outcome doubtful(int sequence, String cursor, Evidence evidence) {
    return new Outcome(
        cursor,
        new RequestId(7, sequence),
        new ClientToken("t-" + sequence),
        RequestState.UNDELIVERABLE,
        Reason.IN_DOUBT,
        null,
        0,
        DoorFixture.NOW_MS + 10,
        evidence,
        DoorFixture.NOW_MS,
        DoorFixture.NOW_MS + 1,
        DoorFixture.NOW_MS + sequence,
        "+12065550123",
        "{\"name\":\"Ann\"}",
        null,
        null);
  }

  private static Outcome expired(int sequence, String cursor) {
    return new Outcome(
        cursor,
        new RequestId(7, sequence),
        new ClientToken("t-" + sequence),
        RequestState.UNDELIVERABLE,
        Reason.CAMPAIGN_STOPPED,
        null,
        0,
        0,
        null,
        DoorFixture.NOW_MS,
        DoorFixture.NOW_MS + 1,
        DoorFixture.NOW_MS + sequence,
        "+12065550123",
        "{\"name\":\"Ann\"}",
        new RequestId(7, 1),
        new RequestId(7, 9));
  }
}
