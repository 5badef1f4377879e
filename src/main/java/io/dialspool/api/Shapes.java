package io.dialspool.api;

import static io.dialspool.api.Member.optional;
import static io.dialspool.api.Member.required;

import io.dialspool.api.Shape.Bool;
import io.dialspool.api.Shape.Choice;
import io.dialspool.api.Shape.Decimal;
import io.dialspool.api.Shape.Entries;
import io.dialspool.api.Shape.Items;
import io.dialspool.api.Shape.Structure;
import io.dialspool.api.Shape.Text;
import io.dialspool.api.Shape.Timestamp;
import io.dialspool.api.Shape.Union;
import io.dialspool.api.Shape.Whole;
import java.util.List;

/** The model's shapes by their names in it. Source: contract section 3, v2's section A5. */
final class Shapes {
  private static final String NAME_LIKE = "[a-zA-Z0-9_\\-.]*";

  static final Text CAMPAIGN_ID = Text.of(0, 256, "[\\S]*");
  static final Text CAMPAIGN_ID_V2 = Text.of(1, 256, "[-:/a-zA-Z0-9]+");
  static final Text CAMPAIGN_NAME = Text.of(1, 127);
  static final Text CAMPAIGN_ARN = Text.of(20, 500);
  static final Text ARN = Text.of(20, 500, "arn:.*");
  static final Text INSTANCE_ID = Text.of(0, 256, NAME_LIKE);
  static final Text CONTACT_FLOW_ID = Text.of(0, 500);
  static final Text QUEUE_ID = Text.of(0, 500);
  static final Text SOURCE_PHONE_NUMBER = Text.of(0, 100);
  static final Text DESTINATION_PHONE_NUMBER = Text.of(0, 20, "[\\d\\-+]*");
  static final Text CLIENT_TOKEN = Text.of(0, 200, NAME_LIKE);
  static final Text DIAL_REQUEST_ID = Text.of(0, 256, NAME_LIKE);
  static final Entries ATTRIBUTES =
      new Entries(
          "name",
          Text.of(0, 32_767, "[a-zA-Z0-9\\-_]+"),
          Text.of(0, 32_767, ".*"),
          Integer.MAX_VALUE);
  static final Timestamp TIMESTAMP = new Timestamp();
  static final Decimal BANDWIDTH_ALLOCATION = new Decimal(0, 1);
  static final Decimal DIALING_CAPACITY = new Decimal(0.01, 1);
  static final Whole MAX_RESULTS = new Whole(1, 50);
  static final Text NEXT_TOKEN = Text.of(0, 1000);
  static final Text TAG_KEY = Text.of(1, 128, "(?!aws:)[a-zA-Z+-=._:/]+");
  static final Items TAG_KEYS = new Items(TAG_KEY, 0, 50);

  /** The model bounds no tag map; 50 is what every AWS resource may carry. */
  static final Entries TAGS = new Entries("key", TAG_KEY, Text.of(0, 256), 50);

  static final Text ENCRYPTION_KEY = Text.of(0, 500);
  static final Text SERVICE_LINKED_ROLE_ARN = Text.of(0, 256);
  static final Bool BOOL = new Bool();

  static final Choice CAMPAIGN_STATE =
      new Choice(List.of("Initialized", "Running", "Paused", "Stopped", "Failed"));
  static final Choice CAMPAIGN_STATE_V2 =
      new Choice(List.of("Initialized", "Running", "Paused", "Stopped", "Failed", "Completed"));
  static final Choice FAILURE_CODE =
      new Choice(List.of("InvalidInput", "RequestThrottled", "UnknownError"));
  static final Choice STATE_BATCH_FAILURE_CODE =
      new Choice(List.of("ResourceNotFound", "UnknownError"));
  static final Choice INSTANCE_ID_FILTER_OPERATOR = new Choice(List.of("Eq"));
  static final Choice ENCRYPTION_TYPE = new Choice(List.of("KMS"));
  static final Choice ONBOARDING_STATUS = new Choice(List.of("IN_PROGRESS", "SUCCEEDED", "FAILED"));
  static final Choice ONBOARDING_FAILURE_CODE =
      new Choice(
          List.of(
              "EVENT_BRIDGE_ACCESS_DENIED",
              "EVENT_BRIDGE_MANAGED_RULE_LIMIT_EXCEEDED",
              "IAM_ACCESS_DENIED",
              "KMS_ACCESS_DENIED",
              "KMS_KEY_NOT_FOUND",
              "INTERNAL_FAILURE"));

