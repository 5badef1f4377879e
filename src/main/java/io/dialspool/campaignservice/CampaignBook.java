package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.BrokenShapeException;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignState;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The campaigns there are, as their owners describe them: created, listed, renamed, tagged. Inputs
 * are checked against the API's shapes already. One thread, that of {@link OutboundCampaigns}.
 */
final class CampaignBook {
  private static final String ARN = "arn:aws:connect-campaigns:us-east-1:123456789012:campaign/";
  private static final int ACTIVE_MAX = 50;
  private static final int TOTAL_MAX = 500;
  private static final int RESULTS_MAX = 50;
  private static final int TAGS_MAX = 50;

  private final Ledger ledger;
  private final LongFunction<Dialer> dialers;
  private final Map<String, Campaign> byId = new HashMap<>();
  private final NavigableMap<Long, Campaign> byOrdinal = new TreeMap<>();
  private long lastOrdinal;

  /**
   * Takes up what the ledger holds.
   *
   * @param dialers makes the dialer of a campaign's ordinal
   */
  CampaignBook(Ledger ledger, LongFunction<Dialer> dialers) {
    this.ledger = ledger;
    this.dialers = dialers;
    ledger.campaigns().forEach(this::takeUp);
  }

  private void takeUp(Ledger.KeptCampaign kept) {
    lastOrdinal = Math.max(lastOrdinal, kept.ordinal());
    if (kept.deleted()) {
      return;
    }
    Dialer dialer = dialers.apply(kept.ordinal());
    ledger.takeUp(kept.id(), dialer);
    add(
        new Campaign(
            kept.id(),
            kept.ordinal(),
            kept.description(),
            kept.state(),
            dialer,
            ledger.lastSequence(kept.id()) + 1));
  }

  private void add(Campaign campaign) {
    byId.put(campaign.id().toString(), campaign);
    byOrdinal.put(campaign.ordinal(), campaign);
  }

  /** All there are, oldest first. */
  Collection<Campaign> all() {
    return byOrdinal.values();
  }

  @Nullable Campaign find(String id) {
    return byId.get(id);
  }

  Campaign existing(String id) {
    Campaign campaign = byId.get(id);
    if (campaign == null) {
      throw new Refused(ApiError.notFound("There is no such campaign."));
    }
    return campaign;
  }

  /** How many of the instance's campaigns count against the quota of active ones. */
  int active(String instanceId) {
    return (int)
        byOrdinal.values().stream()
            .filter(campaign -> campaign.instanceId().equals(instanceId) && campaign.isActive())
            .count();
  }

  ObjectNode create(ObjectNode input) {
    String instanceId = input.path("connectInstanceId").textValue();
    refuseTaken(input.path("name").textValue(), instanceId, null);
    if (byOrdinal.values().stream().filter(c -> c.instanceId().equals(instanceId)).count()
        >= TOTAL_MAX) {
      throw quotaExceeded(TOTAL_MAX + " campaigns");
    }
    if (active(instanceId) >= ACTIVE_MAX) {
      throw quotaExceeded(ACTIVE_MAX + " active campaigns");
    }
    UUID id = UUID.randomUUID();
    ObjectNode description = JsonNodeFactory.instance.objectNode();
    description.put("id", id.toString());
    description.put("arn", ARN + id);
    description.setAll(
        chosen(input, "name", "connectInstanceId", "dialerConfig", "outboundCallConfig", "tags"));
    long ordinal = ++lastOrdinal;
    var campaign =
        new Campaign(
            id, ordinal, description, CampaignState.INITIALIZED, dialers.apply(ordinal), 1);
    add(campaign);
    ledger.keep(campaign, false);
    return chosen(description, "id", "arn", "tags");
  }

  private void refuseTaken(String name, String instanceId, @Nullable Campaign but) {
    for (Campaign other : byOrdinal.values()) {
      if (other != but && other.instanceId().equals(instanceId) && other.name().equals(name)) {
        throw Refused.conflict("name: taken by campaign " + other.id() + " of the same instance.");
      }
    }
  }

  private static Refused quotaExceeded(String what) {
    return Refused.quotaExceeded("The instance has its " + what + " already.");
  }

