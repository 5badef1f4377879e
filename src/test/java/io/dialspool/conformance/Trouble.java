package io.dialspool.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Operation;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How an operation comes to fail with one of its declared errors: by itself where input or
 * surroundings can bring it about, else by the campaign service's switch.
 *
 * @param input of the call that is to fail
 * @param ordered whether the switch has to order the error
 * @param state that an InvalidCampaignStateException tells; null for the other errors
 */
record Trouble(ObjectNode input, boolean ordered, @Nullable String state) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Sets the scene for the error. */
  static Trouble of(Operation operation, DeclaredError error, Scene scene) {
    @Nullable ObjectNode natural =
        switch (error) {
          case VALIDATION -> {
            ObjectNode valid = scene.sample(operation, Story.of(operation).setting().apply(scene));
            yield Broken.allOf(operation, valid).get(0).input();
          }
          case RESOURCE_NOT_FOUND -> ofNobody(operation, scene);
          case CONFLICT -> conflicting(operation, scene);
          case SERVICE_QUOTA_EXCEEDED -> {
            scene.fillInstance();
            yield scene.sample(operation, Map.of());
          }
          case INVALID_STATE -> {
            scene.onboarded("SUCCEEDED");
            scene.campaign(); // an active one keeps the instance's config from being deleted
            yield scene.inInstance();
          }
          default -> null;
        };
    if (natural != null) {
      return new Trouble(natural, false, null);
    }
    if (error.hasState()) {
      String state = stateAgainst(operation);
      return new Trouble(
          scene.sample(operation, Map.of("id", TextNode.valueOf(scene.campaign(state)))),
          false,
          state);
    }
    return new Trouble(
        scene.sample(operation, Story.of(operation).setting().apply(scene)), true, null);
  }

  private static @Nullable ObjectNode ofNobody(Operation operation, Scene scene) {
    UUID nobody = UUID.randomUUID();
    if (operation.input().member("id") != null) {
      return scene.sample(operation, Map.of("id", TextNode.valueOf(nobody.toString())));
    } else if (operation.input().member("arn") != null) {
      JsonNode arn = TextNode.valueOf(Scene.arn(nobody.toString()));
      return scene.sample(operation, Map.of("arn", arn, "tagKeys", JSON.arrayNode().add("sample")));
    } else if (operation.method().equals("PUT")) {
      return null; // creates a campaign or begins an onboarding: nothing has to be there
    }
    return scene.inInstance();
  }

  private static @Nullable ObjectNode conflicting(Operation operation, Scene scene) {
    switch (operation.name()) {
      case "CreateCampaign" -> {
        scene.campaign();
        return scene.created();
      }
      case "UpdateCampaignName" -> {
        scene.campaign();
        String taken = scene.created().path("name").asText();
        return Scene.id(scene.campaign()).put("name", taken);
      }
      case "UpdateCampaignDialerConfig" -> {
        ObjectNode input = Scene.id(scene.campaign());
        input.putObject("dialerConfig").putObject("agentlessDialerConfig");
        return input;
      }
      case "StartInstanceOnboardingJob" -> {
        scene.onboarded("SUCCEEDED");
        ObjectNode input = scene.inInstance();
        input.putObject("encryptionConfig").put("enabled", false);
        return input;
      }
      default -> {
        return null; // two changes at the same time, which no one client can bring about
      }
    }
  }

  /** A state in which the operation is illegal. Source: contract section 7. */
  private static String stateAgainst(Operation operation) {
    return switch (operation.name()) {
      case "StartCampaign" -> "Running";
      case "PauseCampaign" -> "Paused";
      case "ResumeCampaign" -> "Initialized";
      case "StopCampaign", "PutDialRequestBatch" -> "Stopped";
      default -> throw new AssertionError("in which state is " + operation + " illegal?");
    };
  }
}