  private static final Structure AGENT_DIALER =
      Structure.of(
          required("bandwidthAllocation", BANDWIDTH_ALLOCATION),
          optional("dialingCapacity", DIALING_CAPACITY));
  static final Union DIALER_CONFIG =
      new Union(
          List.of(
              optional("progressiveDialerConfig", AGENT_DIALER),
              optional("predictiveDialerConfig", AGENT_DIALER),
              optional(
                  "agentlessDialerConfig",
                  Structure.of(optional("dialingCapacity", DIALING_CAPACITY)))));
  static final Structure ANSWER_MACHINE_DETECTION_CONFIG =
      Structure.of(
          required("enableAnswerMachineDetection", BOOL),
          optional("awaitAnswerMachinePrompt", BOOL));
  static final Structure OUTBOUND_CALL_CONFIG =
      Structure.of(
              required("connectContactFlowId", CONTACT_FLOW_ID),
              optional("connectSourcePhoneNumber", SOURCE_PHONE_NUMBER),
              optional("connectQueueId", QUEUE_ID),
              optional("answerMachineDetectionConfig", ANSWER_MACHINE_DETECTION_CONFIG))
          .withAnyOf("connectQueueId", "connectSourcePhoneNumber");
  static final Structure CAMPAIGN =
      Structure.of(
          required("id", CAMPAIGN_ID),
          required("arn", CAMPAIGN_ARN),
          required("name", CAMPAIGN_NAME),
          required("connectInstanceId", INSTANCE_ID),
          required("dialerConfig", DIALER_CONFIG),
          required("outboundCallConfig", OUTBOUND_CALL_CONFIG),
          optional("tags", TAGS));
  static final Structure CAMPAIGN_SUMMARY =
      Structure.of(
          required("id", CAMPAIGN_ID),
          required("arn", CAMPAIGN_ARN),
          required("name", CAMPAIGN_NAME),
          required("connectInstanceId", INSTANCE_ID));
  static final Structure CAMPAIGN_FILTERS =
      Structure.of(
          optional(
              "instanceIdFilter",
              Structure.of(
                  required("value", INSTANCE_ID),
                  required("operator", INSTANCE_ID_FILTER_OPERATOR))));
  static final Structure DIAL_REQUEST =
      Structure.of(
          required("clientToken", CLIENT_TOKEN),
          required("phoneNumber", DESTINATION_PHONE_NUMBER),
          required("expirationTime", TIMESTAMP),
          required("attributes", ATTRIBUTES));
  static final Structure SUCCESSFUL_REQUEST =
      Structure.of(optional("clientToken", CLIENT_TOKEN), optional("id", DIAL_REQUEST_ID));
  static final Structure FAILED_REQUEST =
      Structure.of(
          optional("clientToken", CLIENT_TOKEN),
          optional("id", DIAL_REQUEST_ID),
          optional("failureCode", FAILURE_CODE));
  static final Structure ENCRYPTION_CONFIG =
      Structure.of(
          required("enabled", BOOL),
          optional("encryptionType", ENCRYPTION_TYPE),
          optional("keyArn", ENCRYPTION_KEY));
  static final Structure INSTANCE_CONFIG =
      Structure.of(
          required("connectInstanceId", INSTANCE_ID),
          required("serviceLinkedRoleArn", SERVICE_LINKED_ROLE_ARN),
          required("encryptionConfig", ENCRYPTION_CONFIG));
  static final Structure ONBOARDING_JOB_STATUS =
      Structure.of(
          required("connectInstanceId", INSTANCE_ID),
          required("status", ONBOARDING_STATUS),
          optional("failureCode", ONBOARDING_FAILURE_CODE));

  private Shapes() {}

  /** The members of GetCampaignStateBatch's answer in one version of the API. */
  static Structure stateBatch(Text campaignId, Choice state) {
    return Structure.of(
        optional(
            "successfulRequests",
            results(Structure.of(optional("campaignId", campaignId), optional("state", state)))),
        optional(
            "failedRequests",
            results(
                Structure.of(
                    optional("campaignId", campaignId),
                    optional("failureCode", STATE_BATCH_FAILURE_CODE)))));
  }

  /** One of the two lists of a batch's answer. */
  static Items results(Structure result) {
    return new Items(result, 0, 25);
  }
}
