package io.dialspool.api;

import static io.dialspool.api.DeclaredError.ACCESS_DENIED;
import static io.dialspool.api.DeclaredError.CONFLICT;
import static io.dialspool.api.DeclaredError.INTERNAL_SERVER;
import static io.dialspool.api.DeclaredError.INVALID_CAMPAIGN_STATE;
import static io.dialspool.api.DeclaredError.INVALID_STATE;
import static io.dialspool.api.DeclaredError.RESOURCE_NOT_FOUND;
import static io.dialspool.api.DeclaredError.SERVICE_QUOTA_EXCEEDED;
import static io.dialspool.api.DeclaredError.THROTTLING;
import static io.dialspool.api.DeclaredError.VALIDATION;
import static io.dialspool.api.Member.label;
import static io.dialspool.api.Member.optional;
import static io.dialspool.api.Member.query;
import static io.dialspool.api.Member.required;

import io.dialspool.api.Operation.Version;
import io.dialspool.api.Shape.Items;
import io.dialspool.api.Shape.Structure;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of all operations: the 22 of v1 in the contract's order, then v2's life cycle. Source:
 * contract sections 2 and 9, v2's section A2.
 */
public final class Operations {
  private static final Member ID = label("id", Shapes.CAMPAIGN_ID);
  private static final Member INSTANCE = label("connectInstanceId", Shapes.INSTANCE_ID);
  private static final Member ARN = label("arn", Shapes.ARN);
  private static final Member ID_V2 = label("id", Shapes.CAMPAIGN_ID_V2);
  private static final Structure VOID = Structure.of();

  // Calls a second, and how many at once.
  private static final Quota CHANGE = new Quota(1, 2);
  private static final Quota LOOK = new Quota(5, 10);
  private static final Quota PUT = new Quota(10, 10);
  private static final Quota DESCRIBE = new Quota(25, 35);
  private static final Quota OTHER = new Quota(2, 5);

  private static final Set<DeclaredError> LOOKS_UP =
      EnumSet.of(VALIDATION, ACCESS_DENIED, RESOURCE_NOT_FOUND, INTERNAL_SERVER);
  private static final Set<DeclaredError> MOVES =
      with(LOOKS_UP, CONFLICT, INVALID_CAMPAIGN_STATE, THROTTLING);

