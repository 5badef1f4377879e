package io.dialspool.simulation;

import io.dialspool.dispatch.Event;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.FailureCode;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetClock;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.EventQueue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Connect's side, outliving the service. Keeps the contract's promises (a known token gets
 * the same id again, an expiration lies 30 to 900 s ahead, a campaign that does not run takes
 * nothing) and no other: calls and answers get lost, late, doubled and contradicted.
 */
final class SimulatedTarget {
  private static final long MS = 1_000_000L;
  private static final double QUOTA_BURST = 10;

  /** A call dated further off than this is refused. Source: contract section 4. */
  private static final long SKEW_MAX_MS = Duration.ofMinutes(15).toMillis();

  private static final @Nullable String[] ODD_STATES = {null, "Completed", "Running", "Flying"};

  /** One item as it travels. */
  private record Item(String token, String phone, String payload, long expirationMs) {}

  /**
   * An answer on its way.
   *
   * @param dateMs its {@code Date}; -1 if there is none
   * @param sent when its call left, on the service's clocks
   */
  private record Envelope(BatchReply reply, long dateMs, TargetClock.Moment sent) {}

  /** A call on its way to the target. */
  private static final class Transit {
    boolean lost;
  }

  private final SimulatedClock clock;
  private final EventQueue events;
  private final CallLedger calls;
  private final Trace trace;
  private final Tally tally;
  private final RandomGenerator random;
  private final String name;
  private final TargetIdentity identity;
  private final long skewMs;
  private final long tokenLifeMs;
  private final Map<CampaignId, SimulatedCampaign> campaigns = new LinkedHashMap<>();
  private final Map<String, Lead.Poison> poisons = new HashMap<>();
  private final Set<Transit> transits = new LinkedHashSet<>();
  private Faults faults = Faults.NONE;
  private double quotaPerSecond;
  private double quotaLeft = QUOTA_BURST;
  private long quotaAtNs;
  private long lastId;

  /**
   * @param name {@code default} or {@code second}
   * @param skewMs how far its clock is ahead of the truth
   * @param tokenLifeMs how long it remembers a token
   */
  SimulatedTarget(
      String name,
      long skewMs,
      long tokenLifeMs,
      SimulatedClock clock,
      EventQueue events,
      CallLedger calls,
      Trace trace,
      Tally tally,
      RandomGenerator random,
      double quotaPerSecond) {
    this.name = name;
    this.identity =
        new TargetIdentity(
            "connect-campaigns", name.equals("default") ? "111122223333" : "", name, "");
    this.skewMs = skewMs;
    this.tokenLifeMs = tokenLifeMs;
    this.clock = clock;
    this.events = events;
    this.calls = calls;
    this.trace = trace;
    this.tally = tally;
    this.random = random;
    this.quotaPerSecond = quotaPerSecond;
  }

  String name() {
    return name;
  }

  TargetIdentity identity() {
    return identity;
  }

  /** What its clock says; milliseconds since 1970. */
  long nowMs() {
    return clock.trueMs() + skewMs;
  }

  /** Its campaign, or null if there is none any more. */
  private @Nullable SimulatedCampaign find(CampaignId id) {
    SimulatedCampaign campaign = campaigns.get(id);
    return campaign == null || campaign.isDeleted() ? null : campaign;
  }

  void add(SimulatedCampaign campaign) {
    campaigns.put(campaign.id(), campaign);
  }

  void poison(Lead lead) {
    if (lead.poison() != Lead.Poison.NONE) {
      poisons.put(lead.phone(), lead.poison());
    }
  }

  void become(Faults now) {
    faults = now;
  }

  /** Nothing is wrong any more. */
  void heal(double callsPerSecond) {
    faults = Faults.NONE;
    poisons.clear();
    quotaPerSecond = Math.max(quotaPerSecond, callsPerSecond);
  }

  /** The service died: calls on their way may still come, or not. */
  void serviceDied() {
    for (Transit transit : transits) {
      transit.lost |= random.nextBoolean();
    }
  }

  /** Time passes in which nobody here hears of the service: no connection lives so long. */
  void silence() {
    for (Transit transit : transits) {
      transit.lost = true;
    }
  }

  private boolean draw(double share) {
    return share > 0 && random.nextDouble() < share;
  }

  private boolean draw(double share, Happening what) {
    boolean happens = draw(share);
    if (happens) {
      tally.count(what);
    }
    return happens;
  }

