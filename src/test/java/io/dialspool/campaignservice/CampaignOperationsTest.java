package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Json;
import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What changes a campaign, its tags and its instance. */
class CampaignOperationsTest {
  private static final int ONBOARDING_MS = 3_000;
  private static final String PROGRESSIVE =
      "{\"progressiveDialerConfig\":{\"bandwidthAllocation\":0.5}}";
  private static final String AGENTLESS = "{\"agentlessDialerConfig\":{\"dialingCapacity\":0.5}}";
  private static final String PLAIN = "{\"encryptionConfig\":{\"enabled\":false}}";
  private static final String ENCRYPTED =
      "{\"encryptionConfig\":{\"enabled\":true,\"encryptionType\":\"KMS\",\"keyArn\":\"arn:key\"}}";

  private final MovedClock clock = new MovedClock();
  private final FakeStore store = new FakeStore();
  private OutboundCampaigns campaigns = open();

  private OutboundCampaigns open() {
    var config =
        new CampaignServiceConfig(
            "127.0.0.1",
            0,
            "unused",
            1_000_000,
            1_000_000,
            100,
            20_000,
            90_000,
            0.35,
            50_000,
            0,
            0,
            ONBOARDING_MS,
            "",
            1,
            "");
    return new OutboundCampaigns(store, clock, config, Faults.NONE);
  }

  private void crash() {
    store.crash();
    campaigns = open();
  }

  // ---- names, dialers, calls

  @Test
  void shouldRenameACampaignUnlessTheInstanceHasTheName() {
    String spring = create("spring", PROGRESSIVE);
    String summer = create("summer", PROGRESSIVE);
    assertError(409, "ConflictException", "POST", summer + "/name", "{\"name\":\"spring\"}");
    assertVoid("POST", spring + "/name", "{\"name\":\"spring\"}");
    assertVoid("POST", spring + "/name", "{\"name\":\"autumn\"}");
    assertVoid("POST", summer + "/name", "{\"name\":\"spring\"}");
    crash();
    assertEquals("autumn", described(spring).path("name").asText());
    assertEquals("spring", described(summer).path("name").asText());
    assertError(404, "ResourceNotFoundException", "POST", "/campaigns/x/name", "{\"name\":\"a\"}");
  }

  @Test
  void shouldKeepAgentlessAndAgentsApart() {
    String agents = create("agents", PROGRESSIVE);
    String none = create("none", AGENTLESS);
    assertError(409, "ConflictException", "POST", agents + "/dialer-config", dialer(AGENTLESS));
    assertError(409, "ConflictException", "POST", none + "/dialer-config", dialer(PROGRESSIVE));
    String predictive = "{\"predictiveDialerConfig\":{\"bandwidthAllocation\":1.0}}";
    assertVoid("POST", agents + "/dialer-config", dialer(predictive));
    crash();
    assertEquals(predictive, described(agents).path("dialerConfig").toString());
    assertEquals(AGENTLESS, described(none).path("dialerConfig").toString());
  }

  private static String dialer(String config) {
    return "{\"dialerConfig\":" + config + "}";
  }

  @Test
  void shouldChangeOfTheCallsWhatIsGivenAndNeverTheQueue() {
    String id = create("spring", PROGRESSIVE);
    assertVoid("POST", id + "/outbound-call-config", "");
    assertVoid(
        "POST",
        id + "/outbound-call-config",
        "{\"connectSourcePhoneNumber\":\"+1206\",\"connectQueueId\":\"other\","
            + "\"answerMachineDetectionConfig\":{\"enableAnswerMachineDetection\":true}}");
    crash();
    assertEquals(
        "{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\","
            + "\"connectSourcePhoneNumber\":\"+1206\","
            + "\"answerMachineDetectionConfig\":{\"enableAnswerMachineDetection\":true}}",
        described(id).path("outboundCallConfig").toString());
  }

