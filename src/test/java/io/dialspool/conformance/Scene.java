package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Operation;
import io.dialspool.api.Operation.Version;
import io.dialspool.api.Operations;
import io.dialspool.whole.Service;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** What one case finds when it begins: an instance of its own, with what the case needs in it. */
final class Scene {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String ARN = "arn:aws:connect-campaigns:us-east-1:123456789012:campaign/";

  private final AwsClient client;
  private final BackRoom backRoom;
  private final Samples.Variant variant;
  private final String instance = "instance-" + UUID.randomUUID();
  private ObjectNode created = JSON.objectNode();

  /**
   * @param variant of what is made
   */
  Scene(AwsClient client, BackRoom backRoom, Samples.Variant variant) {
    this.client = client;
    this.backRoom = backRoom;
    this.variant = variant;
  }

  BackRoom backRoom() {
    return backRoom;
  }

  String instance() {
    return instance;
  }

  /** The input that what was last made came from. */
  ObjectNode created() {
    return created;
  }

  ObjectNode call(String operation, ObjectNode input) {
    return client.call(Operations.named(Version.V1, operation), input);
  }

  /** Makes a campaign with every member; its id. */
  String campaign() {
    created = sample("CreateCampaign", Map.of());
    ObjectNode answer = call("CreateCampaign", created);
    String id = answer.path("id").asText();
    assertEquals(ARN + id, answer.path("arn").textValue());
    return id;
  }

  /** Makes a campaign and takes it into the state. */
  String campaign(String state) {
    String id = campaign();
    switch (state) {
      case "Initialized" -> {}
      case "Running" -> moves(id, "StartCampaign");
      case "Paused" -> moves(id, "StartCampaign", "PauseCampaign");
      case "Stopped" -> moves(id, "StartCampaign", "StopCampaign");
      default -> backRoom.enter(id, state);
    }
    return id;
  }

  private void moves(String id, String... operations) {
    for (String operation : operations) {
      call(operation, id(id));
    }
  }

  String state(String id) {
    return call("GetCampaignState", id(id)).path("state").asText();
  }

  JsonNode description(String id) {
    return call("DescribeCampaign", id(id)).path("campaign");
  }

  JsonNode tags(String id) {
    return call("ListTagsForResource", JSON.objectNode().put("arn", arn(id))).path("tags");
  }

  static String arn(String id) {
    return ARN + id;
  }

  static ObjectNode id(String id) {
    return JSON.objectNode().put("id", id);
  }

  ObjectNode inInstance() {
    return JSON.objectNode().put("connectInstanceId", instance);
  }

  /** Begins an onboarding of the instance and waits for its end, which is {@code status}. */
  void onboarded(String status) {
    created = sample("StartInstanceOnboardingJob", Map.of());
    call("StartInstanceOnboardingJob", created);
    awaitOnboarding(status);
  }

  void awaitOnboarding(String status) {
    Service.await(
        "onboarding " + status,
        Duration.ofSeconds(10),
        () -> onboarding().path("status").asText().equals(status));
  }

  JsonNode onboarding() {
    return call("GetInstanceOnboardingJobStatus", inInstance())
        .path("connectInstanceOnboardingJobStatus");
  }

  /** An input of the operation, for this scene's instance. */
  ObjectNode sample(String operation, Map<String, JsonNode> known) {
    return sample(Operations.named(Version.V1, operation), known);
  }

  ObjectNode sample(Operation operation, Map<String, JsonNode> known) {
    var all = new HashMap<String, JsonNode>(known);
    all.putIfAbsent("connectInstanceId", JSON.textNode(instance));
    return Samples.of(operation, variant, all);
  }

  static ArrayNode texts(List<String> texts) {
    ArrayNode array = JSON.arrayNode();
    texts.forEach(array::add);
    return array;
  }

  /** As many campaigns as an instance may have active at once. */
  void fillInstance() {
    IntStream.range(0, 50).forEach(i -> campaign());
  }
}
