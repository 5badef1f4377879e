package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.BrokenShapeException;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Operation;
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
import java.util.List;
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
 * <p>What it may be asked is described by {@link io.dialspool.api.Operations}; the state machine is
 * {@link Lifecycle}.
 */
public final class OutboundCampaigns implements AutoCloseable {
  /** What its store must have. */
  public static final List<Space> SPACES = Ledger.SPACES;

  private static final String PUT_DIAL_REQUEST_BATCH = "PutDialRequestBatch";
  private static final long TOKEN_LIFE_MS = Duration.ofDays(7).toMillis();

  private final Clock clock;
  private final CampaignServiceConfig config;
  private final Ledger ledger;
  private final CampaignBook book;
  private final Instances instances;
  private final CallQuotas quotas;
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
    this.book =
        new CampaignBook(ledger, ordinal -> new Dialer(config.seed(), ordinal, clock.epochMs()));
    this.instances = new Instances(ledger, clock, config.onboardingMs());
  }

  static boolean isPut(Operation operation) {
    return operation.name().equals(PUT_DIAL_REQUEST_BATCH);
  }

  /** Does what the call asks, if quota and faults let it. */
  public Answer perform(Call call) {
    Operation operation = call.operation();
    if (operation == null) {
      return refusal(call);
    }
    if (!quotas.take(operation, clock.nanoTime())) {
      return throttled(operation.name() + ": the account's calls are used up for now.");
    }
    ApiError ordered = ordered(operation, call.input());
    if (ordered != null) {
      return Answer.of(ordered);
    }
    boolean put = isPut(operation);
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
    Answer answer = carryOut(operation, call);
    return put && dice.falls(faults.shareDroppedAfter()) ? answer.asDropped() : answer;
  }

  private Answer carryOut(Operation operation, Call call) {
    ObjectNode input = call.input();
    if (input == null) {
      return refusal(call);
    }
    try {
      return Answer.ofSuccess(carryOut(operation, input));
    } catch (Refused refused) {
      return Answer.of(refused.error());
    } catch (BrokenShapeException broken) {
      return Answer.of(ApiError.validation(broken.getMessage()));
    }
  }

  private static Answer refusal(Call call) {
    ApiError refusal = call.refusal();
    return Answer.of(refusal == null ? ApiError.internal() : refusal);
  }

  private @Nullable ObjectNode carryOut(Operation operation, ObjectNode input) {
    String id = input.path("id").asText();
    String arn = input.path("arn").asText();
    return switch (operation.name()) {
      case "CreateCampaign" -> book.create(input);
      case "DeleteCampaign" -> nothing(() -> deleteCampaign(id));
      case "DescribeCampaign" -> book.describe(id);
      case "ListCampaigns" -> book.list(input);
      case "GetCampaignState" -> answer().put("state", book.existing(id).state().wire());
      case "GetCampaignStateBatch" -> book.states(input.path("campaignIds"));
      case "StartCampaign" -> nothing(() -> move(id, Lifecycle.START));
      case "PauseCampaign" -> nothing(() -> move(id, Lifecycle.PAUSE));
      case "ResumeCampaign" -> nothing(() -> move(id, Lifecycle.RESUME));
      case "StopCampaign" -> nothing(() -> move(id, Lifecycle.STOP));
      case PUT_DIAL_REQUEST_BATCH -> putDialRequestBatch(id, DialRequest.ofBatch(input));
      case "UpdateCampaignName" -> nothing(() -> book.rename(id, input.path("name").asText()));
      case "UpdateCampaignDialerConfig" ->
          nothing(
              () -> {
                playDialer(book.existing(id)); // the past went at the old speed
                book.changeDialer(id, input.path("dialerConfig"));
              });
      case "UpdateCampaignOutboundCallConfig" -> nothing(() -> book.changeCalls(id, input));
      case "StartInstanceOnboardingJob" -> instances.startJob(input, faults.onboardingFailure());
      case "GetInstanceOnboardingJobStatus" -> instances.jobStatus(input);
      case "DeleteInstanceOnboardingJob" -> nothing(() -> instances.deleteJob(input));
      case "GetConnectInstanceConfig" -> instances.config(input);
      case "DeleteConnectInstanceConfig" ->
          nothing(
              () ->
                  instances.deleteConfig(
                      input, book.active(input.path("connectInstanceId").asText())));
      case "ListTagsForResource" -> book.tags(arn);
      case "TagResource" -> nothing(() -> book.tag(arn, input.path("tags")));
      case "UntagResource" -> nothing(() -> book.untag(arn, input.path("tagKeys")));
      default -> throw new IllegalStateException(operation + " is described and not served");
    };
  }

  private static @Nullable ObjectNode nothing(Runnable change) {
    change.run();
    return null;
  }

  private static ObjectNode answer() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The error that faults order for this call; null for none. */
  private @Nullable ApiError ordered(Operation operation, @Nullable ObjectNode input) {
    DeclaredError error = faults.ordered(operation);
    if (error == null || !dice.falls(faults.shareOperationsOrAll())) {
      return null;
    }
    String message = "Ordered by PUT /faults.";
    if (!error.hasState()) {
      int retryAfter = error == DeclaredError.THROTTLING ? faults.retryAfterSeconds() : 0;
      return new ApiError(error.status(), error.code(), message, null, retryAfter);
    }
    Campaign campaign = input == null ? null : book.find(input.path("id").asText());
    // What is no campaign has no state to tell.
    return campaign == null
        ? null
        : new ApiError(error.status(), error.code(), message, campaign.state().wire(), 0);
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
    book.all().forEach(this::playDialer); // the past went at the old speed
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
    Campaign campaign = book.find(id);
    if (campaign != null) {
      playDialer(campaign);
    }
  }

  /**
   * How many contacts of a campaign are where; null if it never was. A deleted campaign's have all
   * ended.
   */
  public @Nullable ContactCounts contacts(String id) {
    Campaign campaign = book.find(id);
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

  /**
   * Puts a campaign into any state, also where no call leads: only the service itself does this.
   */
  void force(String id, CampaignState to) {
    moveTo(book.existing(id), to);
  }

  private void move(String id, Lifecycle move) {
    Campaign campaign = book.existing(id);
    move.check(campaign);
    moveTo(campaign, move.to());
  }

  private void moveTo(Campaign campaign, CampaignState to) {
    playDialer(campaign);
    campaign.moveTo(to);
    ledger.keep(campaign, false);
  }

  private void deleteCampaign(String id) {
    Campaign campaign = book.existing(id);
    playDialer(campaign);
    campaign.dialer().runOut();
    ledger.keepDialer(campaign);
    book.delete(campaign);
  }

  private ObjectNode putDialRequestBatch(String id, List<DialRequest> requests) {
    Campaign campaign = book.existing(id);
    Lifecycle.checkDialable(campaign);
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
    Campaign campaign = book.existing(id);
    playDialer(campaign);
    return campaign.dialer();
  }

  private void playDialer(Campaign campaign) {
    campaign.dialer().play(clock.epochMs(), Pace.of(campaign, capacity));
    ledger.keepDialer(campaign);
  }

  /** Commits with the dialers as they are now. The store stays open. */
  @Override
  public void close() {
    for (Campaign campaign : book.all()) {
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
        add(successful, answer().put("clientToken", request.clientToken()).put("id", id));
      }
    }

    void fail(DialRequest request, FailureCode code) {
      add(
          failed,
          answer().put("clientToken", request.clientToken()).put("failureCode", code.wire()));
    }

    private void add(List<ObjectNode> list, ObjectNode entry) {
      list.addAll(Collections.nCopies(dice.falls(faults.shareDoubled()) ? 2 : 1, entry));
    }

    ObjectNode written() {
      if (dice.falls(faults.shareForeign())) {
        String foreign = "foreign-" + UUID.randomUUID();
        successful.add(answer().put("clientToken", foreign).put("id", foreign));
      }
      ObjectNode answer = answer();
      answer.putArray("successfulRequests").addAll(successful);
      answer.putArray("failedRequests").addAll(failed);
      return answer;
    }
  }
}