  /** Every operation, in the contract's order, v1 first. */
  public static final List<Operation> ALL =
      List.of(
          v1("CreateCampaign", "PUT /campaigns", CHANGE)
              .takes(
                  required("name", Shapes.CAMPAIGN_NAME),
                  required("connectInstanceId", Shapes.INSTANCE_ID),
                  required("dialerConfig", Shapes.DIALER_CONFIG),
                  required("outboundCallConfig", Shapes.OUTBOUND_CALL_CONFIG),
                  optional("tags", Shapes.TAGS))
              .gives(
                  optional("id", Shapes.CAMPAIGN_ID),
                  optional("arn", Shapes.CAMPAIGN_ARN),
                  optional("tags", Shapes.TAGS))
              .fails(with(LOOKS_UP, SERVICE_QUOTA_EXCEEDED, CONFLICT, THROTTLING))
              .idempotent(),
          v1("DeleteCampaign", "DELETE /campaigns/{id}", CHANGE)
              .takes(ID)
              .fails(LOOKS_UP)
              .idempotent(),
          v1("DescribeCampaign", "GET /campaigns/{id}", DESCRIBE)
              .takes(ID)
              .gives(optional("campaign", Shapes.CAMPAIGN))
              .fails(LOOKS_UP)
              .plain(),
          v1("ListCampaigns", "POST /campaigns-summary", LOOK)
              .takes(
                  optional("maxResults", Shapes.MAX_RESULTS),
                  optional("nextToken", Shapes.NEXT_TOKEN),
                  optional("filters", Shapes.CAMPAIGN_FILTERS))
              .gives(
                  optional("nextToken", Shapes.NEXT_TOKEN),
                  optional(
                      "campaignSummaryList",
                      new Items(Shapes.CAMPAIGN_SUMMARY, 0, (int) Shapes.MAX_RESULTS.max())))
              .fails(EnumSet.of(VALIDATION, ACCESS_DENIED, INTERNAL_SERVER))
              .plain(),
          v1("GetCampaignState", "GET /campaigns/{id}/state", LOOK)
              .takes(ID)
              .gives(optional("state", Shapes.CAMPAIGN_STATE))
              .fails(with(LOOKS_UP, THROTTLING))
              .plain(),
          v1("GetCampaignStateBatch", "POST /campaigns-state", LOOK)
              .takes(required("campaignIds", new Items(Shapes.CAMPAIGN_ID, 1, 25)))
              .gives(Shapes.stateBatch(Shapes.CAMPAIGN_ID, Shapes.CAMPAIGN_STATE))
              .fails(EnumSet.of(VALIDATION, ACCESS_DENIED, THROTTLING, INTERNAL_SERVER))
              .plain(),
          move(v1("StartCampaign", "POST /campaigns/{id}/start", CHANGE), ID),
          move(v1("PauseCampaign", "POST /campaigns/{id}/pause", CHANGE), ID),
          move(v1("ResumeCampaign", "POST /campaigns/{id}/resume", CHANGE), ID),
          move(v1("StopCampaign", "POST /campaigns/{id}/stop", CHANGE), ID),
          v1("PutDialRequestBatch", "PUT /campaigns/{id}/dial-requests", PUT)
              .takes(ID, required("dialRequests", new Items(Shapes.DIAL_REQUEST, 1, 25)))
              .gives(
                  optional("successfulRequests", Shapes.results(Shapes.SUCCESSFUL_REQUEST)),
                  optional("failedRequests", Shapes.results(Shapes.FAILED_REQUEST)))
              .fails(MOVES)
              .idempotent(),
          v1("UpdateCampaignName", "POST /campaigns/{id}/name", CHANGE)
              .takes(ID, required("name", Shapes.CAMPAIGN_NAME))
              .fails(with(LOOKS_UP, CONFLICT))
              .idempotent(),
          v1("UpdateCampaignDialerConfig", "POST /campaigns/{id}/dialer-config", CHANGE)
              .takes(ID, required("dialerConfig", Shapes.DIALER_CONFIG))
              .fails(with(LOOKS_UP, CONFLICT))
              .idempotent(),
          v1(
                  "UpdateCampaignOutboundCallConfig",
                  "POST /campaigns/{id}/outbound-call-config",
                  CHANGE)
              .takes(
                  ID,
                  optional("connectContactFlowId", Shapes.CONTACT_FLOW_ID),
                  optional("connectSourcePhoneNumber", Shapes.SOURCE_PHONE_NUMBER),
                  optional("answerMachineDetectionConfig", Shapes.ANSWER_MACHINE_DETECTION_CONFIG))
              .fails(with(LOOKS_UP, CONFLICT, THROTTLING))
              .idempotent(),
          v1(
                  "StartInstanceOnboardingJob",
                  "PUT /connect-instance/{connectInstanceId}/onboarding",
                  OTHER)
              .takes(INSTANCE, required("encryptionConfig", Shapes.ENCRYPTION_CONFIG))
              .gives(optional("connectInstanceOnboardingJobStatus", Shapes.ONBOARDING_JOB_STATUS))
              .fails(with(LOOKS_UP, CONFLICT, THROTTLING))
              .idempotent(),
          v1(
                  "GetInstanceOnboardingJobStatus",
                  "GET /connect-instance/{connectInstanceId}/onboarding",
                  OTHER)
              .takes(INSTANCE)
              .gives(optional("connectInstanceOnboardingJobStatus", Shapes.ONBOARDING_JOB_STATUS))
              .fails(LOOKS_UP)
              .plain(),
          v1(
                  "DeleteInstanceOnboardingJob",
                  "DELETE /connect-instance/{connectInstanceId}/onboarding",
                  OTHER)
              .takes(INSTANCE)
              .fails(with(LOOKS_UP, INVALID_STATE))
              .idempotent(),
          v1("GetConnectInstanceConfig", "GET /connect-instance/{connectInstanceId}/config", OTHER)
              .takes(INSTANCE)
              .gives(optional("connectInstanceConfig", Shapes.INSTANCE_CONFIG))
              .fails(LOOKS_UP)
              .plain(),
          v1(
                  "DeleteConnectInstanceConfig",
                  "DELETE /connect-instance/{connectInstanceId}/config",
                  OTHER)
              .takes(INSTANCE)
              .fails(with(LOOKS_UP, INVALID_STATE, THROTTLING))
              .idempotent(),
          v1("ListTagsForResource", "GET /tags/{arn}", CHANGE)
              .takes(ARN)
              .gives(optional("tags", Shapes.TAGS))
              .fails(with(LOOKS_UP, THROTTLING))
              .idempotent(),
          v1("TagResource", "POST /tags/{arn}", CHANGE)
              .takes(ARN, required("tags", Shapes.TAGS))
              .fails(with(LOOKS_UP, THROTTLING))
              .idempotent(),
          v1("UntagResource", "DELETE /tags/{arn}", CHANGE)
              .takes(ARN, query("tagKeys", Shapes.TAG_KEYS))
              .fails(with(LOOKS_UP, THROTTLING))
              .idempotent(),
          v2("GetCampaignState", "GET /v2/campaigns/{id}/state", LOOK)
              .takes(ID_V2)
              .gives(optional("state", Shapes.CAMPAIGN_STATE_V2))
              .fails(with(LOOKS_UP, THROTTLING))
              .plain(),
          v2("GetCampaignStateBatch", "POST /v2/campaigns-state", LOOK)
              .takes(required("campaignIds", new Items(Shapes.CAMPAIGN_ID_V2, 1, 25)))
              .gives(Shapes.stateBatch(Shapes.CAMPAIGN_ID_V2, Shapes.CAMPAIGN_STATE_V2))
              .fails(EnumSet.of(VALIDATION, ACCESS_DENIED, THROTTLING, INTERNAL_SERVER))
              .plain(),
          move(v2("StartCampaign", "POST /v2/campaigns/{id}/start", CHANGE), ID_V2),
          move(v2("PauseCampaign", "POST /v2/campaigns/{id}/pause", CHANGE), ID_V2),
          move(v2("ResumeCampaign", "POST /v2/campaigns/{id}/resume", CHANGE), ID_V2),
          move(v2("StopCampaign", "POST /v2/campaigns/{id}/stop", CHANGE), ID_V2));

