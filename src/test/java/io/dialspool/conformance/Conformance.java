package io.dialspool.conformance;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Json;
import io.dialspool.api.Operation;
import io.dialspool.api.Operation.Version;
import io.dialspool.api.Operations;
import io.dialspool.whole.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.connectcampaigns.model.CampaignState;
import software.amazon.awssdk.services.connectcampaigns.model.InvalidCampaignStateException;

/**
 * What the description says, asked of a door by AWS's own SDKs: every operation, and every error
 * that it declares. Cases come from {@link Operations#ALL}; an operation or an error that is added
 * there is asked here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Conformance {
  private static final String PUT = "PutDialRequestBatch";
  private static final List<String> STATES =
      List.of("Initialized", "Running", "Paused", "Stopped", "Failed", "Completed");

  /** Legal calls and where they lead. Source: contract section 7. */
  private static final Map<String, String> LEADS =
      Map.of(
          "Initialized StartCampaign", "Running",
          "Running PauseCampaign", "Paused",
          "Running StopCampaign", "Stopped",
          "Paused ResumeCampaign", "Running",
          "Paused StopCampaign", "Stopped");

  private Deployment deployment;
  private BackRoom backRoom;
  private Sdk javaV2;
  private Sdk javaV1;

  /** An SDK with a client for each key. */
  private record Sdk(Map<KeyRing, AwsClient> clients) {
    static Sdk of(Function<KeyRing, AwsClient> client) {
      var clients = new EnumMap<KeyRing, AwsClient>(KeyRing.class);
      for (KeyRing key : KeyRing.values()) {
        clients.put(key, client.apply(key));
      }
      return new Sdk(clients);
    }

    AwsClient by(KeyRing key) {
      return requireNonNull(clients.get(key));
    }

    List<Operation> operations() {
      return by(KeyRing.OPERATOR).operations();
    }

    ObjectNode call(Operation operation, ObjectNode input) {
      return by(KeyRing.OPERATOR).call(operation, input);
    }

    void close() {
      clients.values().forEach(AwsClient::close);
    }
  }

  /** Starts what is under test. */
  abstract Deployment deploy(Path directory);

  @BeforeAll
  void start(@TempDir Path directory) {
    deployment = deploy(directory);
    backRoom = new BackRoom(door().campaignService());
    javaV2 = Sdk.of(key -> new JavaV2(door(), key, 1));
    javaV1 = Sdk.of(key -> new JavaV1(door(), key));
  }

  @AfterAll
  void stop() {
    javaV1.close();
    javaV2.close();
    deployment.close();
  }

  final Door door() {
    return deployment.door();
  }

  private Scene scene(Sdk sdk, Samples.Variant variant) {
    return new Scene(sdk.by(KeyRing.OPERATOR), backRoom, variant);
  }

  // --- every operation, every declared error

  @TestFactory
  Stream<DynamicNode> shouldAnswerEveryOperationAndEveryErrorToTheJavaSdkV2() {
    return cases(javaV2);
  }

  @TestFactory
  Stream<DynamicNode> shouldAnswerEveryOperationAndEveryErrorToTheJavaSdkV1() {
    return cases(javaV1);
  }

  private Stream<DynamicNode> cases(Sdk sdk) {
    var asked = new AtomicInteger();
    var operations = new ArrayList<DynamicNode>();
    int declared = 0;
    for (Operation operation : sdk.operations()) {
      declared += operation.errors().size() + 1;
      var answers = new ArrayList<DynamicTest>();
      answers.add(
          dynamicTest(
              "success",
              () -> {
                asked.incrementAndGet();
                succeed(sdk, operation, Samples.Variant.FULL);
              }));
      for (DeclaredError error : operation.errors()) {
        answers.add(
            dynamicTest(
                error.code(),
                () -> {
                  asked.incrementAndGet();
                  fail(sdk, operation, error);
                }));
      }
      operations.add(dynamicContainer(operation.toString(), answers));
    }
    int cases = declared;
    return Stream.concat(
        operations.stream(),
        Stream.of(dynamicTest("all of them", () -> assertEquals(cases, asked.get()))));
  }

  private void succeed(Sdk sdk, Operation operation, Samples.Variant variant) {
    Scene scene = scene(sdk, variant);
    Story story = Story.of(operation);
    ObjectNode input = scene.sample(operation, story.setting().apply(scene));
    ObjectNode answer = sdk.call(operation, input);
    byte[] written = answer.toString().getBytes(StandardCharsets.UTF_8);
    assertEquals(answer, Json.read(written, operation.output()), "as the description has it");
    story.judge().judge(scene, input, answer);
  }

  private void fail(Sdk sdk, Operation operation, DeclaredError error) {
    Scene scene = scene(sdk, Samples.Variant.FULL);
    Trouble trouble = Trouble.of(operation, error, scene);
    if (!trouble.ordered()) {
      expectError(error, trouble.state(), () -> sdk.call(operation, trouble.input()));
      return;
    }
    if (error == DeclaredError.ACCESS_DENIED && door().keyed()) {
      AwsClient client = sdk.by(withoutTheRight(operation));
      expectError(error, null, () -> client.call(operation, trouble.input()));
    }
    backRoom.fail(operation, error);
    try {
      if (door().spools() && operation.name().equals(PUT)) {
        ObjectNode answer = sdk.call(operation, trouble.input());
        Story.of(operation).judge().judge(scene, trouble.input(), answer);
      } else {
        expectError(error, null, () -> sdk.call(operation, trouble.input()));
      }
    } finally {
      backRoom.heal();
    }
    if (door().spools() && operation.name().equals(PUT) && error != DeclaredError.ACCESS_DENIED) {
      // Trouble behind the spool is the spool's: it kept what it was given, and tries again.
      awaitHandedOver(trouble.input());
    }
  }

  private static KeyRing withoutTheRight(Operation operation) {
    boolean reads =
        operation.method().equals("GET")
            || List.of("ListCampaigns", "GetCampaignStateBatch").contains(operation.name());
    return reads ? KeyRing.SUBMITTER : KeyRing.READER;
  }

  private List<JsonNode> awaitHandedOver(ObjectNode batch) {
    String id = batch.path("id").asText();
    int wanted = batch.path("dialRequests").size();
    Service.await(
        "handed over", Duration.ofSeconds(30), () -> backRoom.dialRequests(id).size() == wanted);
    return backRoom.dialRequests(id);
  }

  private static Refused expectError(DeclaredError error, @Nullable String state, Executable call) {
    Refused refused = assertThrows(Refused.class, call);
    assertAll(
        () -> assertEquals(error.code(), refused.type()),
        () -> assertEquals(error.code(), refused.code()),
        () -> assertEquals(error.code(), refused.errorType()),
        () -> assertEquals(error.status(), refused.status()),
        () -> assertFalse(refused.message().isBlank()),
        () -> assertTrue(refused.requestId().matches("[0-9a-f-]{36}"), refused.requestId()),
        () -> assertEquals(state, refused.state()));
    return refused;
  }

  @Test
  void shouldRaiseExceptionsThatTellTheirStateByType() {
    Scene scene = scene(javaV2, Samples.Variant.FULL);
    ObjectNode paused = Scene.id(scene.campaign("Paused"));
    ObjectNode completed = Scene.id(scene.campaign("Completed"));
    Operation start = Operations.named(Version.V1, "StartCampaign");
    Operation startV2 = Operations.named(Version.V2, "StartCampaign");
    Refused refused = assertThrows(Refused.class, () -> javaV2.call(start, paused));
    assertEquals(
        CampaignState.PAUSED,
        assertInstanceOf(InvalidCampaignStateException.class, refused.getCause()).state());
    Refused refusedV1 = assertThrows(Refused.class, () -> javaV1.call(start, paused));
    assertEquals(
        "Paused",
        assertInstanceOf(
                com.amazonaws.services.connectcampaign.model.InvalidCampaignStateException.class,
                refusedV1.getCause())
            .getState());
    Refused refusedV2 = assertThrows(Refused.class, () -> javaV2.call(startV2, completed));
    assertEquals(
        software.amazon.awssdk.services.connectcampaignsv2.model.CampaignState.COMPLETED,
        assertInstanceOf(
                software.amazon.awssdk.services.connectcampaignsv2.model
                    .InvalidCampaignStateException.class,
                refusedV2.getCause())
            .state());
  }

  @Test
  void shouldDialWhatTheSdksSent() {
    Operation put = Operations.named(Version.V1, PUT);
    for (Sdk sdk : List.of(javaV2, javaV1)) {
      Scene scene = scene(sdk, Samples.Variant.FULL);
      ObjectNode input = scene.sample(put, Story.of(put).setting().apply(scene));
      sdk.call(put, input);
      List<JsonNode> taken = awaitHandedOver(input);
      for (int i = 0; i < taken.size(); i++) {
        JsonNode sent = input.path("dialRequests").get(i);
        assertNotNull(sent);
        for (String member : List.of("clientToken", "phoneNumber", "attributes")) {
          assertEquals(sent.get(member), taken.get(i).get(member));
        }
        Instant sentTime = Instant.parse(sent.path("expirationTime").asText());
        Instant time = Instant.parse(taken.get(i).path("expirationTime").asText());
        // The SDK for Java v1 sends milliseconds, and the spool at most five minutes from now.
        assertTrue(Duration.between(time, sentTime).abs().toSeconds() < 5, time::toString);
      }
    }
  }

  // --- every form of an input, every limit of it

  @TestFactory
  Stream<DynamicNode> shouldTakeEveryFormOfAnInput() {
    return Operations.ALL.stream()
        .map(
            operation ->
                dynamicContainer(
                    operation.toString(),
                    Samples.variants(operation).stream()
                        .map(
                            variant ->
                                dynamicTest(
                                    variant.toString(),
                                    () -> succeed(javaV2, operation, variant)))));
  }

  @TestFactory
  Stream<DynamicNode> shouldRefuseAnInputForEachOfItsLimits() {
    return Operations.ALL.stream()
        .map(
            operation -> {
              Scene scene = scene(javaV2, Samples.Variant.FULL);
              ObjectNode valid =
                  scene.sample(operation, Story.of(operation).setting().apply(scene));
              return dynamicContainer(
                  operation.toString(),
                  Broken.allOf(operation, valid).stream()
                      .map(
                          broken ->
                              dynamicTest(broken.toString(), () -> refuse(operation, broken))));
            });
  }

  private void refuse(Operation operation, Broken broken) {
    boolean put = operation.name().equals(PUT);
    if (door().spools() && put && broken.ofForm() && broken.at().startsWith("dialRequests[")) {
      // The spool is kinder: such an item fails alone.
      JsonNode failed = javaV2.call(operation, broken.input()).path("failedRequests");
      assertEquals(1, failed.size());
      assertEquals("InvalidInput", failed.get(0).path("failureCode").asText());
      return;
    }
    Refused refused =
        expectError(DeclaredError.VALIDATION, null, () -> javaV2.call(operation, broken.input()));
    if (!(door().spools() && put)) {
      assertTrue(refused.message().startsWith(broken.at() + ": "), refused.message());
    }
    assertTrue(refused.message().matches("(?s).+: .+ \\(expected: .+\\)"), refused.message());
  }

  // --- the life cycle

  @TestFactory
  Stream<DynamicNode> shouldHoldToTheMatrixOfStates() {
    return STATES.stream()
        .map(
            state ->
                dynamicContainer(
                    state,
                    Operations.ALL.stream()
                        .filter(o -> o.errors().contains(DeclaredError.INVALID_CAMPAIGN_STATE))
                        .map(
                            operation ->
                                dynamicTest(operation.toString(), () -> move(state, operation)))));
  }

  private void move(String state, Operation operation) {
    Scene scene = scene(javaV2, Samples.Variant.FULL);
    String id = scene.campaign(state);
    ObjectNode input = scene.sample(operation, Map.of("id", TextNode.valueOf(id)));
    String leads = LEADS.get(state + " " + operation.name());
    if (operation.name().equals(PUT)
        && (state.equals("Running")
            || (door().spools() && List.of("Initialized", "Paused").contains(state)))) {
      assertEquals(2, javaV2.call(operation, input).path("successfulRequests").size());
    } else if (leads != null) {
      assertEquals(JsonNodeFactory.instance.objectNode(), javaV2.call(operation, input));
      assertEquals(leads, scene.state(id));
    } else {
      Refused refused =
          expectError(
              DeclaredError.INVALID_CAMPAIGN_STATE, state, () -> javaV2.call(operation, input));
      assertEquals(state, scene.state(id), "a refused call changes nothing");
      if (!operation.name().equals(PUT)) {
        assertTrue(refused.message().contains(" is " + state), refused.message());
        assertTrue(refused.message().contains(operation.name()), refused.message());
        for (String legal : LEADS.keySet()) {
          if (legal.startsWith(state + " ")) {
            String call = legal.substring(state.length() + 1);
            assertTrue(refused.message().contains(call), refused.message());
          }
        }
      }
    }
  }

  @Test
  void shouldTellTheStatesOfManyCampaignsInBothVersions() {
    Scene scene = scene(javaV2, Samples.Variant.FULL);
    List<String> ids = STATES.stream().map(scene::campaign).toList();
    for (Version version : Version.values()) {
      JsonNode answer =
          javaV2.call(
              Operations.named(version, "GetCampaignStateBatch"),
              (ObjectNode)
                  JsonNodeFactory.instance.objectNode().set("campaignIds", Scene.texts(ids)));
      for (int i = 0; i < ids.size(); i++) {
        JsonNode told = answer.path("successfulRequests").get(i);
        assertNotNull(told);
        assertEquals(ids.get(i), told.path("campaignId").asText());
        assertEquals(STATES.get(i), told.path("state").asText());
      }
    }
  }

  // --- onboarding

  @TestFactory
  Stream<DynamicTest> shouldTellHowAnOnboardingFailed() {
    return Operations.ONBOARDING_FAILURES.values().stream()
        .map(
            code ->
                dynamicTest(
                    code,
                    () -> {
                      Scene scene = scene(javaV2, Samples.Variant.FULL);
                      backRoom.set("{\"onboardingFailure\":\"" + code + "\"}");
                      try {
                        scene.onboarded("FAILED");
                      } finally {
                        backRoom.heal();
                      }
                      assertEquals(code, scene.onboarding().path("failureCode").asText());
                    }));
  }

  // --- what SDKs do by themselves

  @Test
  void shouldLetAnSdkRecoverFromAThrottleByItsOwnRetries() {
    Operation rename = Operations.named(Version.V1, "UpdateCampaignName");
    Scene scene = scene(javaV2, Samples.Variant.FULL);
    ObjectNode input = Scene.id(scene.campaign());
    // As at Amazon: two such calls at once, then one a second.
    backRoom.set("{\"callsPerSecond\":10,\"burst\":10,\"retryAfterSeconds\":1}");
    try (var patient = new JavaV2(door(), KeyRing.OPERATOR, 4)) {
      Refused refused =
          expectError(
              DeclaredError.THROTTLING,
              null,
              () -> {
                for (int i = 0; i < 20; i++) {
                  javaV2.call(rename, input.put("name", "hasty " + i));
                }
              });
      assertFalse(rename.errors().contains(DeclaredError.THROTTLING), "any call may be throttled");
      assertEquals(429, refused.status());
      patient.call(rename, input.put("name", "patient"));
      assertEquals("patient", scene.description(input.path("id").asText()).path("name").asText());
    } finally {
      backRoom.heal();
    }
  }
}
