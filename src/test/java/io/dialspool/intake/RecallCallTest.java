package io.dialspool.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.http.ApiError;
import io.dialspool.intake.RawClient.Answer;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestState;
import io.dialspool.target.RawAnswer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recall of many, and what is written down about it and other changes. */
class RecallCallTest {
  private final DoorFixture door = new DoorFixture();
  private final RawClient client = door.client();

  @AfterEach
  void close() throws Exception {
    client.close();
    door.close();
  }

  @Test
  void shouldOrderWhatTheBodySays() throws Exception {
    recall("{\"filter\":{\"phoneNumber\":\"+12065550100\"},\"dryRun\":true,\"after\":\"1-2\"}");
    recall("{\"filter\":{\"all\":true}}");
    assertEquals(
        List.of(new RecallOrder("+12065550100", true, "1-2"), new RecallOrder("", false, "")),
        door.recalls);
  }

  @Test
  void shouldAnswerWithCounts() throws Exception {
    door.recallReport =
        new RecallReport(
            1_200,
            0,
            1_000,
            Map.of(RequestState.SUBMITTED, 70L, RequestState.QUEUED, 5L),
            125,
            "9-10",
            "ThrottlingException");
    assertEquals(
        "{\"matched\":1200,\"cancelled\":1000,\"tooLate\":{\"QUEUED\":5,\"SUBMITTED\":70},"
            + "\"endedBefore\":125,\"next\":\"9-10\",\"error\":\"ThrottlingException\"}",
        recall("{\"filter\":{\"all\":true}}").body());
    door.recallReport = new RecallReport(3, 3, 0, Map.of(), 0, null, null);
    assertEquals(
        "{\"matched\":3,\"waiting\":3,\"tooLate\":{},\"endedBefore\":0}",
        recall("{\"filter\":{\"all\":true},\"dryRun\":true}").body());
    door.recallError = ApiError.throttled("Too many recalls at once.", 1);
    assertEquals(429, recall("{\"filter\":{\"all\":true}}").status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "body        | nonsense",
        "body        | {\"all\":true}",
        "filter      | {}",
        "filter      | {\"filter\":{}}",
        "filter      | {\"filter\":{\"all\":false}}",
        "filter      | {\"filter\":{\"all\":true,\"phoneNumber\":\"+12065550100\"}}",
        "filter      | {\"filter\":{\"clientToken\":\"t-1\"}}",
        "all         | {\"filter\":{\"all\":1}}",
        "phoneNumber | {\"filter\":{\"phoneNumber\":\"2065550100\"}}",
        "phoneNumber | {\"filter\":{\"phoneNumber\":12065550100}}",
        "dryRun      | {\"filter\":{\"all\":true},\"dryRun\":\"yes\"}",
        "after       | {\"filter\":{\"all\":true},\"after\":\"x\"}",
      })
  void shouldRefuseABodyThatItCantRead(String member, String body) throws Exception {
    Answer answer = recall(body);
    assertEquals(400, answer.status());
    assertTrue(answer.body().startsWith("{\"message\":\"" + member + ": "), answer.body());
    assertTrue(answer.body().contains("(expected: "), answer.body());
    assertFalse(answer.body().contains("206555"), answer.body());
    assertEquals(List.of(), door.recalls);
    assertEquals(List.of(), door.audited);
  }

  // --- who did what

  @Test
  void shouldWriteDownRecallsWithTheNumberMasked() throws Exception {
    door.recallReport =
        new RecallReport(3, 0, 2, Map.of(RequestState.IN_FLIGHT, 1L), 0, null, null);
    recall("{\"filter\":{\"phoneNumber\":\"+12065550100\"}}");
    recall("{\"filter\":{\"phoneNumber\":\"+12065550100\"},\"dryRun\":true}");
    door.recallAnswer = new RecallAnswer.Cancelled();
    client.send("DELETE /campaigns/c-1/dial-requests/t-1", "", "").answer();
    door.recallAnswer = new RecallAnswer.TooLate(RequestState.SUBMITTED);
    client.send("DELETE /campaigns/c-1/dial-requests/t-2", "", "").answer();
    door.recallAnswer = new RecallAnswer.Unknown();
    client.send("DELETE /campaigns/c-1/dial-requests/t-3", "", "").answer();
    assertEquals(
        List.of(
            "loopback 127.0.0.1 Recall c-1 {\"filter\":{\"phoneNumber\":\"+1206*****00\"},"
                + "\"matched\":3,\"cancelled\":2,\"tooLate\":{\"IN_FLIGHT\":1},\"endedBefore\":0}",
            "loopback 127.0.0.1 Recall c-1 {\"clientToken\":\"t-1\",\"answer\":\"CANCELLED\"}",
            "loopback 127.0.0.1 Recall c-1 {\"clientToken\":\"t-2\",\"answer\":\"SUBMITTED\"}"),
        door.audited);
  }

  @Test
  void shouldWriteDownRedrives() throws Exception {
    door.redriveReport = new RedriveReport(12, 9, 1, 2, null, null);
    String order =
        "{\"filter\":{\"state\":\"EXPIRED\",\"clientTokens\":[\"a\",\"b\"]},"
            + "\"deadline\":\"2025-11-21T02:00:00Z\",\"dryRun\":%s}";
    for (String dryRun : List.of("true", "false")) {
      client.send("POST /campaigns/c-1/dead-letters/redrive", "", order.formatted(dryRun)).answer();
    }
    assertEquals(
        List.of(
            "loopback 127.0.0.1 Redrive c-1 {\"filter\":{\"state\":\"EXPIRED\",\"clientTokens\":2},"
                + "\"deadline\":\"2025-11-21T02:00:00.000Z\",\"matched\":12,\"redriven\":9,"
                + "\"skipped\":{\"inDoubt\":1,\"alreadyRedriven\":2}}"),
        door.audited);
  }

  @Test
  void shouldWriteDownWhatChangesACampaignAndNothingThatOnlyLooks() throws Exception {
    door.targetAnswer =
        new RawAnswer.Answered(200, "application/json", "", "", "", "{}".getBytes(UTF_8));
    client.send("POST /campaigns/c-1/pause", "", "").answer();
    client.send("GET /campaigns/c-1/state", "", "").answer();
    client.send("POST /campaigns-state", "", "{}").answer();
    client.send("PUT /campaigns", "", "{}").answer();
    door.targetAnswer = new RawAnswer.Unanswered("timeout");
    client.send("DELETE /campaigns/c-1", "", "").answer();
    assertEquals(
        List.of(
            "loopback 127.0.0.1 PauseCampaign c-1 {\"status\":200}",
            "loopback 127.0.0.1 CreateCampaign null {\"status\":200}",
            "loopback 127.0.0.1 DeleteCampaign c-1 {\"status\":503}"),
        door.audited);
  }

  private Answer recall(String body) throws Exception {
    return client.send("POST /campaigns/c-1/recall", "", body).answer();
  }
}
