package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What CreateCampaign brings: checked, and written anew without unknown members. Source: contract
 * section 3.
 */
record NewCampaign(
    String name,
    String connectInstanceId,
    ObjectNode dialerConfig,
    ObjectNode outboundCallConfig,
    @Nullable ObjectNode tags) {
  static final Pattern INSTANCE_ID = Pattern.compile("[a-zA-Z0-9_\\-.]*");
  private static final Pattern TAG_KEY = Pattern.compile("(?!aws:)[a-zA-Z+-=._:/]+");
  private static final List<String> DIALERS =
      List.of("progressiveDialerConfig", "predictiveDialerConfig", "agentlessDialerConfig");

  static NewCampaign read(Shape body) {
    return new NewCampaign(
        body.string("name", 1, 127, null),
        body.string("connectInstanceId", 0, 256, INSTANCE_ID),
        dialerConfig(body.structure("dialerConfig")),
        outboundCallConfig(body.structure("outboundCallConfig")),
        tags(body.optionalStructure("tags")));
  }

  private static ObjectNode dialerConfig(Shape union) {
    String chosen = null;
    int members = 0;
    for (String dialer : DIALERS) {
      if (union.has(dialer)) {
        chosen = dialer;
        members++;
      }
    }
    if (chosen == null || members != 1) {
      throw Refused.shape(
          "dialerConfig",
          members + " members",
          "exactly one of progressiveDialerConfig, predictiveDialerConfig, agentlessDialerConfig");
    }
    Shape dialer = union.structure(chosen);
    ObjectNode config = Shape.JSON.createObjectNode();
    if (!chosen.equals("agentlessDialerConfig")) {
      config.put("bandwidthAllocation", dialer.number("bandwidthAllocation", 0, 1));
    }
    Double capacity = dialer.optionalNumber("dialingCapacity", 0.01, 1);
    if (capacity != null) {
      config.put("dialingCapacity", capacity);
    }
    return Shape.JSON.createObjectNode().set(chosen, config);
  }

  private static ObjectNode outboundCallConfig(Shape shape) {
    ObjectNode config = Shape.JSON.createObjectNode();
    config.put("connectContactFlowId", shape.string("connectContactFlowId", 0, 500, null));
    String number = shape.optionalString("connectSourcePhoneNumber", 0, 100, null);
    String queue = shape.optionalString("connectQueueId", 0, 500, null);
    if (number == null && queue == null) {
      throw Refused.shape(
          "outboundCallConfig",
          "neither queue nor source number",
          "connectQueueId, connectSourcePhoneNumber, or both");
    }
    if (number != null) {
      config.put("connectSourcePhoneNumber", number);
    }
    if (queue != null) {
      config.put("connectQueueId", queue);
    }
    Shape detection = shape.optionalStructure("answerMachineDetectionConfig");
    if (detection != null) {
      ObjectNode machine = config.putObject("answerMachineDetectionConfig");
      machine.put("enableAnswerMachineDetection", detection.bool("enableAnswerMachineDetection"));
      Boolean awaitPrompt = detection.optionalBool("awaitAnswerMachinePrompt");
      if (awaitPrompt != null) {
        machine.put("awaitAnswerMachinePrompt", awaitPrompt);
      }
    }
    return config;
  }

  private static @Nullable ObjectNode tags(@Nullable Shape shape) {
    if (shape == null) {
      return null;
    }
    ObjectNode tags = Shape.JSON.createObjectNode();
    shape.eachEntry("key", 1, 128, TAG_KEY, 256, null, tags::put);
    return tags;
  }
}