  ObjectNode describe(String id) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.set("campaign", existing(id).description().deepCopy()); // it may change before it leaves
    return answer;
  }

  ObjectNode list(ObjectNode input) {
    int resultsMax = input.path("maxResults").asInt(RESULTS_MAX);
    String instanceId = input.at("/filters/instanceIdFilter/value").textValue();
    long last = ordinalOf(input.path("nextToken").asText(""));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode summaries = answer.putArray("campaignSummaryList");
    for (Campaign campaign : byOrdinal.tailMap(last, false).values()) {
      if (instanceId == null || campaign.instanceId().equals(instanceId)) {
        if (summaries.size() == resultsMax) {
          answer.put("nextToken", nextToken(last));
          break;
        }
        summaries.add(chosen(campaign.description(), "id", "arn", "name", "connectInstanceId"));
        last = campaign.ordinal();
      }
    }
    return answer;
  }

  private static String nextToken(long ordinal) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Long.toString(ordinal).getBytes(US_ASCII));
  }

  private static long ordinalOf(String nextToken) {
    if (nextToken.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(new String(Base64.getUrlDecoder().decode(nextToken), US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new BrokenShapeException(
          "nextToken", "not one of ours", "the nextToken of an earlier answer");
    }
  }

  ObjectNode states(JsonNode ids) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode successful = answer.putArray("successfulRequests");
    ArrayNode failed = answer.putArray("failedRequests");
    for (JsonNode id : ids) {
      Campaign campaign = byId.get(id.textValue());
      if (campaign == null) {
        failed.addObject().put("campaignId", id.textValue()).put("failureCode", "ResourceNotFound");
      } else {
        successful
            .addObject()
            .put("campaignId", id.textValue())
            .put("state", campaign.state().wire());
      }
    }
    return answer;
  }

  void rename(String id, String name) {
    Campaign campaign = existing(id);
    refuseTaken(name, campaign.instanceId(), campaign);
    campaign.description().put("name", name);
    ledger.keep(campaign, false);
  }

  /** Agentless stays agentless, and agents stay. Source: contract section 2. */
  void changeDialer(String id, JsonNode dialerConfig) {
    Campaign campaign = existing(id);
    boolean agentless = isAgentless(campaign.description().path("dialerConfig"));
    if (agentless != isAgentless(dialerConfig)) {
      throw Refused.conflict(
          "dialerConfig: campaign "
              + id
              + (agentless
                  ? " was created agentless and can't get agents."
                  : " was created with agents and can't become agentless."));
    }
    campaign.description().set("dialerConfig", dialerConfig);
    ledger.keep(campaign, false);
  }

  private static boolean isAgentless(JsonNode dialerConfig) {
    return dialerConfig.has("agentlessDialerConfig");
  }

  /** Sets what is given and leaves the rest; the queue can't be changed. */
  void changeCalls(String id, ObjectNode input) {
    Campaign campaign = existing(id);
    campaign
        .description()
        .withObject("/outboundCallConfig")
        .setAll(
            chosen(
                input,
                "connectContactFlowId",
                "connectSourcePhoneNumber",
                "answerMachineDetectionConfig"));
    ledger.keep(campaign, false);
  }

  ObjectNode tags(String arn) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putObject("tags").setAll(tagsOf(ofArn(arn)));
    return answer;
  }

  void tag(String arn, JsonNode tags) {
    Campaign campaign = ofArn(arn);
    ObjectNode all = tagsOf(campaign);
    all.setAll((ObjectNode) tags);
    if (all.size() > TAGS_MAX) {
      throw new BrokenShapeException(
          "tags", all.size() + " with those it has", "at most " + TAGS_MAX);
    }
    campaign.description().set("tags", all);
    ledger.keep(campaign, false);
  }

  void untag(String arn, JsonNode tagKeys) {
    Campaign campaign = ofArn(arn);
    ObjectNode tags = tagsOf(campaign);
    tagKeys.forEach(key -> tags.remove(key.textValue()));
    campaign.description().set("tags", tags);
    ledger.keep(campaign, false);
  }

  /** A copy; empty if it has none. */
  private static ObjectNode tagsOf(Campaign campaign) {
    return campaign.description().path("tags") instanceof ObjectNode tags
        ? tags.deepCopy()
        : JsonNodeFactory.instance.objectNode();
  }

  private Campaign ofArn(String arn) {
    Campaign campaign = arn.startsWith(ARN) ? byId.get(arn.substring(ARN.length())) : null;
    if (campaign == null) {
      throw new Refused(ApiError.notFound("There is no resource of this arn."));
    }
    return campaign;
  }

  /** Takes it off the list; its record stays. */
  void delete(Campaign campaign) {
    ledger.keep(campaign, true);
    byId.remove(campaign.id().toString());
    byOrdinal.remove(campaign.ordinal());
  }

  private static ObjectNode chosen(ObjectNode from, String... members) {
    return from.deepCopy().retain(List.of(members));
  }
}
