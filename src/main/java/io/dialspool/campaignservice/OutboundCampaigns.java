package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignState;
import io.dialspool.request.FailureCode;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Connect's side of the contract, without a network: campaigns and their states, tokens,
 * quotas, dialers, faults.
 *
 * <p>One thread. {@link #perform} answers, {@link #commit} makes durable what the answers since the
 * last commit claim; an answer may leave only after that. Any number of calls may share a commit.
 * When either throws, what is in memory and what is on disk have parted: use it no more.
 *
 * <p>The state machine is the matrix of contract section 7, in its v1 reading.
 */
public final class OutboundCampaigns implements AutoCloseable {
  /** What its store must have. */
  public static final List<Space> SPACES = Ledger.SPACES;

  private static final String ARN = "arn:aws:connect-campaigns:us-east-1:123456789012:campaign/";
  private static final int ACTIVE_MAX = 50;
  private static final int TOTAL_MAX = 500;
  private static final long TOKEN_LIFE_MS = Duration.ofDays(7).toMillis();

  private final Clock clock;
  private final CampaignServiceConfig config;
  private final Ledger ledger;
  private final Map<String, Campaign> campaigns = new HashMap<>();
  private final NavigableMap<Long, Campaign> byOrdinal = new TreeMap<>();
  private final CallQuotas quotas;
  private long lastOrdinal;
  private Faults faults;
  private Capacity capacity;
  private Dice dice;

  /**
   * Takes up what the store holds.
   *
   * @param store with {@link #SPACES}; stays the caller's
   */
  public OutboundCampaigns(
      OrderedStore store, Clock clock, CampaignServiceConfig config, Faults faults) {
    this.clock = clock;
    this.config = config;
    this.faults = faults;
    this.capacity = Capacity.of(config, faults);
    this.dice = dice(faults);
    this.quotas = new CallQuotas(capacity, clock.nanoTime());
    this.ledger = new Ledger(store);
    ledger.campaigns().forEach(this::takeUp);
  }

  private void takeUp(Ledger.KeptCampaign kept) {
    lastOrdinal = Math.max(lastOrdinal, kept.ordinal());
    if (kept.deleted()) {
      return;
    }
    var dialer = new Dialer(config.seed(), kept.ordinal(), clock.epochMs());
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
    campaigns.put(campaign.id().toString(), campaign);
    byOrdinal.put(campaign.ordinal(), campaign);
  }

  /** Does what the call asks, if quota and faults let it. */
  public Answer perform(Call call) {
    Operation operation = call.operation();
    if (operation != null && !quotas.take(operation, clock.nanoTime())) {
      return throttled(operation.name() + ": the account's calls are used up for now.");
    }
    boolean put = operation != null && operation.isPut();
    if (put) {
      if (dice.falls(faults.shareDroppedBefore())) {
        return Answer.of(ApiError.internal()).asDropped();
      }
      if (dice.falls(faults.share429())) {
        return throttled("Rate exceeded.");
      }
      if (dice.falls(faults.share500())) {
        return Answer.of(ApiError.internal());
      }
      if (dice.falls(faults.share503())) {
        return Answer.of(ApiError.unavailable("Not available for now.", 0));
      }
    }
    Answer answer;
    try {
      answer = Answer.ofSuccess(call.action().perform(this));
    } catch (Refused refused) {
      answer = Answer.of(refused.error());
    }
    return put && dice.falls(faults.shareDroppedAfter()) ? answer.asDropped() : answer;
  }

  private Answer throttled(String message) {
    return Answer.of(ApiError.throttled(message, faults.retryAfterSeconds()));
  }

  /** Makes everything performed so far durable. */
  public void commit() {
    ledger.commit();
  }

  public Faults faults() {
    return faults;
  }

  /** Sets what goes wrong from now on, in place of all that was set before. */
  public void setFaults(Faults next) {
    byOrdinal.values().forEach(this::playDialer); // the past went at the old speed
    faults = next;
    capacity = Capacity.of(config, next);
    dice = dice(next);
    quotas.resize(capacity);
  }

  private Dice dice(Faults from) {
    Long seed = from.seed();
    return new Dice(seed == null ? config.seed() : seed);
  }

  /** How long each answer is held back; milliseconds. */
  public int latencyMs() {
    return capacity.latencyMs();
  }

  /** Whether the campaign exists or ever did, as far as committed. */
  boolean everHad(String id) {
    UUID campaign = CampaignLabel.parsed(id);
    return campaign != null && ledger.knows(campaign);
  }

  /** The last dial request taken, as far as committed; 0 for none. */
  long lastSequence(String id) {
    UUID campaign = CampaignLabel.parsed(id);
    return campaign == null ? 0 : ledger.lastSequence(campaign);
  }

  /** Lines of the record of a campaign that {@link #everHad}. */
  Ledger.Page page(String id, long from, long last, int bytesMax) {
    UUID campaign = CampaignLabel.parsed(id);
    return campaign == null
        ? new Ledger.Page(new byte[0], 0)
        : ledger.page(campaign, from, last, bytesMax, clock.epochMs());
  }

  /** Plays the campaign's dialer, so that after the next commit its record is as of now. */
  void bringUpToDate(String id) {
    Campaign campaign = campaigns.get(id);
    if (campaign != null) {
      playDialer(campaign);
    }
  }

  /**
   * How many contacts of a campaign are where; null if it never was. A deleted campaign's have all
   * ended.
   */
  @Nullable ContactCounts contacts(String id) {
    Campaign campaign = campaigns.get(id);
    if (campaign != null) {
      playDialer(campaign);
      return ContactCounts.of(campaign.dialer(), campaign.taken());
    }
    UUID deleted = CampaignLabel.parsed(id);
    if (deleted == null || !ledger.knows(deleted)) {
      return null;
    }
    var dialer = new Dialer(config.seed(), 0, clock.epochMs());
    ledger.takeUp(deleted, dialer);
    return ContactCounts.of(dialer, ledger.lastSequence(deleted));
  }

  ObjectNode createCampaign(NewCampaign wanted) {
    int active = 0;
    int total = 0;
    for (Campaign other : byOrdinal.values()) {
      if (other.instanceId().equals(wanted.connectInstanceId())) {
        if (other.name().equals(wanted.name())) {
          throw new Refused(
              new ApiError(
                  409,
                  "ConflictException",
                  "name: taken by campaign " + other.id() + " of the same instance."));
        }
        total++;
        active += other.isActive() ? 1 : 0;
      }
    }
    if (total >= TOTAL_MAX) {
      throw quotaExceeded(TOTAL_MAX + " campaigns");
    }
    if (active >= ACTIVE_MAX) {
      throw quotaExceeded(ACTIVE_MAX + " active campaigns");
    }
    UUID id = UUID.randomUUID();
    ObjectNode description = Shape.JSON.createObjectNode();
    description.put("id", id.toString());
    description.put("arn", ARN + id);
    description.put("name", wanted.name());
    description.put("connectInstanceId", wanted.connectInstanceId());
    description.set("dialerConfig", wanted.dialerConfig());
    description.set("outboundCallConfig", wanted.outboundCallConfig());
    if (wanted.tags() != null) {
      description.set("tags", wanted.tags());
    }
    long ordinal = ++lastOrdinal;
    var dialer = new Dialer(config.seed(), ordinal, clock.epochMs());
    var campaign = new Campaign(id, ordinal, description, CampaignState.INITIALIZED, dialer, 1);
    add(campaign);
    ledger.keep(campaign, false);
    return chosen(description, "id", "arn", "tags");
  }

  private static Refused quotaExceeded(String what) {
    return new Refused(
        new ApiError(
            402, "ServiceQuotaExceededException", "The instance has its " + what + " already."));
  }

  ObjectNode describeCampaign(String id) {
    ObjectNode answer = Shape.JSON.createObjectNode();
    answer.set("campaign", existing(id).description());
    return answer;
  }

  ObjectNode listCampaigns(CampaignQuery query) {
    ObjectNode answer = Shape.JSON.createObjectNode();
    ArrayNode summaries = answer.putArray("campaignSummaryList");
    long last = query.afterOrdinal();
    for (Campaign campaign : byOrdinal.tailMap(query.afterOrdinal(), false).values()) {
      if (query.instanceId() == null || campaign.instanceId().equals(query.instanceId())) {
        if (summaries.size() == query.maxResults()) {
          answer.put("nextToken", CampaignQuery.nextToken(last));
          break;
        }
        summaries.add(chosen(campaign.description(), "id", "arn", "name", "connectInstanceId"));
        last = campaign.ordinal();
      }
    }
    return answer;
  }

  ObjectNode getCampaignState(String id) {
    return Shape.JSON.createObjectNode().put("state", existing(id).state().wire());
  }

  ObjectNode getCampaignStateBatch(List<String> ids) {
    ObjectNode answer = Shape.JSON.createObjectNode();
    ArrayNode successful = answer.putArray("successfulRequests");
    ArrayNode failed = answer.putArray("failedRequests");
    for (String id : ids) {
      Campaign campaign = campaigns.get(id);
      if (campaign == null) {
        failed.addObject().put("campaignId", id).put("failureCode", "ResourceNotFound");
      } else {
        successful.addObject().put("campaignId", id).put("state", campaign.state().wire());
      }
    }
    return answer;
  }

  @Nullable ObjectNode startCampaign(String id) {
    return move(id, CampaignState.RUNNING, CampaignState.INITIALIZED);
  }

  @Nullable ObjectNode pauseCampaign(String id) {
    return move(id, CampaignState.PAUSED, CampaignState.RUNNING);
  }

  @Nullable ObjectNode resumeCampaign(String id) {
    return move(id, CampaignState.RUNNING, CampaignState.PAUSED);
  }

  @Nullable ObjectNode stopCampaign(String id) {
    return move(id, CampaignState.STOPPED, CampaignState.RUNNING, CampaignState.PAUSED);
  }

  /** Puts a campaign into Failed, where no call leads: only the service itself does this. */
  void fail(String id) {
    move(id, CampaignState.FAILED, CampaignState.values());
  }

  private @Nullable ObjectNode move(String id, CampaignState to, CampaignState... from) {
    Campaign campaign = existing(id);
    if (!List.of(from).contains(campaign.state())) {
      throw wrongState(campaign);
    }
    playDialer(campaign);
    campaign.moveTo(to);
    ledger.keep(campaign, false);
    return null;
  }

  @Nullable ObjectNode deleteCampaign(String id) {
    Campaign campaign = existing(id);
    playDialer(campaign);
    campaign.dialer().runOut();
    ledger.keepDialer(campaign);
    ledger.keep(campaign, true); // its record stays
    campaigns.remove(id);
    byOrdinal.remove(campaign.ordinal());
    return null;
  }

  ObjectNode putDialRequestBatch(String id, List<DialRequest> requests) {
    Campaign campaign = existing(id);
    if (!campaign.isRunning()) {
      throw wrongState(campaign);
    }
    playDialer(campaign);
    var answer = new BatchAnswer();
    long nowMs = clock.epochMs();
    Instant now = Instant.ofEpochMilli(nowMs);
    for (DialRequest request : requests) {
      if (!request.isDialable(now)) {
        answer.fail(request, FailureCode.INVALID_INPUT);
      } else if (dice.falls(faults.shareUnknownError())) {
        answer.fail(request, FailureCode.UNKNOWN_ERROR);
      } else {
        takeOrThrottle(campaign, request, nowMs, answer);
      }
    }
    ledger.keepDialer(campaign);
    return answer.written();
  }

  private void takeOrThrottle(
      Campaign campaign, DialRequest request, long nowMs, BatchAnswer answer) {
    Ledger.Taken known = ledger.find(campaign.id(), request.clientToken());
    if (known != null && nowMs - known.receivedAtMs() < TOKEN_LIFE_MS) {
      ledger.repeat(campaign.id(), known.sequence());
      answer.succeed(request, Ledger.dialRequestId(campaign.id(), known.sequence()));
    } else if (!campaign.dialer().hasRoom(capacity.buffer())) {
      answer.fail(request, FailureCode.REQUEST_THROTTLED);
    } else {
      long sequence = campaign.takeSequence();
      ledger.take(campaign.id(), sequence, request, nowMs);
      campaign.dialer().take(sequence, request.expirationTime().toEpochMilli());
      answer.succeed(request, Ledger.dialRequestId(campaign.id(), sequence));
    }
  }

  /** The campaign's dialer, played up to now. */
  Dialer dialer(String id) {
    Campaign campaign = existing(id);
    playDialer(campaign);
    return campaign.dialer();
  }

  private void playDialer(Campaign campaign) {
    campaign.dialer().play(clock.epochMs(), Pace.of(campaign, capacity));
    ledger.keepDialer(campaign);
  }

  private Campaign existing(String id) {
    Campaign campaign = campaigns.get(id);
    if (campaign == null) {
      throw new Refused(ApiError.notFound("There is no such campaign."));
    }
    return campaign;
  }

  private static Refused wrongState(Campaign campaign) {
    String state = campaign.state().wire();
    return new Refused(
        ApiError.invalidCampaignState(
            "Campaign " + campaign.id() + " is " + state + ", which rules this call out.", state));
  }

  private static ObjectNode chosen(ObjectNode from, String... members) {
    ObjectNode chosen = Shape.JSON.createObjectNode();
    for (String member : members) {
      if (from.has(member)) {
        chosen.set(member, from.get(member));
      }
    }
    return chosen;
  }

  /** Commits with the dialers as they are now. The store stays open. */
  @Override
  public void close() {
    for (Campaign campaign : byOrdinal.values()) {
      playDialer(campaign);
    }
    ledger.commit();
    ledger.close();
  }

  /** The answer to a batch, with the lies that faults ask for. */
  private final class BatchAnswer {
    private final List<ObjectNode> successful = new ArrayList<>();
    private final List<ObjectNode> failed = new ArrayList<>();

    void succeed(DialRequest request, String id) {
      if (!dice.falls(faults.shareMissing())) {
        add(
            successful,
            Shape.JSON.createObjectNode().put("clientToken", request.clientToken()).put("id", id));
      }
    }

    void fail(DialRequest request, FailureCode code) {
      add(
          failed,
          Shape.JSON
              .createObjectNode()
              .put("clientToken", request.clientToken())
              .put("failureCode", code.wire()));
    }

    private void add(List<ObjectNode> list, ObjectNode entry) {
      list.addAll(Collections.nCopies(dice.falls(faults.shareDoubled()) ? 2 : 1, entry));
    }

    ObjectNode written() {
      if (dice.falls(faults.shareForeign())) {
        String foreign = "foreign-" + UUID.randomUUID();
        successful.add(
            Shape.JSON.createObjectNode().put("clientToken", foreign).put("id", foreign));
      }
      ObjectNode answer = Shape.JSON.createObjectNode();
      answer.putArray("successfulRequests").addAll(successful);
      answer.putArray("failedRequests").addAll(failed);
      return answer;
    }
  }
}
