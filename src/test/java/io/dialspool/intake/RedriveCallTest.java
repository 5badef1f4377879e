package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.ApiError;
import io.dialspool.intake.RawClient.Answer;
import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedriveCallTest {
  private static final String DEADLINE = "\"deadline\":\"2025-11-21T02:00:00Z\"";
  private static final long DEADLINE_MS = DoorFixture.NOW_MS + 7_200_000;

  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldOrderWhatTheBodySays() throws Exception {
    redrive(
        """
        {"filter":{"state":"UNDELIVERABLE","reason":"IN_DOUBT",
          "settledAfter":"2025-11-20T00:00:00Z","settledBefore":"2025-11-20T12:00:00Z",
          "clientTokens":["t-1","t-2"],"inDoubt":true},
         "deadline":"2025-11-21T02:00:00Z","dryRun":true,"after":"1-2-3"}
        """);
    assertEquals(
        List.of(
            new RedriveOrder(
                RequestState.UNDELIVERABLE,
                Reason.IN_DOUBT,
                DoorFixture.NOW_MS - 24 * 3_600_000L,
                DoorFixture.NOW_MS - 12 * 3_600_000L,
                List.of(new ClientToken("t-1"), new ClientToken("t-2")),
                true,
                DEADLINE_MS,
                true,
                "1-2-3")),
        door.redrives);
  }

  @Test
  void shouldMeanAllDeadLettersWithoutAFilter() throws Exception {
    redrive("{" + DEADLINE + ",\"filter\":{\"state\":null,\"reason\":null}}");
    redrive("{" + DEADLINE + "}");
    var all =
        new RedriveOrder(
            null, null, Long.MIN_VALUE, Long.MAX_VALUE, List.of(), false, DEADLINE_MS, false, "");
    assertEquals(List.of(all, all), door.redrives);
  }

  @Test
  void shouldAnswerWithCounts() throws Exception {
    door.redriveReport = new RedriveReport(12, 9, 1, 2, null, null);
    Answer answer = redrive("{" + DEADLINE + "}");
    assertEquals(200, answer.status());
    assertEquals(
        "{\"matched\":12,\"redriven\":9,\"skipped\":{\"inDoubt\":1,\"alreadyRedriven\":2}}",
        answer.body());
  }

  @Test
  void shouldSayWhereToGoOn() throws Exception {
    door.redriveReport = new RedriveReport(12, 12, 0, 0, "1-2-3", "ThrottlingException");
    assertTrue(
        redrive("{" + DEADLINE + "}")
            .body()
            .endsWith(",\"next\":\"1-2-3\",\"error\":\"ThrottlingException\"}"));
  }

  @Test
  void shouldPassOnWhyNothingWasDone() throws Exception {
    door.redriveError = ApiError.throttled("The disk of the spool is almost full.", 10);
    Answer answer = redrive("{" + DEADLINE + "}");
    assertEquals(429, answer.status());
    assertEquals("10", answer.header("Retry-After"));
  }

  @Test
  void shouldNotRedriveIntoACampaignThatTakesNothing() throws Exception {
    door.refusal =
        new ApiError(409, "InvalidCampaignStateException", "It is stopped.", "Stopped", 0);
    assertEquals(409, redrive("{" + DEADLINE + "}").status());
    assertEquals(List.of(), door.redrives);
    assertEquals(200, redrive("{\"dryRun\":true}").status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "body     | nonsense",
        "body     | []",
        "body     | {\"dryRun\":true} {}",
        "body     | {\"dryRun\":true,\"dryRun\":false}",
        "body     | {\"filters\":{},\"dryRun\":true}",
        "filter   | {\"filter\":{\"states\":\"EXPIRED\"},\"dryRun\":true}",
        "filter   | {\"filter\":[],\"dryRun\":true}",
        "state    | {\"filter\":{\"state\":\"SUBMITTED\"},\"dryRun\":true}",
        "state    | {\"filter\":{\"state\":3},\"dryRun\":true}",
        "reason   | {\"filter\":{\"reason\":\"NONE\"},\"dryRun\":true}",
        "settledAfter | {\"filter\":{\"settledAfter\":\"yesterday\"},\"dryRun\":true}",
        "inDoubt  | {\"filter\":{\"inDoubt\":\"true\"},\"dryRun\":true}",
        "clientTokens | {\"filter\":{\"clientTokens\":[]},\"dryRun\":true}",
        "clientTokens | {\"filter\":{\"clientTokens\":[\"a b\"]},\"dryRun\":true}",
        "clientTokens | {\"filter\":{\"clientTokens\":\"a\"},\"dryRun\":true}",
        "deadline | {}",
        "deadline | {\"deadline\":\"soon\"}",
        "deadline | {\"deadline\":\"2025-11-20T23:59:59Z\"}",
        "deadline | {\"deadline\":\"2025-12-22T00:00:00Z\"}",
        "dryRun   | {\"dryRun\":1}",
        "after    | {\"dryRun\":true,\"after\":\"x\"}",
      })
  void shouldRefuseABodyThatItCantRead(String member, String body) throws Exception {
    Answer answer = redrive(body);
    assertEquals(400, answer.status());
    assertEquals("ValidationException", answer.header("x-amzn-ErrorType"));
    assertTrue(answer.body().startsWith("{\"message\":\"" + member + ": "), answer.body());
    assertTrue(answer.body().contains("(expected: "), answer.body());
    assertEquals(List.of(), door.redrives);
  }

  @Test
  void shouldShowTheRequestOfAnIdBesideTheOneThatBearsTheToken() throws Exception {
    door.status =
        Optional.of(
            new RequestStatus(
                new CampaignId("c-1"),
                new ClientToken("t-1"),
                new RequestId(1, 7),
                RequestState.EXPIRED,
                null,
                "+12065550100",
                DoorFixture.NOW_MS,
                DoorFixture.NOW_MS,
                0,
                DoorFixture.NOW_MS,
                0,
                null,
                Reason.NONE,
                null,
                new RequestId(1, 3),
                new RequestId(1, 9)));
    String token = "GET /campaigns/c-1/dial-requests/t-1";
    Answer found = client.send(token + "?id=ds-1-7", "", "").answer();
    assertTrue(
        found.body().endsWith("\"redriveOf\":\"ds-1-3\",\"redrivenAs\":\"ds-1-9\"}"), found.body());
    assertEquals(404, client.send(token + "?id=ds-1-8", "", "").answer().status());
    assertEquals(400, client.send(token + "?id=7", "", "").answer().status());
    assertEquals(
        404,
        client.send("GET /campaigns/c-1/dial-requests/t-2?id=ds-1-7", "", "").answer().status());
  }

  private Answer redrive(String body) throws Exception {
    return client.send("POST /campaigns/c-1/dead-letters/redrive", "", body).answer();
  }
}