  private ContractError any(List<ContractError> errors) {
    return errors.get(random.nextInt(errors.size()));
  }

  /** The campaign may change between two calls. */
  private void flip(@Nullable SimulatedCampaign campaign) {
    if (campaign != null
        && (campaign.state() == CampaignState.RUNNING || campaign.state() == CampaignState.PAUSED)
        && draw(faults.flips(), Happening.STATE_FLIPPED_BETWEEN_CALLS)) {
      campaign.become(
          campaign.state() == CampaignState.RUNNING ? CampaignState.PAUSED : CampaignState.RUNNING,
          clock.virtualNs());
    }
  }

  private long latencyNs() {
    return 50_000 + random.nextLong(faults.latencyMs() * MS);
  }

  /** The port for one life of the service. Answers come only while it lives. */
  final class Line implements Target {
    private final GateLedger gates;
    private final FairnessLedger fairness;

    /** The one of production: what the service learns of the target's time. */
    private final TargetClock targetClock = new TargetClock();

    private Consumer<Event> inbox = event -> {};
    private boolean alive = true;

    Line(GateLedger gates, FairnessLedger fairness) {
      this.gates = gates;
      this.fairness = fairness;
    }

    /** Where the service takes in what it is told: the ledger hears it at the same moment. */
    void inbox(Consumer<Event> to) {
      inbox = to;
    }

    void cut() {
      alive = false;
    }

    /** A clock of the service jumped. */
    void clockJumped() {
      fairness.clockJumped();
    }

    @Override
    public TargetIdentity identity() {
      return identity;
    }

    @Override
    public long clockOffsetMs() {
      return targetClock.offsetMs();
    }

    /** A life cycle call through us was answered. */
    void heard() {
      learn(date(), TargetClock.Moment.of(clock), 200, "");
    }

    private void learn(long dateMs, TargetClock.Moment sent, int status, String code) {
      if (dateMs >= 0) {
        targetClock.learn(
            dateMs,
            sent,
            TargetClock.Moment.of(clock),
            (status == 400 || status == 403) && code.equals("RequestExpired"));
      }
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      calls.called(name);
      gates.calling(batch.campaign());
      fairness.called(batch);
      boolean unknown = targetClock.isStale(TargetClock.Moment.of(clock));
      if (unknown) {
        tally.count(Happening.TIME_UNKNOWN);
      }
      if (unknown || !batch.maySendAt(clock.epochMs() + clockOffsetMs())) {
        answer(batch, 100_000, onReply, new BatchReply.NotSent("deadline too close", false));
        return;
      }
      putWithoutLooking(batch, clockOffsetMs(), timeoutNs, onReply);
    }

    /**
     * What follows the client's last look at the clocks.
     *
     * @param offsetMs how far it takes the target's clock to be ahead
     */
    void putWithoutLooking(
        OutgoingBatch batch, long offsetMs, long timeoutNs, Consumer<BatchReply> onReply) {
      TargetClock.Moment sent = TargetClock.Moment.of(clock);
      long onTargetMs = sent.ms() + offsetMs;
      if (draw(faults.notSent(), Happening.NOT_SENT)) {
        answer(batch, latencyNs(), onReply, new BatchReply.NotSent("no connection", true));
        return;
      }
      if (skewMs != 0 && offsetMs != 0) {
        tally.count(Happening.TARGET_CLOCK_OFF);
      }
      calls.sent(SimulatedTarget.this, batch, onTargetMs);
      trace.note("put %s %d items from %s", batch.campaign(), batch.items().size(), first(batch));
      long upNs = latencyNs();
      long downNs = latencyNs();
      if (draw(faults.slow())) {
        if (random.nextBoolean()) {
          upNs += random.nextLong(2 * timeoutNs);
        } else {
          downNs += random.nextLong(2 * timeoutNs);
        }
      }
      if (draw(faults.lostBefore(), Happening.LOST_BEFORE_THE_TARGET)) {
        answer(batch, upNs, onReply, new BatchReply.Unanswered("connection lost"));
        return;
      }
      boolean inTime = upNs + downNs < timeoutNs;
      if (!inTime) {
        tally.count(Happening.ANSWER_TOO_LATE);
        answer(batch, timeoutNs, onReply, new BatchReply.Unanswered("timeout"));
      }
      var items = new ArrayList<Item>();
      for (OutgoingItem item : batch.items()) {
        String payload =
            new String(item.bytes(), item.offset(), item.length(), StandardCharsets.UTF_8);
        items.add(
            new Item(
                item.clientToken(),
                CallLedger.phone(payload),
                payload,
                batch.expirationMs(item, onTargetMs)));
      }
      var transit = new Transit();
      transits.add(transit);
      long answerNs = downNs;
      events.in(
          upNs,
          () -> {
            transits.remove(transit);
            if (!transit.lost) {
              BatchReply reply = arrived(batch.campaign(), items, onTargetMs);
              if (inTime) {
                long dateMs = reply instanceof BatchReply.Unanswered ? -1 : date();
                answer(batch, answerNs, onReply, new Envelope(reply, dateMs, sent));
              }
            } else if (inTime) {
              answer(batch, 0, onReply, new BatchReply.Unanswered("connection lost"));
            }
          });
    }

