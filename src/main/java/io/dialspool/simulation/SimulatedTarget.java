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
import io.dialspool.target.TargetIdentity;
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
  static final TargetIdentity IDENTITY =
      new TargetIdentity("connect-campaigns", "111122223333", "us-east-1", "");

  private static final long MS = 1_000_000L;
  private static final long TOKEN_LIFE_MS = Duration.ofDays(7).toMillis();
  private static final double QUOTA_BURST = 10;

  /** One item as it travels. */
  private record Item(String token, String phone, String payload, long expirationMs) {}

  /** A call on its way to the target. */
  private static final class Transit {
    boolean lost;
  }

  private final SimulatedClock clock;
  private final EventQueue events;
  private final CallLedger calls;
  private final Trace trace;
  private final RandomGenerator random;
  private final Map<CampaignId, SimulatedCampaign> campaigns = new LinkedHashMap<>();
  private final Map<String, Lead.Poison> poisons = new HashMap<>();
  private final Set<Transit> transits = new LinkedHashSet<>();
  private Faults faults = Faults.NONE;
  private double quotaPerSecond;
  private double quotaLeft = QUOTA_BURST;
  private long quotaAtNs;
  private long lastId;

  SimulatedTarget(
      SimulatedClock clock,
      EventQueue events,
      CallLedger calls,
      Trace trace,
      RandomGenerator random,
      double quotaPerSecond) {
    this.clock = clock;
    this.events = events;
    this.calls = calls;
    this.trace = trace;
    this.random = random;
    this.quotaPerSecond = quotaPerSecond;
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

  private boolean draw(double share) {
    return share > 0 && random.nextDouble() < share;
  }

  private long latencyNs() {
    return 50_000 + random.nextLong(faults.latencyMs() * MS);
  }

  /** The port for one life of the service. Answers come only while it lives. */
  final class Line implements Target {
    private final GateLedger gates;
    private Consumer<Event> inbox = event -> {};
    private boolean alive = true;

    Line(GateLedger gates) {
      this.gates = gates;
    }

    /** Where the service takes in what it is told: the ledger hears it at the same moment. */
    void inbox(Consumer<Event> to) {
      inbox = to;
    }

    void cut() {
      alive = false;
    }

    @Override
    public TargetIdentity identity() {
      return IDENTITY;
    }

    @Override
    public long clockOffsetMs() {
      long offset = -clock.offMs();
      return Math.abs(offset) < 2_000 ? 0 : offset;
    }

    @Override
    public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      calls.called();
      gates.calling(batch.campaign());
      long onTargetMs = clock.epochMs() + clockOffsetMs();
      if (!batch.maySendAt(onTargetMs)) {
        answer(batch, 100_000, onReply, new BatchReply.NotSent("deadline too close", false));
        return;
      }
      putWithoutLooking(batch, timeoutNs, onReply);
    }

    /** What follows the client's last look at the deadlines. */
    void putWithoutLooking(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
      long onTargetMs = clock.epochMs() + clockOffsetMs();
      if (draw(faults.notSent())) {
        answer(batch, latencyNs(), onReply, new BatchReply.NotSent("no connection", true));
        return;
      }
      calls.sent(batch, onTargetMs);
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
      if (draw(faults.lostBefore())) {
        answer(batch, upNs, onReply, new BatchReply.Unanswered("connection lost"));
        return;
      }
      boolean inTime = upNs + downNs < timeoutNs;
      if (!inTime) {
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
              BatchReply reply = arrived(batch.campaign(), items);
              if (inTime) {
                answer(batch, answerNs, onReply, reply);
              }
            }
          });
    }

    private static String first(OutgoingBatch batch) {
      return batch.items().isEmpty() ? "none" : batch.items().get(0).clientToken();
    }

    private void answer(
        OutgoingBatch batch, long inNs, Consumer<BatchReply> onReply, BatchReply reply) {
      events.in(
          inNs,
          () -> {
            if (alive) {
              trace.note("reply %s %s", batch.campaign(), reply);
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
      long upNs = latencyNs();
      if (draw(faults.statesFailed())) {
        StatesReply reply =
            random.nextBoolean()
                ? new StatesReply.Failed(429, "ThrottlingException", random.nextInt(3) * 1_000 - 1)
                : new StatesReply.Failed(0, "timeout", -1);
        events.in(Math.min(upNs, timeoutNs), () -> hand(asked, beganNs, onReply, reply));
        return;
      }
      long lagNs = faults.lagMs() == 0 ? 0 : random.nextLong(faults.lagMs() * MS);
      events.in(
          upNs,
          () -> {
            var states = new LinkedHashMap<CampaignId, String>();
            var notFound = new ArrayList<CampaignId>();
            for (CampaignId id : asked) {
              SimulatedCampaign campaign = campaigns.get(id);
              if (campaign == null || draw(faults.statesMissing())) {
                notFound.add(id);
              } else if (!draw(faults.statesMissing())) {
                states.put(id, campaign.stateAt(clock.virtualNs() - lagNs).wire());
              }
            }
            StatesReply reply = new StatesReply.Answered(states, notFound);
            events.in(latencyNs(), () -> hand(asked, beganNs, onReply, reply));
          });
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

  private BatchReply arrived(CampaignId id, List<Item> items) {
    if (!withinQuota() || draw(faults.throttled())) {
      long retryAfterMs = random.nextInt(4) == 0 ? 1_000 + random.nextInt(3) * 1_000 : -1;
      return refused(random.nextInt(4) == 0 ? 400 : 429, "ThrottlingException", null, retryAfterMs);
    }
    if (draw(faults.failedBefore())) {
      return random.nextBoolean()
          ? refused(500, "InternalServerException", null, -1)
          : refused(503, "", null, -1);
    }
    if (draw(faults.clock())) {
      return refused(400, "RequestExpired", null, -1);
    }
    if (draw(faults.denied())) {
      return switch (random.nextInt(3)) {
        case 0 -> refused(403, "AccessDeniedException", null, -1);
        case 1 -> refused(403, "UnrecognizedClientException", null, -1);
        default -> refused(404, "ResourceNotFoundException", null, -1);
      };
    }
    if (draw(faults.conflict())) {
      return refused(409, "ConflictException", null, -1);
    }
    if (items.size() > 1 && draw(faults.tooLarge())) {
      return refused(413, "RequestEntityTooLargeException", null, -1);
    }
    SimulatedCampaign campaign = campaigns.get(id);
    if (campaign == null) {
      return refused(404, "ResourceNotFoundException", null, -1);
    }
    if (campaign.state() != CampaignState.RUNNING) {
      String state = campaign.state().wire();
      if (draw(faults.oddState())) {
        state = random.nextBoolean() ? null : "Completed";
      }
      return refused(409, "InvalidCampaignStateException", state, -1);
    }
    for (Item item : items) {
      if (poisons.get(item.phone) == Lead.Poison.SHAPE) {
        return refused(400, "ValidationException", null, -1);
      }
    }
    var successes = new ArrayList<BatchReply.Success>();
    var failures = new ArrayList<BatchReply.Failure>();
    for (Item item : items) {
      judge(campaign, item, successes, failures);
    }
    if (draw(faults.failedAfter())) {
      return refused(random.nextBoolean() ? 500 : 503, "InternalServerException", null, -1);
    }
    if (draw(faults.unreadable())) {
      return new BatchReply.Unanswered("unreadable answer");
    }
    if (draw(faults.lostAfter())) {
      return new BatchReply.Unanswered("connection lost");
    }
    distort(items, successes, failures);
    return new BatchReply.Answered(List.copyOf(successes), List.copyOf(failures));
  }

  private static BatchReply refused(
      int status, String code, @Nullable String state, long retryAfterMs) {
    return new BatchReply.Refused(status, code, "", state, retryAfterMs);
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
    long nowMs = clock.trueMs();
    SimulatedCampaign.Taken known = campaign.tokens.get(item.token);
    if (known != null && nowMs - known.atMs() < TOKEN_LIFE_MS) {
      succeed(campaign, item, known.id(), successes);
      return;
    }
    long aheadMs = item.expirationMs - nowMs;
    if (aheadMs < 30_000 || aheadMs > 900_000 || poisons.get(item.phone) == Lead.Poison.INVALID) {
      failures.add(new BatchReply.Failure(item.token, FailureCode.INVALID_INPUT));
    } else if (draw(faults.unknownItems())) {
      failures.add(new BatchReply.Failure(item.token, FailureCode.UNKNOWN_ERROR));
    } else if (!campaign.hasRoom(clock.virtualNs())) {
      failures.add(new BatchReply.Failure(item.token, FailureCode.REQUEST_THROTTLED));
    } else {
      String id = "id-" + ++lastId;
      campaign.tokens.put(item.token, new SimulatedCampaign.Taken(id, item.payload, nowMs));
      calls.accepted(campaign.id().value(), item.token, item.phone, id);
      succeed(campaign, item, id, successes);
    }
  }

  private void succeed(
      SimulatedCampaign campaign, Item item, String id, List<BatchReply.Success> successes) {
    if (draw(faults.idlessItems())) {
      calls.idWithheld(campaign.id().value(), item.token, item.phone);
      successes.add(new BatchReply.Success(item.token, null));
    } else {
      successes.add(new BatchReply.Success(item.token, id));
    }
  }

  /** Makes an answer as wrong as answers can be. */
  private void distort(
      List<Item> items, List<BatchReply.Success> successes, List<BatchReply.Failure> failures) {
    successes.removeIf(success -> draw(faults.missingItems()));
    failures.removeIf(failure -> draw(faults.missingItems()));
    for (BatchReply.Success success : List.copyOf(successes)) {
      if (draw(faults.doubledItems())) {
        successes.add(success);
      }
      if (draw(faults.contradictedItems())) {
        failures.add(
            new BatchReply.Failure(
                success.clientToken(),
                random.nextBoolean() ? FailureCode.UNKNOWN_ERROR : FailureCode.INVALID_INPUT));
      }
    }
    if (draw(faults.foreignItems())) {
      successes.add(new BatchReply.Success("nobodys-" + items.size(), "id-0"));
      successes.add(new BatchReply.Success(null, "id-0"));
      failures.add(new BatchReply.Failure(null, FailureCode.INVALID_INPUT));
      failures.add(new BatchReply.Failure("nobodys", FailureCode.UNKNOWN_ERROR));
    }
  }
}