  /** How an onboarding job may fail. */
  public static final Shape.Choice ONBOARDING_FAILURES = Shapes.ONBOARDING_FAILURE_CODE;

  private Operations() {}

  /**
   * A call's operation.
   *
   * @param labels of its path, decoded
   */
  public record Match(Operation operation, Map<String, String> labels) {
    public Match {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * The operation that a call is for; empty for none, which is an UnknownOperationException. Splits
   * the path as sent and decodes afterwards: an id or an ARN may hold a slash. Source: contract
   * section 5.1.
   *
   * @param rawPath as sent, still percent-encoded; a query is cut off
   */
  public static Optional<Match> find(String method, String rawPath) {
    int question = rawPath.indexOf('?');
    String path = question < 0 ? rawPath : rawPath.substring(0, question);
    List<String> segments =
        Arrays.asList(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1));
    for (Operation operation : ALL) {
      @Nullable Map<String, String> labels = operation.match(method, segments);
      if (labels != null) {
        return Optional.of(new Match(operation, labels));
      }
    }
    return Optional.empty();
  }

  /**
   * The operation of this name.
   *
   * @throws IllegalArgumentException if the version has none
   */
  public static Operation named(Version version, String name) {
    for (Operation operation : ALL) {
      if (operation.version() == version && operation.name().equals(name)) {
        return operation;
      }
    }
    throw new IllegalArgumentException(version + " has no operation " + name);
  }

  private record Quota(double callsPerSecond, int burst) {}

  private static Set<DeclaredError> with(Set<DeclaredError> errors, DeclaredError... more) {
    var all = EnumSet.copyOf(errors);
    all.addAll(List.of(more));
    return all;
  }

  private static Operation move(Row row, Member id) {
    return row.takes(id).fails(MOVES).plain();
  }

  private static Row v1(String name, String route, Quota quota) {
    return new Row(name, Version.V1, route, quota);
  }

  private static Row v2(String name, String route, Quota quota) {
    return new Row(name, Version.V2, route, quota);
  }

  /** A row of the table while it is written. */
  private static final class Row {
    private final String name;
    private final Version version;
    private final String route;
    private final Quota quota;
    private Structure input = VOID;
    private Structure output = VOID;
    private Set<DeclaredError> errors = Set.of();

    Row(String name, Version version, String route, Quota quota) {
      this.name = name;
      this.version = version;
      this.route = route;
      this.quota = quota;
    }

    Row takes(Member... members) {
      input = Structure.of(members);
      return this;
    }

    Row gives(Member... members) {
      return gives(Structure.of(members));
    }

    Row gives(Structure structure) {
      output = structure;
      return this;
    }

    Row fails(Set<DeclaredError> declared) {
      errors = declared;
      return this;
    }

    /** Carries the idempotent trait. */
    Operation idempotent() {
      return operation(true);
    }

    /** Doesn't. */
    Operation plain() {
      return operation(false);
    }

    private Operation operation(boolean idempotent) {
      int blank = route.indexOf(' ');
      return new Operation(
          name,
          version,
          route.substring(0, blank),
          route.substring(blank + 1),
          input,
          output,
          errors,
          idempotent,
          quota.callsPerSecond(),
          quota.burst());
    }
  }
}