    private static String first(OutgoingBatch batch) {
      return batch.items().isEmpty() ? "none" : batch.items().get(0).clientToken();
    }

    private void answer(
        OutgoingBatch batch, long inNs, Consumer<BatchReply> onReply, BatchReply reply) {
      answer(batch, inNs, onReply, new Envelope(reply, -1, TargetClock.Moment.of(clock)));
    }

    private void answer(
        OutgoingBatch batch, long inNs, Consumer<BatchReply> onReply, Envelope envelope) {
      events.in(
          inNs,
          () -> {
            if (alive) {
              BatchReply reply = envelope.reply;
              trace.note("reply %s %s", batch.campaign(), reply);
              if (reply instanceof BatchReply.Refused refused) {
                learn(envelope.dateMs, envelope.sent, refused.status(), refused.code());
              } else {
                learn(envelope.dateMs, envelope.sent, 200, "");
              }
              fairness.answered(batch, reply);
              inbox.accept((nowNs, nowMs) -> told(batch.campaign(), reply, nowNs));
              onReply.accept(reply);
            }
          });
    }

    private void told(CampaignId campaign, BatchReply reply, long nowNs) {
      if (reply instanceof BatchReply.Refused refused) {
        String state = refused.state();
        if (refused.code().equals("InvalidCampaignStateException") && state != null) {
          CampaignState.ofWire(state).ifPresent(s -> gates.refusedIn(campaign, s, nowNs));
        } else if (refused.status() == 404) {
          gates.notFound(campaign);
        }
      }
    }

    @Override
    public void states(List<CampaignId> asked, long timeoutNs, Consumer<StatesReply> onReply) {
      long beganNs = clock.nanoTime();
      TargetClock.Moment sent = TargetClock.Moment.of(clock);
      long onTargetMs = sent.ms() + clockOffsetMs();
      long upNs = latencyNs();
      if (draw(faults.statesFailed(), Happening.STATES_CALL_FAILED)) {
        StatesReply reply = statesRefused();
        events.in(
            Math.min(upNs, timeoutNs),
            () -> {
              if (alive && reply instanceof StatesReply.Failed failed && failed.status() != 0) {
                learn(date(), sent, failed.status(), failed.code());
              }
              hand(asked, beganNs, onReply, reply);
            });
        return;
      }
      long lagNs = faults.lagMs() == 0 ? 0 : random.nextLong(faults.lagMs() * MS);
      events.in(
          upNs,
          () -> {
            StatesReply reply = statesOf(asked, lagNs, onTargetMs);
            long dateMs = date();
            events.in(
                latencyNs(),
                () -> {
                  if (alive) {
                    boolean skewed = reply instanceof StatesReply.Failed;
                    learn(dateMs, sent, skewed ? 400 : 200, skewed ? "RequestExpired" : "");
                  }
                  hand(asked, beganNs, onReply, reply);
                });
          });
    }

    private StatesReply statesRefused() {
      if (random.nextBoolean()) {
        return new StatesReply.Failed(0, "timeout", -1);
      }
      ContractError error =
          switch (random.nextInt(3)) {
            case 0 -> any(ContractError.REFUSALS);
            case 1 -> any(ContractError.FAILURES);
            default -> any(ContractError.THROTTLES);
          };
      return new StatesReply.Failed(error.status(), error.code(), random.nextInt(3) * 1_000 - 1);
    }

