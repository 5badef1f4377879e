package io.dialspool.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.request.RequestState;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What left for the target, and what the target took: each lead by its phone number. */
final class CallLedger {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long AHEAD_MIN_MS = 30_000;
  private static final long AHEAD_MAX_MS = 900_000;

  /** A limiter of one a period may give one at the end of a period and one right after. */
  private static final double CALLS_TOGETHER = 2;

  private static final double ROUNDING = 1e-3;

  private record Sent(String token, String payload) {}

  /** The target's id of a lead under one of our tokens, and when it took it. */
  private record Accepted(String id, long atNs) {}

  private final Judge judge;
  private final IntakeLedger intake;
  private final SimulatedClock clock;
  private final Map<String, Budget> budgets = new HashMap<>();
  // By number and our own token: a redrive of what was in doubt may have a second one.
  private final Map<String, Sent> sent = new HashMap<>();
  private final Map<String, Accepted> accepted = new HashMap<>();
  private final Set<String> idWithheld = new HashSet<>();

  /** By target, campaign and the token that went out. */
  private final Map<String, String> payloadByToken = new HashMap<>();

  private final Map<String, String> leadByToken = new HashMap<>();
  private long calls;
  private long items;

  /** What a target may still get. */
  private static final class Budget {
    final double perSecond;
    double left = CALLS_TOGETHER;
    long leftAtNs;

    Budget(double perSecond) {
      this.perSecond = perSecond;
    }
  }

  CallLedger(Judge judge, IntakeLedger intake, SimulatedClock clock) {
    this.judge = judge;
    this.intake = intake;
    this.clock = clock;
  }

  /** A target that may get so many calls. */
  void budget(String target, double callsPerSecond) {
    budgets.put(target, new Budget(callsPerSecond));
  }

  /** A new process knows nothing of the calls of the last one. */
  void newLife() {
    for (Budget budget : budgets.values()) {
      budget.left = CALLS_TOGETHER;
      budget.leftAtNs = clock.virtualNs();
    }
  }

  /** A call begins, whether or not it gets out. */
  void called(String target) {
    calls++;
    Budget budget = budgets.get(target);
    if (budget == null) {
      throw judge.failure(Checker.TARGET, "a call to target %s, which is none", target);
    }
    long nowNs = clock.virtualNs();
    budget.left =
        Math.min(CALLS_TOGETHER, budget.left + (nowNs - budget.leftAtNs) / 1e9 * budget.perSecond);
    budget.leftAtNs = nowNs;
    budget.left--;
    if (budget.left < -ROUNDING) {
      throw judge.failure(
          Checker.CALL_BUDGET, "more calls to %s than %s a second admit", target, budget.perSecond);
    }
  }

  /**
   * A batch is written to the socket.
   *
   * @param onTargetMs what the client takes for the target's time
   */
  void sent(SimulatedTarget target, OutgoingBatch batch, long onTargetMs) {
    if (batch.items().isEmpty() || batch.items().size() > 25) {
      throw judge.failure(Checker.PROMISE, "a call of %d items", batch.items().size());
    }
    var tokens = new HashSet<String>();
    for (OutgoingItem item : batch.items()) {
      items++;
      if (!tokens.add(item.clientToken())) {
        throw judge.failure(
            Checker.PROMISE, "clientToken %s is twice in one call", item.clientToken());
      }
      sent(target, batch, item, onTargetMs);
    }
  }

  private void sent(
      SimulatedTarget target, OutgoingBatch batch, OutgoingItem item, long onTargetMs) {
    String campaign = batch.campaign().value();
    String token = item.clientToken();
    String payload = new String(item.bytes(), item.offset(), item.length(), StandardCharsets.UTF_8);
    String phone = phone(payload);
    IntakeLedger.Known known = intake.sending(campaign, phone);
    if (!known.home().equals(target.name())) {
      throw judge.failure(
          Checker.TARGET,
          "%s was accepted for target %s and sent to %s",
          known.token(),
          known.home(),
          target.name());
    }
    String lead = lead(target.name(), phone, known.token());
    leadByToken.put(campaign + " " + token, lead);
    Sent before = sent.get(lead);
    if (before == null) {
      checkContent(known, payload);
      sent.put(lead, new Sent(token, payload));
      String other = payloadByToken.put(target.name() + " " + campaign + " " + token, payload);
      if (other != null) {
        throw judge.failure(
            Checker.ONE_ACCEPTANCE,
            "clientToken %s of %s went out with two contents",
            token,
            campaign);
      }
    } else if (!before.token.equals(token) || !before.payload.equals(payload)) {
      throw judge.failure(
          Checker.ONE_ACCEPTANCE,
          "the lead of %s went out as %s and as %s",
          known.token(),
          before.token,
          token);
    }
    long expirationMs = batch.expirationMs(item, onTargetMs);
    long nowMs = target.nowMs();
    long aheadMs = expirationMs - nowMs;
    if (nowMs >= known.deadlineMs() || expirationMs > known.deadlineMs()) {
      throw judge.failure(
          Checker.DEADLINE,
          "%s went out %d ms before its deadline, to expire %d ms ahead",
          known.lead().token(),
          known.deadlineMs() - nowMs,
          aheadMs);
    }
    if (aheadMs < AHEAD_MIN_MS || aheadMs > AHEAD_MAX_MS) {
      throw judge.failure(
          Checker.DEADLINE, "%s went out to expire %d ms ahead", known.lead().token(), aheadMs);
    }
  }