  // ---- states

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Initialized | pause | Initialized: PauseCampaign is not legal now (legal: StartCampaign, DeleteCampaign).",
        "Running | start | Running: StartCampaign is not legal now (legal: PauseCampaign, StopCampaign, PutDialRequestBatch, DeleteCampaign).",
        "Paused | pause | Paused: PauseCampaign is not legal now (legal: ResumeCampaign, StopCampaign, DeleteCampaign).",
        "Stopped | resume | Stopped: ResumeCampaign is not legal now (legal: DeleteCampaign).",
        "Failed | start | Failed: StartCampaign is not legal now (legal: DeleteCampaign).",
        "Completed | stop | Completed: StopCampaign is not legal now (legal: DeleteCampaign)."
      })
  void shouldSayWhatIsLegalWhenAMoveIsNot(String from, String move, String message) {
    String id = create("spring", PROGRESSIVE);
    campaigns.force(idOf(id), CampaignState.ofWire(from).orElseThrow());
    for (String version : List.of("", "/v2")) {
      ApiError error = error(call("POST", version + id + "/" + move, ""));
      assertEquals("Campaign " + idOf(id) + " is " + message, error.message());
      assertEquals(from, error.state());
    }
  }

  @Test
  void shouldSteerTheSameCampaignByBothVersions() {
    String id = create("spring", PROGRESSIVE);
    assertVoid("POST", "/v2" + id + "/start", "");
    assertVoid("POST", id + "/pause", "");
    assertEquals("Paused", body(call("GET", "/v2" + id + "/state", "")).path("state").asText());
    assertVoid("POST", "/v2" + id + "/resume", "");
    campaigns.force(idOf(id), CampaignState.COMPLETED);
    campaigns.commit();
    crash();
    String asked = "{\"campaignIds\":[\"" + idOf(id) + "\",\"a/b\"]}";
    assertEquals(
        "{\"successfulRequests\":[{\"campaignId\":\""
            + idOf(id)
            + "\",\"state\":\"Completed\"}],"
            + "\"failedRequests\":[{\"campaignId\":\"a/b\",\"failureCode\":\"ResourceNotFound\"}]}",
        body(call("POST", "/v2/campaigns-state", asked)).toString());
  }

  @Test
  void shouldNotCountACompletedCampaignAsActive() {
    for (int i = 0; i < 50; i++) {
      create("c-" + i, PROGRESSIVE);
    }
    String one = create("other", PROGRESSIVE, "i-2");
    assertEquals(
        402, error(call("PUT", "/campaigns", campaign("c-50", PROGRESSIVE, "i-1"))).status());
    campaigns.force(idOf(one), CampaignState.COMPLETED);
    assertNull(call("PUT", "/campaigns", campaign("c-50", PROGRESSIVE, "i-2")).error());
  }

  // ---- tags

  @Test
  void shouldTagAndUntagAndKeepIt() {
    String id = create("spring", PROGRESSIVE);
    String tags = "/tags/" + arn(id);
    assertEquals("{\"tags\":{}}", body(call("GET", tags, "")).toString());
    assertFalse(described(id).has("tags"));
    assertVoid("POST", tags, "{\"tags\":{\"owner\":\"me\",\"k/2\":\"\"}}");
    assertVoid("POST", tags, "{\"tags\":{\"owner\":\"you\"}}");
    crash();
    assertEquals(
        "{\"tags\":{\"owner\":\"you\",\"k/2\":\"\"}}", body(call("GET", tags, "")).toString());
    assertVoid("DELETE", tags + "?tagKeys=k%2F2&tagKeys=unknown", "");
    assertVoid("DELETE", tags, "");
    crash();
    assertEquals("{\"owner\":\"you\"}", described(id).path("tags").toString());
  }

  @Test
  void shouldHoldTagsToTheirRules() {
    String id = create("spring", PROGRESSIVE);
    String tags = "/tags/" + arn(id);
    var fifty = new ArrayList<String>();
    for (int i = 0; i < 50; i++) {
      fifty.add("\"k" + i + "\":\"v\"");
    }
    assertVoid("POST", tags, "{\"tags\":{" + String.join(",", fifty) + "}}");
    assertVoid("POST", tags, "{\"tags\":{\"k0\":\"w\"}}");
    assertEquals(
        "tags: 51 with those it has (expected: at most 50)",
        error(call("POST", tags, "{\"tags\":{\"k50\":\"v\"}}")).message());
    assertEquals(50, body(call("GET", tags, "")).path("tags").size());
    for (String broken : List.of("aws:x", "", "a b", "k".repeat(129))) {
      assertError(400, "ValidationException", "POST", tags, "{\"tags\":{\"" + broken + "\":\"\"}}");
    }
    assertError(400, "ValidationException", "DELETE", tags + "?tagKeys=aws:x", "");
  }

  @Test
  void shouldKnowTagsOfExistingCampaignsOnly() {
    String id = create("spring", PROGRESSIVE);
    String arn = arn(id);
    assertVoid("DELETE", id, "");
    for (String other : List.of(arn, "arn%3Aaws%3As3%3A%3A%3Abucket-of-mine", arn + "x")) {
      assertError(404, "ResourceNotFoundException", "GET", "/tags/" + other, "");
      assertError(404, "ResourceNotFoundException", "POST", "/tags/" + other, "{\"tags\":{}}");
      assertError(404, "ResourceNotFoundException", "DELETE", "/tags/" + other + "?tagKeys=a", "");
    }
    assertError(400, "ValidationException", "GET", "/tags/nothing-of-an-arn-at-all", "");
  }

  private static String arn(String path) {
    return "arn%3Aaws%3Aconnect-campaigns%3Aus-east-1%3A123456789012%3Acampaign%2F" + idOf(path);
  }

  // ---- instances

  @Test
  void shouldOnboardAnInstanceInItsTime() {
    String job = "/connect-instance/i-1/onboarding";
    String config = "/connect-instance/i-1/config";
    assertError(404, "ResourceNotFoundException", "GET", job, "");
    assertError(404, "ResourceNotFoundException", "GET", config, "");
    assertEquals("IN_PROGRESS", status(call("PUT", job, ENCRYPTED)));
    clock.pass(ONBOARDING_MS - 1);
    crash();
    assertEquals("IN_PROGRESS", status(call("GET", job, "")));
    assertError(404, "ResourceNotFoundException", "GET", config, "");
    assertError(409, "InvalidStateException", "DELETE", config, "");
    clock.pass(1);
    assertEquals("SUCCEEDED", status(call("GET", job, "")));
    JsonNode told = body(call("GET", config, "")).path("connectInstanceConfig");
    assertEquals(
        ENCRYPTED, "{\"encryptionConfig\":" + told.path("encryptionConfig").toString() + "}");
    assertEquals("i-1", told.path("connectInstanceId").asText());
  }

  @Test
  void shouldTellARepeatedStartHowTheJobIsDoing() {
    String job = "/connect-instance/i-1/onboarding";
    call("PUT", job, PLAIN);
    assertEquals("IN_PROGRESS", status(call("PUT", job, PLAIN)));
    assertError(409, "ConflictException", "PUT", job, ENCRYPTED);
    clock.pass(ONBOARDING_MS);
    assertEquals("SUCCEEDED", status(call("PUT", job, PLAIN)));
    assertError(409, "ConflictException", "PUT", job, ENCRYPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EVENT_BRIDGE_ACCESS_DENIED",
        "EVENT_BRIDGE_MANAGED_RULE_LIMIT_EXCEEDED",
        "IAM_ACCESS_DENIED",
        "KMS_ACCESS_DENIED",
        "KMS_KEY_NOT_FOUND",
        "INTERNAL_FAILURE"
      })
  void shouldFailAJobAsOrderedAndTryAgain(String failureCode) {
    String job = "/connect-instance/i-1/onboarding";
    faults("{\"onboardingFailure\":\"" + failureCode + "\"}");
    assertEquals("IN_PROGRESS", status(call("PUT", job, PLAIN)));
    faults("{}");
    assertError(409, "InvalidStateException", "DELETE", job, "");
    clock.pass(ONBOARDING_MS);
    crash();
    JsonNode failed = body(call("GET", job, "")).path("connectInstanceOnboardingJobStatus");
    assertEquals("FAILED", failed.path("status").asText());
    assertEquals(failureCode, failed.path("failureCode").asText());
    assertError(404, "ResourceNotFoundException", "GET", "/connect-instance/i-1/config", "");
    assertError(404, "ResourceNotFoundException", "DELETE", "/connect-instance/i-1/config", "");
    assertVoid("DELETE", job, "");
    assertError(404, "ResourceNotFoundException", "DELETE", job, "");
    call("PUT", job, PLAIN);
    clock.pass(ONBOARDING_MS);
    assertEquals("SUCCEEDED", status(call("GET", job, "")));
    assertError(409, "InvalidStateException", "DELETE", job, "");
  }

  @Test
  void shouldDeleteAConfigOnceNoCampaignIsActive() {
    String config = "/connect-instance/i-1/config";
    call("PUT", "/connect-instance/i-1/onboarding", PLAIN);
    clock.pass(ONBOARDING_MS);
    String id = create("spring", PROGRESSIVE);
    assertError(409, "InvalidStateException", "DELETE", config, "");
    assertVoid("POST", id + "/start", "");
    assertVoid("POST", id + "/stop", "");
    assertVoid("DELETE", config, "");
    crash();
    assertError(404, "ResourceNotFoundException", "GET", config, "");
    assertError(404, "ResourceNotFoundException", "DELETE", config, "");
    assertEquals("Stopped", body(call("GET", id + "/state", "")).path("state").asText());
  }

  private static String status(Answer answer) {
    return body(answer).at("/connectInstanceOnboardingJobStatus/status").asText();
  }

  // ---- ordered errors

  static Stream<Arguments> declaredErrors() {
    return Operations.ALL.stream()
        .flatMap(
            operation -> operation.errors().stream().map(error -> Arguments.of(operation, error)));
  }

  @ParameterizedTest
  @MethodSource("declaredErrors")
  void shouldAnswerAnyDeclaredErrorWhenOrdered(Operation operation, DeclaredError declared) {
    String id = create("spring", PROGRESSIVE);
    for (String name : List.of(operation.name(), "*")) {
      faults("{\"operations\":{\"" + name + "\":\"" + declared.code() + "\"}}");
      ApiError error = error(anyCall(operation, id));
      assertEquals(declared.code(), error.code());
      assertEquals(declared.status(), error.status());
      assertEquals(declared.hasState() ? "Initialized" : null, error.state());
    }
    faults("{\"operations\":{\"*\":\"" + declared.code() + "\"},\"shareOperations\":0}");
    ApiError natural = anyCall(operation, id).error();
    assertFalse(natural != null && natural.message().startsWith("Ordered"));
  }

  private Answer anyCall(Operation operation, String id) {
    String path =
        operation
            .path()
            .replace("{id}", idOf(id))
            .replace("{connectInstanceId}", "i-1")
            .replace("{arn}", arn(id));
    String body = operation.name().equals("PutDialRequestBatch") ? BATCH : "{}";
    return call(operation.method(), path, body);
  }

  private static final String BATCH =
      "{\"dialRequests\":[{\"clientToken\":\"t\",\"phoneNumber\":\"+12065550100\","
          + "\"expirationTime\":0,\"attributes\":{}}]}";

  @Test
  void shouldPreferAnOperationsOwnOrder() {
    faults(
        "{\"operations\":{\"*\":\"AccessDeniedException\",\"ListCampaigns\":\"ValidationException\"}}");
    assertError(400, "ValidationException", "POST", "/campaigns-summary", "");
    assertError(403, "AccessDeniedException", "GET", "/campaigns/x", "");
  }

  // ---- what the tests say and hear

  private void faults(String json) {
    campaigns.setFaults(Faults.ofJson(json.getBytes(UTF_8)));
  }

  private String create(String name, String dialer) {
    return create(name, dialer, "i-1");
  }

  /** The new campaign's path. */
  private String create(String name, String dialer, String instance) {
    JsonNode made = body(call("PUT", "/campaigns", campaign(name, dialer, instance)));
    return "/campaigns/" + made.path("id").asText();
  }

  private static String campaign(String name, String dialer, String instance) {
    return "{\"name\":\""
        + name
        + "\",\"connectInstanceId\":\""
        + instance
        + "\",\"dialerConfig\":"
        + dialer
        + ",\"outboundCallConfig\":{\"connectContactFlowId\":\"f\",\"connectQueueId\":\"q\"}}";
  }

  private static String idOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private JsonNode described(String path) {
    return body(call("GET", path, "")).path("campaign");
  }

  /** Every success is held to the description's output. */
  private Answer call(String method, String path, String body) {
    Call call = Call.read(method, path, body.getBytes(UTF_8));
    Answer answer = campaigns.perform(call);
    campaigns.commit();
    Operation operation = call.operation();
    assertNotNull(operation, path);
    JsonNode told = answer.body();
    if (answer.error() == null) {
      assertEquals(operation.isVoid(), told == null, operation::toString);
    }
    if (told != null) {
      JsonNode read = Json.read(told.toString().getBytes(UTF_8), operation.output());
      assertEquals(told.toString(), read.toString());
    }
    return answer;
  }

  private void assertVoid(String method, String path, String body) {
    Answer answer = call(method, path, body);
    assertNull(answer.error());
    assertNull(answer.body());
  }

  private void assertError(int status, String code, String method, String path, String body) {
    ApiError error = error(call(method, path, body));
    assertEquals(code, error.code(), error::message);
    assertEquals(status, error.status());
  }

  private static JsonNode body(Answer answer) {
    assertNull(answer.error(), () -> String.valueOf(answer.error()));
    JsonNode body = answer.body();
    assertNotNull(body);
    return body;
  }

  private static ApiError error(Answer answer) {
    ApiError error = answer.error();
    assertNotNull(error, () -> String.valueOf(answer.body()));
    return error;
  }
}