    private StatesReply statesOf(List<CampaignId> asked, long lagNs, long onTargetMs) {
      if (Math.abs(onTargetMs - nowMs()) > SKEW_MAX_MS) {
        return new StatesReply.Failed(400, "RequestExpired", -1);
      }
      var states = new LinkedHashMap<CampaignId, String>();
      var notFound = new ArrayList<CampaignId>();
      for (CampaignId id : asked) {
        SimulatedCampaign campaign = find(id);
        flip(campaign);
        if (campaign == null || draw(faults.statesMissing(), Happening.STATE_LEFT_OUT)) {
          notFound.add(id);
        } else if (!draw(faults.statesMissing(), Happening.STATE_LEFT_OUT)) {
          CampaignState late = campaign.stateAt(clock.virtualNs() - lagNs);
          if (late != campaign.state()) {
            tally.count(Happening.STATE_READ_LATE);
          }
          states.put(id, late.wire());
        }
      }
      return new StatesReply.Answered(states, notFound);
    }

    private void hand(
        List<CampaignId> asked, long beganNs, Consumer<StatesReply> onReply, StatesReply reply) {
      if (!alive) {
        return;
      }
      trace.note("states %s", reply);
      inbox.accept(
          (nowNs, nowMs) -> {
            if (reply instanceof StatesReply.Answered answered) {
              for (CampaignId id : asked) {
                String wire = answered.states().get(id);
                if (wire != null) {
                  CampaignState.ofWire(wire)
                      .ifPresent(state -> gates.observed(id, state, beganNs, nowNs));
                } else if (answered.notFound().contains(id)) {
                  gates.notFound(id);
                }
              }
            }
          });
      onReply.accept(reply);
    }

    @Override
    public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
      throw new UnsupportedOperationException("life cycle calls are drawn, not made");
    }

