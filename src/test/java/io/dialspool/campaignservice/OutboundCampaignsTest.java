package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundCampaignsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CampaignServiceConfig FAST = config(1_000_000, 1_000_000, 50_000, 0, 100);

  private final MovedClock clock = new MovedClock();
  private final FakeStore store = new FakeStore();
  private OutboundCampaigns campaigns = new OutboundCampaigns(store, clock, FAST, Faults.NONE);

  // ---- states

  @ParameterizedTest
  @CsvSource({
    "Initialized, Running, -, -, -",
    "Running, -, Paused, -, Stopped",
    "Paused, -, -, Running, Stopped",
    "Stopped, -, -, -, -",
    "Failed, -, -, -, -",
    "Completed, -, -, -, -"
  })
  void shouldMoveAsTheMatrixSays(
      String from, String start, String pause, String resume, String stop) {
    var moves = new TreeMap<String, String>();
    moves.put("start", start);
    moves.put("pause", pause);
    moves.put("resume", resume);
    moves.put("stop", stop);
    moves.forEach(
        (move, to) -> {
          String id = campaignIn(from);
          Answer answer = call("POST", "/campaigns/" + id + "/" + move, "");
          if (to.equals("-")) {
            ApiError error = error(answer);
            assertEquals("InvalidCampaignStateException", error.code());
            assertEquals(409, error.status());
            assertEquals(from, error.state());
            assertEquals(from, state(id));
          } else {
            assertEquals(null, answer.error());
            assertEquals(null, answer.body());
            assertEquals(to, state(id));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"Initialized", "Paused", "Stopped", "Failed", "Completed"})
  void shouldTakeDialRequestsOnlyWhileRunning(String state) {
    String id = campaignIn(state);
    ApiError error = error(put(id, item("t-1")));
    assertEquals("InvalidCampaignStateException", error.code());
    assertEquals(state, error.state());
    assertEquals(List.of(), record(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Initialized", "Running", "Paused", "Stopped", "Failed", "Completed"})
  void shouldDeleteInAnyState(String state) {
    String id = campaignIn(state);
    assertEquals(null, call("DELETE", "/campaigns/" + id, "").error());
    for (String gone : List.of("GET ", "GET /state", "POST /start", "DELETE ")) {
      int blank = gone.indexOf(' ');
      ApiError error =
          error(call(gone.substring(0, blank), "/campaigns/" + id + gone.substring(blank + 1), ""));
      assertEquals("ResourceNotFoundException", error.code(), gone);
    }
    assertEquals("ResourceNotFoundException", error(put(id, item("t-1"))).code());
  }

  @Test
  void shouldRefuseANameThatTheInstanceHasAlready() {
    String id = create("spring", "i-1");
    ApiError error = error(call("PUT", "/campaigns", campaign("spring", "i-1")));
    assertEquals(409, error.status());
    assertEquals("ConflictException", error.code());
    create("spring", "i-2");
    call("DELETE", "/campaigns/" + id, "");
    create("spring", "i-1");
  }

  @Test
  void shouldRefuseTheFiftyFirstActiveCampaignOfAnInstance() {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 50; i++) {
      ids.add(create("c-" + i, "i-1"));
    }
    ApiError error = error(call("PUT", "/campaigns", campaign("c-50", "i-1")));
    assertEquals(402, error.status());
    assertEquals("ServiceQuotaExceededException", error.code());
    create("c-50", "i-2");
    call("POST", "/campaigns/" + ids.get(0) + "/start", "");
    call("POST", "/campaigns/" + ids.get(0) + "/stop", "");
    create("c-50", "i-1");
  }

  @Test
  void shouldRefuseTheFiveHundredFirstCampaignOfAnInstance() {
    for (int i = 0; i < 500; i++) {
      String id = create("c-" + i, "i-1");
      call("POST", "/campaigns/" + id + "/start", "");
      call("POST", "/campaigns/" + id + "/stop", "");
    }
    assertEquals(402, error(call("PUT", "/campaigns", campaign("c-500", "i-1"))).status());
  }

  @Test
  void shouldListInOrderOfCreationPageByPage() {
    var ids = new ArrayList<String>();
    for (int i = 0; i < 7; i++) {
      ids.add(create("c-" + i, i == 3 ? "i-2" : "i-1"));
    }
    ids.remove(3);
    var listed = new ArrayList<String>();
    String next = "";
    do {
      String filter = "\"filters\":{\"instanceIdFilter\":{\"value\":\"i-1\",\"operator\":\"Eq\"}}";
      JsonNode page =
          body(
              call(
                  "POST",
                  "/campaigns-summary",
                  "{\"maxResults\":3,\"nextToken\":\"" + next + "\"," + filter + "}"));
      page.path("campaignSummaryList").forEach(c -> listed.add(c.path("id").asText()));
      next = page.path("nextToken").asText();
    } while (!next.isEmpty());
    assertEquals(ids, listed);
    assertEquals(
        7, body(call("POST", "/campaigns-summary", "")).path("campaignSummaryList").size());
  }

  @Test
  void shouldTellStatesOfTheKnownAndFailTheUnknown() {
    String id = campaignIn("Paused");
    JsonNode answer =
        body(call("POST", "/campaigns-state", "{\"campaignIds\":[\"nobody\",\"" + id + "\"]}"));
    assertEquals(
        "[{\"campaignId\":\"" + id + "\",\"state\":\"Paused\"}]",
        answer.path("successfulRequests").toString());
    assertEquals(
        "[{\"campaignId\":\"nobody\",\"failureCode\":\"ResourceNotFound\"}]",
        answer.path("failedRequests").toString());
  }

  // ---- shapes

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x | body: unreadable JSON (expected: one JSON object)",
        "[] | body: array (expected: one JSON object)",
        "{} {} | dialRequests: missing (expected: 1 to 25 items)",
        "{} | dialRequests: missing (expected: 1 to 25 items)",
        "{\"dialRequests\":null} | dialRequests: null (expected: 1 to 25 items)",
        "{\"dialRequests\":{}} | dialRequests: object (expected: array)",
        "{\"dialRequests\":[]} | dialRequests: 0 items (expected: 1 to 25 items)",
        "{\"dialRequests\":[1]} | dialRequests[0]: number (expected: object)",
        "T:null | dialRequests[0].clientToken: null (expected: string)",
        "T:5 | dialRequests[0].clientToken: number (expected: string)",
        "T:\"ä\" | dialRequests[0].clientToken: breaks the pattern (expected: [a-zA-Z0-9_\\-.]*)",
        "N:\"+1 206\" | dialRequests[0].phoneNumber: breaks the pattern (expected: [\\d\\-+]*)",
        "N:\"+12065550100+12065550\" | dialRequests[0].phoneNumber: 21 characters (expected: 0 to 20 characters)",
        "E:\"soon\" | dialRequests[0].expirationTime: not a time (expected: RFC 3339 as in 2026-11-20T12:05:00Z)",
        "E:\"2026-02-30T12:00:00Z\" | dialRequests[0].expirationTime: not a time (expected: RFC 3339 as in 2026-11-20T12:05:00Z)",
        "E:true | dialRequests[0].expirationTime: boolean (expected: RFC 3339 as in 2026-11-20T12:05:00Z)",
        "A:null | dialRequests[0].attributes: null (expected: object)",
        "A:[] | dialRequests[0].attributes: array (expected: object)",
        "A:{\"a b\":\"\"} | dialRequests[0].attributes: breaks the pattern in a name (expected: [a-zA-Z0-9\\-_]+)",
        "A:{\"a\":\"1\\n2\"} | dialRequests[0].attributes: breaks the pattern in a value (expected: .*)",
        "A:{\"a\":1} | dialRequests[0].attributes: number as a value (expected: string)",
        "A:{\"a\":\"\\ud800\"} | dialRequests[0].attributes: half a surrogate pair in a value (expected: Unicode text)"
      })
  void shouldRefuseTheWholeBatchForABrokenShape(String body, String message) {
    String id = campaignIn("Running");
    String sent = body;
    if (body.startsWith(":", 1)) {
      String value = body.substring(2);
      String item =
          item(
              body.startsWith("T") ? value : "\"t-1\"",
              body.startsWith("N") ? value : "\"+12065550100\"",
              body.startsWith("E") ? value : "\"" + ahead(300_000) + "\"",
              body.startsWith("A") ? value : "{}");
      sent = "{\"dialRequests\":[" + item + "," + item("t-2") + "]}";
    }
    ApiError error = error(call("PUT", "/campaigns/" + id + "/dial-requests", sent));
    assertEquals(400, error.status());
    assertEquals("ValidationException", error.code());
    assertEquals(message, error.message());
    assertEquals(List.of(), record(id));
  }

  @Test
  void shouldRefuseTheTwentySixthItem() {
    String id = campaignIn("Running");
    var items = new ArrayList<String>();
    for (int i = 0; i < 26; i++) {
      items.add(item("t-" + i));
    }
    assertEquals(
        "dialRequests: more than 25 items (expected: 1 to 25 items)",
        error(put(id, items.toArray(String[]::new))).message());
    items.remove(25);
    assertEquals(25, succeeded(put(id, items.toArray(String[]::new))).size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"name\":\"\" | name: 0 characters (expected: 1 to 127 characters)",
        "\"connectInstanceId\":\"a/b\" | connectInstanceId: breaks the pattern (expected: [a-zA-Z0-9_\\-.]*)",
        "\"dialerConfig\":{} | dialerConfig: 0 members (expected: exactly one of progressiveDialerConfig, predictiveDialerConfig, agentlessDialerConfig)",
        "\"dialerConfig\":{\"agentlessDialerConfig\":{},\"progressiveDialerConfig\":{\"bandwidthAllocation\":1}} | dialerConfig: 2 members (expected: exactly one of progressiveDialerConfig, predictiveDialerConfig, agentlessDialerConfig)",
        "\"dialerConfig\":{\"progressiveDialerConfig\":{}} | dialerConfig.progressiveDialerConfig.bandwidthAllocation: missing (expected: number from 0 to 1)",
        "\"dialerConfig\":{\"progressiveDialerConfig\":{\"bandwidthAllocation\":1.5}} | dialerConfig.progressiveDialerConfig.bandwidthAllocation: out of range (expected: number from 0 to 1)",
        "\"dialerConfig\":{\"agentlessDialerConfig\":{\"dialingCapacity\":0}} | dialerConfig.agentlessDialerConfig.dialingCapacity: out of range (expected: number from 0.01 to 1)",
        "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\"} | outboundCallConfig: none of connectQueueId, connectSourcePhoneNumber (expected: at least one of them)",
        "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\",\"answerMachineDetectionConfig\":{}} | outboundCallConfig.answerMachineDetectionConfig.enableAnswerMachineDetection: missing (expected: true or false)",
        "\"tags\":{\"aws:x\":\"y\"} | tags: breaks the pattern in a key (expected: (?!aws:)[a-zA-Z+-=._:/]+)"
      })
  void shouldRefuseACampaignOfABrokenShape(String member, String message) {
    ObjectNode broken = (ObjectNode) json(campaign("spring", "i-1"));
    broken.setAll((ObjectNode) json("{" + member + "}"));
    ApiError error = error(call("PUT", "/campaigns", broken.toString()));
    assertEquals("ValidationException", error.code());
    assertEquals(message, error.message());
  }

  @Test
  void shouldPassOverUnknownMembersAndTakeNullForAbsent() {
    String id = campaignIn("Running");
    String item =
        "{\"clientToken\":\"t-1\",\"phoneNumber\":\"+12065550100\",\"unknown\":[{}],\"expirationTime\":\""
            + ahead(300_000)
            + "\",\"attributes\":{\"gone\":null,\"kept\":\"é\"}}";
    assertEquals(List.of("t-1"), succeeded(put(id, item)));
    assertEquals("{\"kept\":\"é\"}", record(id).get(0).path("attributes").toString());
  }

  @Test
  void shouldRefuseAnIdThatCannotBeOne() {
    assertEquals("ValidationException", error(call("GET", "/campaigns/", "")).code());
    assertEquals("ValidationException", error(call("GET", "/campaigns/a b", "")).code());
    assertEquals(
        "ValidationException", error(call("GET", "/campaigns/" + "x".repeat(257), "")).code());
    assertEquals("ResourceNotFoundException", error(call("GET", "/campaigns/x", "")).code());
    assertEquals("UnknownOperationException", error(call("GET", "/campaign/x", "")).code());
  }

  // ---- meaning

  @ParameterizedTest
  @CsvSource({"29999, false", "30000, true", "900000, true", "900001, false", "-1000, false"})
  void shouldTakeExpirationsFromThirtyToNineHundredSecondsAhead(long aheadMs, boolean taken) {
    String id = campaignIn("Running");
    assertTakenOrInvalid(
        taken, put(id, item("\"t-1\"", "\"+12065550100\"", "\"" + ahead(aheadMs) + "\"", "{}")));
  }

  @Test
  void shouldReadEveryWayToWriteATime() {
    String id = campaignIn("Running");
    clock.pass(123);
    Instant expiration = Instant.ofEpochMilli(clock.epochMs() + 300_000);
    String epochSeconds =
        expiration.getEpochSecond() + "." + String.format("%03d", expiration.getNano() / 1_000_000);
    int i = 0;
    for (String written :
        List.of(
            "\"" + expiration + "\"",
            "\"" + expiration.plusNanos(456_789) + "\"",
            "\"" + expiration.atOffset(ZoneOffset.ofHours(2)) + "\"",
            epochSeconds)) {
      put(id, item("\"t-" + i + "\"", "\"+12065550100\"", written, "{}"));
      assertEquals(expiration.toString(), record(id).get(i).path("expirationTime").asText());
      i++;
    }
    assertInvalid(put(id, item("\"t-x\"", "\"+12065550100\"", "1e300", "{}")));
  }

  @ParameterizedTest
  @CsvSource({
    "+12345678, true",
    "+123456789012345, true",
    "+1234567, false",
    "+1234567890123456, false",
    "12065550100, false",
    "+1-206-555-0100, false",
    "'', false"
  })
  void shouldTakeNumbersOfAPlusAndEightToFifteenDigits(String number, boolean taken) {
    String id = campaignIn("Running");
    assertTakenOrInvalid(
        taken, put(id, item("\"t-1\"", "\"" + number + "\"", "\"" + ahead(300_000) + "\"", "{}")));
  }

  @Test
  void shouldTakeThirtyTwoKilobytesOfAttributesAndNoMore() {
    String id = campaignIn("Running");
    String half = "ä".repeat(8_190); // 16,380 bytes of UTF-8, and 4 of name
    String full = "{\"name\":\"" + half + "\",\"mane\":\"" + half + "\"}";
    String over = "{\"name\":\"" + half + "\",\"mane\":\"" + half + "x\"}";
    String expiration = "\"" + ahead(300_000) + "\"";
    assertTakenOrInvalid(true, put(id, item("\"t-1\"", "\"+12065550100\"", expiration, full)));
    assertInvalid(put(id, item("\"t-2\"", "\"+12065550100\"", expiration, over)));
  }

  @Test
  void shouldFailOneItemAndTakeTheOthers() {
    String id = campaignIn("Running");
    Answer answer =
        put(
            id,
            item("t-1"),
            item("\"t-2\"", "\"1\"", "\"" + ahead(300_000) + "\"", "{}"),
            item("t-3"));
    assertEquals(List.of("t-1", "t-3"), succeeded(answer));
    assertEquals(List.of("t-2 InvalidInput"), failed(answer));
  }

  // ---- tokens

  @Test
  void shouldAnswerAKnownTokenWithTheSameIdAndCountIt() {
    String id = campaignIn("Running");
    String first = idOf(put(id, item("t-1")));
    clock.pass(1000);
    String other = item("\"t-1\"", "\"+12065550199\"", "\"" + ahead(300_000) + "\"", "{}");
    assertEquals(first, idOf(put(id, other)));
    assertEquals(first, idOf(put(id, item("t-1"))));
    List<JsonNode> record = record(id);
    assertEquals(1, record.size());
    assertEquals(3, record.get(0).path("times").asInt());
    assertEquals("+12065550100", record.get(0).path("phoneNumber").asText());
    assertEquals(
        Instant.ofEpochMilli(MovedClock.START_MS),
        Instant.parse(record.get(0).path("receivedAt").asText()));
  }

  @Test
  void shouldTakeATokenOnceThatStandsTwiceInABatch() {
    String id = campaignIn("Running");
    JsonNode answer = body(put(id, item("t-1"), item("t-1")));
    JsonNode successful = answer.path("successfulRequests");
    assertEquals(2, successful.size());
    assertEquals(successful.get(0), successful.get(1));
    assertEquals(2, record(id).get(0).path("times").asInt());
  }

  @Test
  void shouldKnowTokensOfCallsThatAreNotCommittedYet() {
    String id = campaignIn("Running");
    String first = idOf(campaigns.perform(putCall(id, item("t-1"))));
    assertEquals(first, idOf(campaigns.perform(putCall(id, item("t-1")))));
    campaigns.commit();
    assertEquals(1, record(id).size());
  }

  @Test
  void shouldForgetATokenAfterSevenDays() {
    String id = campaignIn("Running");
    String first = idOf(put(id, item("t-1")));
    clock.pass(Duration.ofDays(7).toMillis() - 1);
    assertEquals(first, idOf(put(id, item("t-1"))));
    clock.pass(1);
    String second = idOf(put(id, item("t-1")));
    assertNotEquals(first, second);
    assertEquals(second, idOf(put(id, item("t-1"))));
    assertEquals(
        List.of(2, 2), record(id).stream().map(line -> line.path("times").asInt()).toList());
  }

  @Test
  void shouldKeepTokensOfDifferentCampaignsApart() {
    String one = campaignIn("Running");
    String two = campaignIn("Running");
    assertNotEquals(idOf(put(one, item("t-1"))), idOf(put(two, item("t-1"))));
    assertEquals(1, record(one).size());
    assertEquals(1, record(two).size());
  }

  // ---- call quotas

  @Test
  void shouldNeverThrottleACallerWhoKeepsTheRateExactly() {
    use(config(10, 10, 50_000, 0, 100), Faults.NONE);
    String id = campaignIn("Running");
    for (int i = 0; i < 10; i++) {
      assertEquals(null, put(id, item("t-" + i)).error());
    }
    ApiError error = error(put(id, item("t-10")));
    assertEquals(429, error.status());
    assertEquals("ThrottlingException", error.code());
    assertEquals(0, error.retryAfterSeconds());
    for (int i = 0; i < 1000; i++) {
      clock.pass(100);
      assertEquals(null, put(id, item("t-x")).error());
      assertNotNull(put(id, item("t-x")).error());
    }
    clock.pass(60_000);
    for (int i = 0; i < 10; i++) {
      assertEquals(null, put(id, item("t-x")).error());
    }
    assertEquals(429, error(put(id, item("t-x"))).status());
  }

  @Test
  void shouldHoldEachOperationToItsOwnQuota() {
    use(config(10, 10, 50_000, 0, 100), Faults.NONE);
    assertEquals(2, callsUntilThrottled("PUT", "/campaigns", "{}"));
    assertEquals(10, callsUntilThrottled("GET", "/campaigns/x/state", ""));
    assertEquals(10, callsUntilThrottled("POST", "/campaigns-state", "{\"campaignIds\":[\"x\"]}"));
    assertEquals(10, callsUntilThrottled("POST", "/campaigns-summary", ""));
    assertEquals(35, callsUntilThrottled("GET", "/campaigns/x", ""));
    for (String move : List.of("start", "pause", "resume", "stop")) {
      assertEquals(2, callsUntilThrottled("POST", "/campaigns/x/" + move, ""));
    }
    assertEquals(2, callsUntilThrottled("DELETE", "/campaigns/x", ""));
    assertEquals(10, callsUntilThrottled("PUT", "/campaigns/x/dial-requests", "{}"));
  }

  @Test
  void shouldWidenTheOtherQuotasWithThatOfThePuts() {
    use(config(100, 30, 50_000, 0, 100), Faults.NONE);
    assertEquals(20, callsUntilThrottled("PUT", "/campaigns", "{}"));
    assertEquals(350, callsUntilThrottled("GET", "/campaigns/x", ""));
    assertEquals(30, callsUntilThrottled("PUT", "/campaigns/x/dial-requests", "{}"));
  }

  // ---- dialer

  @Test
  void shouldThrottleItemsWhileTheBufferIsFullAndForgetTheirTokens() {
    use(config(1_000_000, 1_000_000, 3, 2, 100), Faults.NONE);
    String id = campaignIn("Running");
    Answer answer = put(id, item("t-1"), item("t-2"), item("t-3"), item("t-4"), item("t-1"));
    assertEquals(List.of("t-1", "t-2", "t-3", "t-1"), succeeded(answer));
    assertEquals(List.of("t-4 RequestThrottled"), failed(answer));
    assertEquals(3, record(id).size());
    clock.pass(499);
    assertEquals(List.of("t-4 RequestThrottled"), failed(put(id, item("t-4"))));
    clock.pass(1);
    assertEquals(List.of("t-4"), succeeded(put(id, item("t-4"))));
    assertEquals(List.of("t-5 RequestThrottled"), failed(put(id, item("t-5"))));
  }

  @Test
  void shouldDrainExactlyHoweverOftenItIsLookedAt() {
    use(config(1_000_000, 1_000_000, 1000, 50, 100), Faults.NONE);
    String id = campaignIn("Running");
    for (int i = 0; i < 40; i++) {
      put(id, items(i * 25, 25));
    }
    for (int i = 0; i < 1000; i++) {
      clock.pass(7);
      campaigns.dialer(id);
    }
    assertEquals(350, dialled(id));
    assertEquals(650, campaigns.dialer(id).buffered());
  }

  @Test
  void shouldDialNobodyWhilePaused() {
    use(config(1_000_000, 1_000_000, 10, 5, 100), Faults.NONE);
    String id = campaignIn("Running");
    put(id, items(0, 10));
    clock.pass(1000);
    call("POST", "/campaigns/" + id + "/pause", "");
    clock.pass(60_000);
    assertEquals(5, campaigns.dialer(id).buffered());
    call("POST", "/campaigns/" + id + "/resume", "");
    assertEquals(5, campaigns.dialer(id).buffered());
    clock.pass(1000);
    assertEquals(0, campaigns.dialer(id).buffered());
    assertEquals(10, dialled(id));
  }

  @Test
  void shouldLetContactsExpireInTheBuffer() {
    use(config(1_000_000, 1_000_000, 1000, 0.1, 100), Faults.NONE);
    String id = campaignIn("Running");
    put(id, items(0, 25));
    clock.pass(301_000);
    assertEquals(25, dialled(id));
    assertEquals(0, expired(id));
    use(config(1_000_000, 1_000_000, 1000, 0.01, 100), Faults.NONE);
    String slow = campaignIn("Running");
    put(slow, items(0, 25));
    clock.pass(1_000_000);
    assertEquals(3, dialled(slow));
    assertEquals(22, expired(slow));
    assertEquals(0, campaigns.dialer(slow).buffered());
    assertEquals(List.of("t-1"), succeeded(put(slow, item("t-1"))));
  }

  @Test
  void shouldDrainAtTheSpeedOfItsAgents() {
    use(config(1_000_000, 1_000_000, 50_000, 0, 600), Faults.NONE);
    String id = campaignIn("Running");
    for (int i = 0; i < 100; i++) {
      put(id, items(i * 25, 25));
    }
    clock.pass(120_000);
    // 600 at once, and then one whenever an agent is free: 20 s of ringing, 35 % of 90 s of talk.
    long dialled = dialled(id);
    assertEquals(600 + 120 * 600 / 51.5, (double) dialled, 200.0);
    campaigns.setFaults(faults("{\"agents\":900}"));
    clock.pass(1);
    long more = dialled(id) - dialled;
    assertTrue(more >= 300 && more <= 302, "more " + more);
  }

  // ---- faults

  @ParameterizedTest
  @CsvSource({
    "share429, 429, ThrottlingException",
    "share500, 500, InternalServerException",
    "share503, 503, ServiceUnavailable"
  })
  void shouldRefuseWholeCallsWithoutDoingThem(String share, int status, String code) {
    String id = campaignIn("Running");
    campaigns.setFaults(faults("{\"" + share + "\":1,\"retryAfterSeconds\":3}"));
    ApiError error = error(put(id, item("t-1")));
    assertEquals(status, error.status());
    assertEquals(code, error.code());
    assertEquals(status == 429 ? 3 : 0, error.retryAfterSeconds());
    assertEquals(List.of(), record(id));
    assertEquals("Running", state(id)); // other operations know no shares
  }

  @Test
  void shouldDropBeforeOrAfterTheWork() {
    String id = campaignIn("Running");
    campaigns.setFaults(faults("{\"shareDroppedBefore\":1}"));
    assertTrue(put(id, item("t-1")).dropped());
    assertEquals(0, record(id).size());
    campaigns.setFaults(faults("{\"shareDroppedAfter\":1}"));
    assertTrue(put(id, item("t-1")).dropped());
    assertEquals(1, record(id).size());
    campaigns.setFaults(Faults.NONE);
    assertFalse(put(id, item("t-1")).dropped());
    assertEquals(2, record(id).get(0).path("times").asInt());
  }

  @Test
  void shouldLieInItsAnswers() {
    String id = campaignIn("Running");
    campaigns.setFaults(faults("{\"shareMissing\":1}"));
    assertEquals(List.of(), succeeded(put(id, item("t-1"))));
    assertEquals(1, record(id).size());
    campaigns.setFaults(faults("{\"shareDoubled\":1}"));
    assertEquals(List.of("t-2", "t-2"), succeeded(put(id, item("t-2"))));
    assertEquals(2, record(id).size());
    campaigns.setFaults(faults("{\"shareForeign\":1}"));
    List<String> tokens = succeeded(put(id, item("t-3")));
    assertEquals("t-3", tokens.get(0));
    assertTrue(tokens.get(1).startsWith("foreign-"), tokens.get(1));
    assertEquals(3, record(id).size());
    campaigns.setFaults(faults("{\"shareUnknownError\":1}"));
    assertEquals(List.of("t-4 UnknownError"), failed(put(id, item("t-4"))));
    assertEquals(3, record(id).size());
  }

  @Test
  void shouldStrikeAlikeForTheSameSeed() {
    String id = campaignIn("Running");
    var runs = new ArrayList<List<Boolean>>();
    for (int seed : new int[] {7, 7, 8}) {
      campaigns.setFaults(faults("{\"share500\":0.5,\"seed\":" + seed + "}"));
      var run = new ArrayList<Boolean>();
      for (int i = 0; i < 100; i++) {
        run.add(put(id, item("t-1")).error() == null);
      }
      runs.add(run);
    }
    assertEquals(runs.get(0), runs.get(1));
    assertNotEquals(runs.get(0), runs.get(2));
    long good = runs.get(0).stream().filter(ok -> ok).count();
    assertTrue(good > 25 && good < 75, "good " + good);
  }

  @Test
  void shouldOverrideCapacityByFaultsAndGiveItBack() {
    String id = campaignIn("Running");
    campaigns.setFaults(
        faults(
            "{\"buffer\":1,\"drainPerSecond\":1,\"latencyMs\":40,\"callsPerSecond\":1,\"burst\":1}"));
    assertEquals(40, campaigns.latencyMs());
    Answer answer = put(id, item("t-1"), item("t-2"));
    assertEquals(List.of("t-2 RequestThrottled"), failed(answer));
    assertEquals(429, error(put(id, item("t-2"))).status());
    campaigns.setFaults(Faults.NONE);
    clock.pass(1);
    assertEquals(List.of("t-2"), succeeded(put(id, item("t-2"))));
    assertEquals(0, campaigns.latencyMs());
  }

  // ---- durability

  @Test
  void shouldComeBackAfterACrashWithAllThatWasCommitted() {
    String running = campaignIn("Running");
    String paused = campaignIn("Paused");
    String deleted = campaignIn("Stopped");
    call("DELETE", "/campaigns/" + deleted, "");
    String dialled = idOf(put(running, item("t-1")));
    put(running, item("t-1"));
    JsonNode described = body(call("GET", "/campaigns/" + running, ""));

    crash();

    assertEquals("Running", state(running));
    assertEquals("Paused", state(paused));
    assertEquals(
        "ResourceNotFoundException", error(call("GET", "/campaigns/" + deleted, "")).code());
    assertEquals(described, body(call("GET", "/campaigns/" + running, "")));
    assertEquals(dialled, idOf(put(running, item("t-1"))));
    String next = idOf(put(running, item("t-2")));
    assertNotEquals(dialled, next);
    assertEquals(
        List.of("t-1 3", "t-2 1"),
        record(running).stream()
            .map(l -> l.path("clientToken").asText() + " " + l.path("times").asInt())
            .toList());
    var listed = new ArrayList<String>();
    String after = create("after", "i-1");
    body(call("POST", "/campaigns-summary", ""))
        .path("campaignSummaryList")
        .forEach(c -> listed.add(c.path("id").asText()));
    assertEquals(List.of(running, paused, after), listed);
  }

  @Test
  void shouldLoseOnlyWhatWasNeverCommitted() {
    String id = campaignIn("Running");
    put(id, item("t-1"));
    campaigns.perform(putCall(id, item("t-2")));
    crash();
    assertEquals(1, record(id).size());
    assertEquals(List.of("t-2"), succeeded(put(id, item("t-2"))));
    assertEquals(2, record(id).size());
  }

  @Test
  void shouldRebuildTheDialersLevelAfterACrash() {
    use(config(1_000_000, 1_000_000, 100, 1, 100), Faults.NONE);
    String id = campaignIn("Running");
    put(id, items(0, 25));
    clock.pass(500);
    put(id, items(25, 25));
    clock.pass(1500);
    assertEquals(48, campaigns.dialer(id).buffered());
    clock.pass(3000);
    store.crash();
    use(config(1_000_000, 1_000_000, 100, 1, 100), Faults.NONE);
    assertEquals(45, campaigns.dialer(id).buffered());
    campaigns.close();
    clock.pass(400_000);
    use(config(1_000_000, 1_000_000, 100, 1, 100), Faults.NONE);
    assertEquals(0, campaigns.dialer(id).buffered());
    assertEquals(50, dialled(id) + expired(id));
  }

  @Test
  void shouldSyncOnceForAnyNumberOfCalls() {
    String id = campaignIn("Running");
    int before = store.syncs;
    for (int i = 0; i < 10; i++) {
      campaigns.perform(putCall(id, item("t-" + i)));
    }
    campaigns.commit();
    campaigns.commit();
    assertEquals(before + 1, store.syncs);
    assertEquals(10, store.size("requests"));
  }

  @Test
  void shouldReadTheRecordPageByPage() {
    String id = campaignIn("Running");
    for (int i = 0; i < 4; i++) {
      put(id, items(i * 25, 25));
    }
    put(id, item("t-7"));
    var lines = new ArrayList<String>();
    int pages = 0;
    for (long from = 1; from != 0; pages++) {
      var page = campaigns.page(id, from, 90, 4096);
      lines.addAll(new String(page.lines(), UTF_8).lines().toList());
      from = page.next();
    }
    assertEquals(90, lines.size());
    assertTrue(pages > 3, "pages " + pages);
    assertTrue(lines.get(7).contains("\"attributes\":{},\"times\":2,\"dialledAt\":"), lines.get(7));
    assertTrue(lines.get(8).contains("\"attributes\":{},\"times\":1,\"dialledAt\":"), lines.get(8));
  }

  // ---- what the tests say and hear

  private static CampaignServiceConfig config(
      double callsPerSecond, int burst, int buffer, double drainPerSecond, int agents) {
    return new CampaignServiceConfig(
        "127.0.0.1",
        0,
        "unused",
        callsPerSecond,
        burst,
        agents,
        20_000,
        90_000,
        0.35,
        buffer,
        drainPerSecond,
        0,
        3_000,
        "",
        1,
        "");
  }

  private long dialled(String id) {
    ContactCounts counts = campaigns.contacts(id);
    assertNotNull(counts);
    return counts.taken() - counts.buffered() - counts.expired();
  }

  private long expired(String id) {
    return campaigns.dialer(id).ended(DisconnectReason.EXPIRED);
  }

  private static Faults faults(String json) {
    return Faults.ofJson(json.getBytes(UTF_8));
  }

  private void use(CampaignServiceConfig config, Faults faults) {
    campaigns = new OutboundCampaigns(store, clock, config, faults);
  }

  private void crash() {
    store.crash();
    use(FAST, Faults.NONE);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private Answer call(String method, String path, String body) {
    Answer answer = campaigns.perform(read(method, path, body));
    campaigns.commit();
    return answer;
  }

  private static Call read(String method, String path, String body) {
    return Call.read(method, path, body.getBytes(UTF_8));
  }

  private static Call putCall(String id, String... items) {
    return read(
        "PUT",
        "/campaigns/" + id + "/dial-requests",
        "{\"dialRequests\":[" + String.join(",", items) + "]}");
  }

  private Answer put(String id, String... items) {
    Answer answer = campaigns.perform(putCall(id, items));
    campaigns.commit();
    return answer;
  }

  private static JsonNode body(Answer answer) {
    assertEquals(null, answer.error());
    JsonNode body = answer.body();
    assertNotNull(body);
    return body;
  }

  private static ApiError error(Answer answer) {
    ApiError error = answer.error();
    assertNotNull(error);
    return error;
  }

  private static List<String> succeeded(Answer answer) {
    var tokens = new ArrayList<String>();
    body(answer)
        .path("successfulRequests")
        .forEach(entry -> tokens.add(entry.path("clientToken").asText()));
    return tokens;
  }

  private static List<String> failed(Answer answer) {
    var failures = new ArrayList<String>();
    body(answer)
        .path("failedRequests")
        .forEach(
            entry ->
                failures.add(
                    entry.path("clientToken").asText() + " " + entry.path("failureCode").asText()));
    return failures;
  }

  private static String idOf(Answer answer) {
    return body(answer).path("successfulRequests").path(0).path("id").asText();
  }

  private static void assertTakenOrInvalid(boolean taken, Answer answer) {
    if (taken) {
      assertEquals(List.of("t-1"), succeeded(answer));
    } else {
      assertInvalid(answer);
    }
  }

  private static void assertInvalid(Answer answer) {
    assertEquals(List.of(), succeeded(answer));
    assertEquals(
        "InvalidInput", body(answer).path("failedRequests").path(0).path("failureCode").asText());
  }

  private String state(String id) {
    return body(call("GET", "/campaigns/" + id + "/state", "")).path("state").asText();
  }

  private int callsUntilThrottled(String method, String path, String body) {
    for (int calls = 0; calls < 10_000; calls++) {
      ApiError error = call(method, path, body).error();
      if (error != null && error.status() == 429) {
        return calls;
      }
    }
    return -1;
  }

  private String create(String name, String instance) {
    return body(call("PUT", "/campaigns", campaign(name, instance))).path("id").asText();
  }

  private static String campaign(String name, String instance) {
    return "{\"name\":\""
        + name
        + "\",\"connectInstanceId\":\""
        + instance
        + "\",\"dialerConfig\":{\"agentlessDialerConfig\":{}},"
        + "\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}";
  }

  private String campaignIn(String state) {
    String id = create("c-" + store.size("campaigns"), "i-1");
    CampaignState wanted = CampaignState.ofWire(state).orElseThrow();
    switch (wanted) {
      case INITIALIZED -> {}
      case RUNNING -> call("POST", "/campaigns/" + id + "/start", "");
      case PAUSED -> {
        call("POST", "/campaigns/" + id + "/start", "");
        call("POST", "/campaigns/" + id + "/pause", "");
      }
      case STOPPED -> {
        call("POST", "/campaigns/" + id + "/start", "");
        call("POST", "/campaigns/" + id + "/stop", "");
      }
      case FAILED, COMPLETED -> {
        campaigns.force(id, wanted);
        campaigns.commit();
      }
    }
    return id;
  }

  private String ahead(long ms) {
    return Instant.ofEpochMilli(clock.epochMs() + ms).toString();
  }

  private String item(String token) {
    return item("\"" + token + "\"", "\"+12065550100\"", "\"" + ahead(300_000) + "\"", "{}");
  }

  private String[] items(int first, int count) {
    var items = new String[count];
    for (int i = 0; i < count; i++) {
      items[i] = item("t-" + (first + i));
    }
    return items;
  }

  private static String item(String token, String number, String expiration, String attributes) {
    return "{\"clientToken\":"
        + token
        + ",\"phoneNumber\":"
        + number
        + ",\"expirationTime\":"
        + expiration
        + ",\"attributes\":"
        + attributes
        + "}";
  }

  private List<JsonNode> record(String id) {
    var lines = new ArrayList<JsonNode>();
    var page = campaigns.page(id, 1, Long.MAX_VALUE - 1, Integer.MAX_VALUE);
    for (String line : new String(page.lines(), UTF_8).lines().toList()) {
      lines.add(json(line));
    }
    return lines;
  }
}