  private void checkContent(IntakeLedger.Known known, String payload) {
    try {
      JsonNode read = JSON.readTree("{" + payload + "}");
      var attributes = new TreeMap<String, String>();
      read.path("attributes")
          .properties()
          .forEach(field -> attributes.put(field.getKey(), field.getValue().asText()));
      if (read.size() != 2 || !attributes.equals(known.lead().attributes())) {
        throw judge.failure(
            Checker.ONE_ACCEPTANCE, "%s went out with other content", known.lead().token());
      }
    } catch (JsonProcessingException e) {
      throw judge.failure(
          Checker.ONE_ACCEPTANCE, "%s went out as something unreadable", known.lead().token());
    }
  }

  static String phone(String payload) {
    int at = payload.indexOf("\"phoneNumber\":\"") + "\"phoneNumber\":\"".length();
    return payload.substring(at, payload.indexOf('"', at));
  }

  private static String lead(String target, String phone, String ourToken) {
    return target + " " + phone + " " + ourToken;
  }

  /** The lead that went out under a token, to be told apart from others. */
  private String leadOf(String campaign, String token, String phone) {
    return leadByToken.getOrDefault(campaign + " " + token, phone);
  }

  /** The target took a lead as new. */
  void accepted(String campaign, String token, String phone, String id) {
    Accepted before =
        accepted.putIfAbsent(leadOf(campaign, token, phone), new Accepted(id, clock.virtualNs()));
    if (before != null) {
      throw judge.failure(
          Checker.ONE_ACCEPTANCE,
          "a lead of %s was taken twice, as %s and as %s",
          campaign,
          before.id,
          id);
    }
  }

  /** The target told of a success without its id. */
  void idWithheld(String campaign, String token, String phone) {
    idWithheld.add(leadOf(campaign, token, phone));
  }

  /**
   * Holds an end against the target's record.
   *
   * @param redrivenNs when another request took its token over; what the target took later is that
   *     one's
   */
  void checkEnd(StoreRecount.Stored stored, StoreRecount.End end, long redrivenNs, String home) {
    String lead = lead(home, stored.phone(), stored.token());
    Accepted taken = accepted.get(lead);
    String id = taken == null || taken.atNs >= redrivenNs ? null : taken.id;
    boolean fits =
        switch (end.state()) {
          case SUBMITTED ->
              id != null
                  && (id.equals(end.targetId())
                      || (end.targetId().isEmpty() && idWithheld.contains(lead)));
          case REJECTED, EXPIRED, CANCELLED -> id == null;
          case UNDELIVERABLE -> id == null || end.reason() == io.dialspool.request.Reason.IN_DOUBT;
          case QUEUED, IN_FLIGHT -> false;
        };
    if (!fits) {
      throw judge.failure(
          Checker.OUTCOME,
          "ds-%d-%d (%s) ended %s %s %s, the target has it as %s",
          stored.lane(),
          stored.sequence(),
          stored.token(),
          end.state(),
          end.reason(),
          end.targetId(),
          id);
    }
  }

  /** No lead may have expired before {@code deadlineMs} by more than {@code earlyMaxMs}. */
  void checkTime(StoreRecount.Stored stored, StoreRecount.End end, long earlyMaxMs) {
    if (end.state() == RequestState.EXPIRED
        && end.settledAtMs() < stored.deadlineMs() - earlyMaxMs) {
      throw judge.failure(
          Checker.DEADLINE,
          "%s expired %d ms before its deadline",
          stored.token(),
          stored.deadlineMs() - end.settledAtMs());
    }
  }

  long calls() {
    return calls;
  }

  long items() {
    return items;
  }

  long accepted() {
    return accepted.size();
  }
}