    @Override
    public void close() {}
  }

  // --- at the target

  /** The {@code Date} of an answer: whole seconds. */
  private long date() {
    return Math.floorDiv(nowMs(), 1_000L) * 1_000;
  }

  private BatchReply arrived(CampaignId id, List<Item> items, long signedMs) {
    if (!withinQuota() || draw(faults.throttled())) {
      long retryAfterMs = random.nextInt(4) == 0 ? 1_000 + random.nextInt(3) * 1_000 : -1;
      tally.count(Happening.CALL_THROTTLED);
      return refused(any(ContractError.THROTTLES), null, retryAfterMs);
    }
    if (Math.abs(signedMs - nowMs()) > SKEW_MAX_MS) {
      return refused(new ContractError(400, "RequestExpired"), null, -1);
    }
    if (draw(faults.failedBefore())) {
      return refused(any(ContractError.FAILURES), null, -1);
    }
    if (draw(faults.clock())) {
      return refused(new ContractError(400, "RequestExpired"), null, -1);
    }
    if (draw(faults.denied())) {
      return refused(any(ContractError.REFUSALS), null, -1);
    }
    if (draw(faults.conflict())) {
      return refused(new ContractError(409, "ConflictException"), null, -1);
    }
    if (items.size() > 1 && draw(faults.tooLarge())) {
      return refused(new ContractError(413, "RequestEntityTooLargeException"), null, -1);
    }
    SimulatedCampaign campaign = find(id);
    if (campaign == null) {
      return refused(new ContractError(404, "ResourceNotFoundException"), null, -1);
    }
    flip(campaign);
    if (campaign.state() != CampaignState.RUNNING) {
      String state = campaign.state().wire();
      if (draw(faults.oddState(), Happening.STATE_ODD)) {
        state = ODD_STATES[random.nextInt(ODD_STATES.length)];
      }
      return refused(new ContractError(409, "InvalidCampaignStateException"), state, -1);
    }
    for (Item item : items) {
      if (poisons.get(item.phone) == Lead.Poison.SHAPE) {
        return refused(new ContractError(400, "ValidationException"), null, -1);
      }
    }
    var successes = new ArrayList<BatchReply.Success>();
    var failures = new ArrayList<BatchReply.Failure>();
    for (Item item : items) {
      judge(campaign, item, successes, failures);
    }
    boolean taken = !successes.isEmpty();
    if (draw(faults.failedAfter())) {
      if (taken) {
        tally.count(Happening.FAILED_AFTER_ACCEPTANCE);
      }
      return refused(any(ContractError.FAILURES), null, -1);
    }
    if (draw(faults.unreadable(), Happening.ANSWER_UNREADABLE)) {
      return new BatchReply.Unanswered("unreadable answer");
    }
    if (draw(faults.lostAfter())) {
      if (taken) {
        tally.count(Happening.ANSWER_LOST_AFTER_ACCEPTANCE);
      }
      return new BatchReply.Unanswered("connection lost");
    }
    distort(items, successes, failures);
    return new BatchReply.Answered(List.copyOf(successes), List.copyOf(failures));
  }

  private BatchReply refused(ContractError error, @Nullable String state, long retryAfterMs) {
    tally.refused(error.status(), error.code());
    return new BatchReply.Refused(error.status(), error.code(), "", state, retryAfterMs);
  }

  private boolean withinQuota() {
    long nowNs = clock.virtualNs();
    double perSecond = Math.max(0.5, quotaPerSecond - faults.othersCallsPerSecond());
    quotaLeft = Math.min(QUOTA_BURST, quotaLeft + (nowNs - quotaAtNs) / 1e9 * perSecond);
    quotaAtNs = nowNs;
    if (quotaLeft < 1) {
      return false;
    }
    quotaLeft--;
    return true;
  }

  private void judge(
      SimulatedCampaign campaign,
      Item item,
      List<BatchReply.Success> successes,
      List<BatchReply.Failure> failures) {
    long nowMs = nowMs();
    SimulatedCampaign.Taken known = campaign.tokens.get(item.token);
    if (known != null && nowMs - known.atMs() < tokenLifeMs) {
      tally.count(Happening.TOKEN_KNOWN_ALREADY);
      succeed(campaign, item, known.id(), successes);
      return;
    }
    long aheadMs = item.expirationMs - nowMs;
    if (aheadMs < 30_000 || aheadMs > 900_000 || poisons.get(item.phone) == Lead.Poison.INVALID) {
      tally.count(Happening.ITEM_INVALID);
      failures.add(new BatchReply.Failure(item.token, FailureCode.INVALID_INPUT));
    } else if (draw(faults.unknownItems(), Happening.ITEM_UNKNOWN_ERROR)) {
      failures.add(new BatchReply.Failure(item.token, FailureCode.UNKNOWN_ERROR));
    } else if (!campaign.hasRoom(clock.virtualNs())) {
      tally.count(Happening.ITEM_THROTTLED);
      failures.add(new BatchReply.Failure(item.token, FailureCode.REQUEST_THROTTLED));
    } else {
      String id = name + "-" + ++lastId;
      campaign.tokens.put(item.token, new SimulatedCampaign.Taken(id, item.payload, nowMs));
      calls.accepted(campaign.id().value(), item.token, item.phone, id);
      succeed(campaign, item, id, successes);
    }
  }

  private void succeed(
      SimulatedCampaign campaign, Item item, String id, List<BatchReply.Success> successes) {
    if (draw(faults.idlessItems(), Happening.ITEM_WITHOUT_ID)) {
      calls.idWithheld(campaign.id().value(), item.token, item.phone);
      successes.add(new BatchReply.Success(item.token, null));
    } else {
      successes.add(new BatchReply.Success(item.token, id));
    }
  }

  /** Makes an answer as wrong as answers can be. */
  private void distort(
      List<Item> items, List<BatchReply.Success> successes, List<BatchReply.Failure> failures) {
    successes.removeIf(success -> draw(faults.missingItems(), Happening.ITEM_MISSING));
    failures.removeIf(failure -> draw(faults.missingItems(), Happening.ITEM_MISSING));
    for (BatchReply.Success success : List.copyOf(successes)) {
      if (draw(faults.doubledItems(), Happening.ITEM_DOUBLED)) {
        successes.add(success);
      }
      if (draw(faults.contradictedItems(), Happening.ITEM_CONTRADICTED)) {
        failures.add(
            new BatchReply.Failure(
                success.clientToken(),
                random.nextBoolean() ? FailureCode.UNKNOWN_ERROR : FailureCode.INVALID_INPUT));
      }
    }
    if (draw(faults.foreignItems(), Happening.ITEM_FOREIGN)) {
      successes.add(new BatchReply.Success("nobodys-" + items.size(), "id-0"));
      successes.add(new BatchReply.Success(null, "id-0"));
      failures.add(new BatchReply.Failure(null, FailureCode.INVALID_INPUT));
      failures.add(new BatchReply.Failure("nobodys", FailureCode.UNKNOWN_ERROR));
    }
  }
}
