package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dialspool.api.Operation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How an operation comes to succeed: what must be there, and what is to be seen afterwards. The
 * description can't know this; an operation without a story fails the suite.
 *
 * @param setting makes what must be there, and tells the input's members that come of it
 */
record Story(Function<Scene, Map<String, JsonNode>> setting, Judge judge) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Looks at a success. */
  interface Judge {
    void judge(Scene scene, ObjectNode input, ObjectNode answer);
  }

  /**
   * The operation's story.
   *
   * @throws AssertionError if it has none yet
   */
  static Story of(Operation operation) {
    return switch (operation.name()) {
      case "CreateCampaign" -> new Story(scene -> Map.of(), Story::created);
      case "DeleteCampaign" -> new Story(Story::campaign, Story::deleted);
      case "DescribeCampaign" -> new Story(Story::campaign, Story::described);
      case "ListCampaigns" -> new Story(Story::threeCampaigns, Story::listed);
      case "GetCampaignState" ->
          new Story(
              scene -> in(scene, "Paused"),
              (scene, input, answer) ->
                  assertEquals(JSON.objectNode().put("state", "Paused"), answer));
      case "GetCampaignStateBatch" -> new Story(Story::severalStates, Story::states);
      case "StartCampaign" -> move("Initialized", "Running");
      case "PauseCampaign" -> move("Running", "Paused");
      case "ResumeCampaign" -> move("Paused", "Running");
      case "StopCampaign" -> move("Running", "Stopped");
      case "PutDialRequestBatch" -> new Story(scene -> in(scene, "Running"), Story::taken);
      case "UpdateCampaignName" -> changed("name", "/name");
      case "UpdateCampaignDialerConfig" -> changed("dialerConfig", "/dialerConfig");
      case "UpdateCampaignOutboundCallConfig" -> new Story(Story::campaign, Story::callsChanged);
      case "StartInstanceOnboardingJob" ->
          new Story(
              scene -> Map.of(),
              (scene, input, answer) -> {
                expectJob(scene, "IN_PROGRESS", answer);
                scene.awaitOnboarding("SUCCEEDED");
              });
      case "GetInstanceOnboardingJobStatus" ->
          new Story(
              Story::onboarded, (scene, input, answer) -> expectJob(scene, "SUCCEEDED", answer));
      case "DeleteInstanceOnboardingJob" ->
          new Story(Story::onboardedInVain, gone("GetInstanceOnboardingJobStatus"));
      case "GetConnectInstanceConfig" -> new Story(Story::onboarded, Story::configured);
      case "DeleteConnectInstanceConfig" ->
          new Story(Story::onboarded, gone("GetConnectInstanceConfig"));
      case "ListTagsForResource" ->
          new Story(
              Story::arn,
              (scene, input, answer) ->
                  assertEquals(JSON.objectNode().set("tags", tags(scene)), answer));
      case "TagResource" -> new Story(Story::tagsToPut, Story::tagged);
      case "UntagResource" -> new Story(Story::tagToTakeOff, Story::untagged);
      default -> throw new AssertionError("tell the story of " + operation);
    };
  }

  // --- settings

  private static Map<String, JsonNode> campaign(Scene scene) {
    return Map.of("id", TextNode.valueOf(scene.campaign()));
  }

  private static Map<String, JsonNode> in(Scene scene, String state) {
    return Map.of("id", TextNode.valueOf(scene.campaign(state)));
  }

  private static Map<String, JsonNode> arn(Scene scene) {
    return Map.of("arn", TextNode.valueOf(Scene.arn(scene.campaign())));
  }

  private static Map<String, JsonNode> tagToTakeOff(Scene scene) {
    var known = new HashMap<>(arn(scene));
    known.put("tagKeys", Scene.texts(List.of("sample", "never-there")));
    return known;
  }

  private static Map<String, JsonNode> tagsToPut(Scene scene) {
    var known = new HashMap<>(arn(scene));
    known.put("tags", JSON.objectNode().put("sample", "another value").put("team:desk", "Köln 1"));
    return known;
  }

  private static Map<String, JsonNode> threeCampaigns(Scene scene) {
    for (int i = 0; i < 3; i++) {
      scene.campaign();
    }
    ObjectNode filters = JSON.objectNode();
    filters.putObject("instanceIdFilter").put("value", scene.instance()).put("operator", "Eq");
    return Map.of("filters", filters);
  }

  private static Map<String, JsonNode> severalStates(Scene scene) {
    return Map.of(
        "campaignIds",
        Scene.texts(List.of(scene.campaign("Paused"), "nobody", scene.campaign("Initialized"))));
  }

  private static Map<String, JsonNode> onboarded(Scene scene) {
    scene.onboarded("SUCCEEDED");
    return Map.of();
  }

  private static Map<String, JsonNode> onboardedInVain(Scene scene) {
    scene.backRoom().set("{\"onboardingFailure\":\"KMS_KEY_NOT_FOUND\"}");
    scene.onboarded("FAILED");
    scene.backRoom().heal();
    return Map.of();
  }

  // --- judges

  private static Story move(String from, String to) {
    return new Story(
        scene -> in(scene, from),
        (scene, input, answer) -> {
          expectNothing(answer);
          assertEquals(to, scene.state(input.path("id").asText()));
        });
  }

  private static Story changed(String member, String at) {
    return new Story(
        Story::campaign,
        (scene, input, answer) -> {
          expectNothing(answer);
          assertEquals(input.get(member), scene.description(input.path("id").asText()).at(at));
        });
  }

  private static Judge gone(String lookUp) {
    return (scene, input, answer) -> {
      expectNothing(answer);
      assertEquals(
          "ResourceNotFoundException",
          assertThrows(Refused.class, () -> scene.call(lookUp, scene.inInstance())).type());
    };
  }

  private static void expectNothing(ObjectNode answer) {
    assertEquals(JSON.objectNode(), answer);
  }

  private static ObjectNode whole(String id, ObjectNode created) {
    ObjectNode whole = created.deepCopy();
    return whole.put("id", id).put("arn", Scene.arn(id));
  }

  private static void created(Scene scene, ObjectNode input, ObjectNode answer) {
    String id = answer.path("id").asText();
    assertFalse(id.isEmpty());
    ObjectNode expected = JSON.objectNode().put("id", id).put("arn", Scene.arn(id));
    if (input.has("tags")) {
      expected.set("tags", input.get("tags"));
    }
    assertEquals(expected, answer);
    assertEquals(whole(id, input), scene.description(id));
    assertEquals("Initialized", scene.state(id));
  }

  private static void deleted(Scene scene, ObjectNode input, ObjectNode answer) {
    expectNothing(answer);
    String id = input.path("id").asText();
    assertEquals(
        "ResourceNotFoundException",
        assertThrows(Refused.class, () -> scene.description(id)).type());
  }

  private static void described(Scene scene, ObjectNode input, ObjectNode answer) {
    ObjectNode expected = JSON.objectNode();
    expected.set("campaign", whole(input.path("id").asText(), scene.created()));
    assertEquals(expected, answer);
  }

  private static void listed(Scene scene, ObjectNode input, ObjectNode answer) {
    JsonNode list = answer.path("campaignSummaryList");
    for (JsonNode summary : list) {
      assertEquals(4, summary.size(), "id, arn, name, connectInstanceId: " + summary);
    }
    if (input.has("filters")) {
      assertEquals(1, answer.size(), "the last page has no nextToken");
      assertEquals(3, list.size());
      ObjectNode last = whole(list.get(2).path("id").asText(), scene.created());
      assertEquals(last.retain("id", "arn", "name", "connectInstanceId"), list.get(2));
    } else {
      assertTrue(list.size() >= 3, "those of all instances");
    }
  }

  private static void states(Scene scene, ObjectNode input, ObjectNode answer) {
    ArrayNode ids = (ArrayNode) input.path("campaignIds");
    ObjectNode expected = JSON.objectNode();
    ArrayNode successful = expected.putArray("successfulRequests");
    successful.addObject().put("campaignId", ids.get(0).asText()).put("state", "Paused");
    successful.addObject().put("campaignId", ids.get(2).asText()).put("state", "Initialized");
    expected
        .putArray("failedRequests")
        .addObject()
        .put("campaignId", "nobody")
        .put("failureCode", "ResourceNotFound");
    assertEquals(expected, answer);
  }

  private static void taken(Scene scene, ObjectNode input, ObjectNode answer) {
    var ids = new HashSet<String>();
    ObjectNode expected = JSON.objectNode();
    ArrayNode successful = expected.putArray("successfulRequests");
    JsonNode answered = answer.path("successfulRequests");
    for (int i = 0; i < input.path("dialRequests").size(); i++) {
      String id = answered.path(i).path("id").asText();
      assertTrue(!id.isEmpty() && ids.add(id), answer::toString);
      String token = input.path("dialRequests").get(i).path("clientToken").asText();
      successful.addObject().put("clientToken", token).put("id", id);
    }
    expected.putArray("failedRequests");
    assertEquals(expected, answer);
  }

  private static void callsChanged(Scene scene, ObjectNode input, ObjectNode answer) {
    expectNothing(answer);
    ObjectNode expected = ((ObjectNode) scene.created().path("outboundCallConfig")).deepCopy();
    input.properties().stream()
        .filter(member -> !member.getKey().equals("id"))
        .forEach(member -> expected.set(member.getKey(), member.getValue()));
    assertEquals(expected, scene.description(input.path("id").asText()).path("outboundCallConfig"));
  }

  private static void expectJob(Scene scene, String status, ObjectNode answer) {
    ObjectNode expected = JSON.objectNode();
    expected
        .putObject("connectInstanceOnboardingJobStatus")
        .put("connectInstanceId", scene.instance())
        .put("status", status);
    assertEquals(expected, answer);
  }

  private static void configured(Scene scene, ObjectNode input, ObjectNode answer) {
    JsonNode config = answer.path("connectInstanceConfig");
    assertEquals(scene.instance(), config.path("connectInstanceId").asText());
    assertTrue(config.path("serviceLinkedRoleArn").asText().startsWith("arn:aws:iam::"));
    assertEquals(scene.created().get("encryptionConfig"), config.path("encryptionConfig"));
    assertEquals(3, config.size());
    assertEquals(1, answer.size());
  }

  private static void tagged(Scene scene, ObjectNode input, ObjectNode answer) {
    expectNothing(answer);
    ObjectNode expected = tags(scene);
    expected.setAll((ObjectNode) input.path("tags"));
    assertEquals(expected, scene.tags(id(input)));
  }

  private static void untagged(Scene scene, ObjectNode input, ObjectNode answer) {
    expectNothing(answer);
    ObjectNode expected = tags(scene);
    input.path("tagKeys").forEach(key -> expected.remove(key.textValue()));
    assertEquals(expected, scene.tags(id(input)));
  }

  /** Those that the campaign was made with. */
  private static ObjectNode tags(Scene scene) {
    JsonNode tags = scene.created().path("tags");
    return tags instanceof ObjectNode some ? some.deepCopy() : JSON.objectNode();
  }

  private static String id(ObjectNode input) {
    return input.path("arn").asText().substring(Scene.arn("").length());
  }
}
