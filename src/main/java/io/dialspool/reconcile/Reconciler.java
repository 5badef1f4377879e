package io.dialspool.reconcile;

import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.Breaker;
import io.dialspool.dispatch.Call;
import io.dialspool.dispatch.LaneControl;
import io.dialspool.dispatch.ReplyHandler;
import io.dialspool.dispatch.TargetControl;
import io.dialspool.lane.Batch;
import io.dialspool.lane.Lane;
import io.dialspool.lane.Parcel;
import io.dialspool.lane.Place;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.FailureCode;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.target.BatchReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an answer means. Three rules carry it: only a success clears the doubt about a call
 * that got no answer; the campaign's and the target's troubles are never an item's attempt; and
 * where everything is refused, something else is wrong than the items, so nothing is settled and a
 * person is called. Dispatch thread only.
 */
public final class Reconciler implements ReplyHandler {
  private static final long MS = 1_000_000L;
  private static final long SECOND_NS = 1_000 * MS;

  /**
   * How long a refusal waits for another call to prove or contradict it. An all-refusing call that
   * none follows is believed then; what was refused alone is tried again.
   */
  private static final long UNPROVEN_NS = 30 * SECOND_NS;

  private static final int FAILURES_UNTIL_SPLIT = 3;
  private static final int REFUSED_ALONE_MAX = 3;

  private final Alarms alarms;
  private final int attemptsMax;
  private final RandomGenerator random;
  private final ItemMatcher matcher = new ItemMatcher();
  private final Map<TargetControl, Told> toldBy = new HashMap<>();

  /** What one target's answers have told so far. */
  private static final class Told {
    final RecentIds ids = new RecentIds();
    long successes;
  }

  public Reconciler(Alarms alarms, int attemptsMax, RandomGenerator random) {
    this.alarms = alarms;
    this.attemptsMax = attemptsMax;
    this.random = random;
  }

  private Told told(LaneControl control) {
    return toldBy.computeIfAbsent(control.target(), target -> new Told());
  }

  @Override
  public void onReply(Call call, BatchReply reply, long nowNs, long nowMs) {
    Breaker breaker = call.control().target().breaker();
    if (reply instanceof BatchReply.Answered answered) {
      breaker.succeeded();
      answered(call, matcher.match(call, answered), nowNs, nowMs);
      return;
    }
    call.control().occupancy().answered(0, 0, nowNs);
    if (reply instanceof BatchReply.Refused refused) {
      refused(call, refused, nowNs, nowMs);
    } else if (reply instanceof BatchReply.Unanswered unanswered) {
      breaker.failed();
      unanswered(call, unanswered.why(), nowNs, nowMs);
    } else if (reply instanceof BatchReply.NotSent notSent) {
      if (notSent.targetDown()) {
        breaker.failed();
      } else {
        breaker.giveBack();
      }
      call.control().holdUntil(nowNs + 200 * MS);
      noteFailure(call, notSent.why());
      again(call, nowNs);
    }
  }

  // --- 200

  private void answered(Call call, List<ItemOutcome> outcomes, long nowNs, long nowMs) {
    LaneControl control = call.control();
    int submitted = count(outcomes, ItemOutcome.Verdict.SUBMITTED);
    int throttled = count(outcomes, ItemOutcome.Verdict.THROTTLED);
    int invalid = count(outcomes, ItemOutcome.Verdict.INVALID);
    control.occupancy().answered(submitted, throttled, nowNs);
    Told told = told(control);
    if (submitted > 0) {
      told.successes++;
      control.countSubmitted(submitted, nowNs);
      believe(control, nowMs);
    }
    if (invalid == outcomes.size()) {
      allInvalid(call, nowNs);
      return;
    }
    var full = new ArrayList<QueuedRequest>();
    for (ItemOutcome outcome : outcomes) {
      QueuedRequest request = outcome.request();
      switch (outcome.verdict()) {
        case SUBMITTED -> submitted(control, told, (ItemOutcome.Accepted) outcome, nowMs);
        case INVALID -> {
          request.countAttempt();
          request.lastFailure(FailureCode.INVALID_INPUT.wire());
          control.lane().settle(request, RequestState.REJECTED, Reason.INVALID_INPUT, null, nowMs);
        }
        case THROTTLED -> {
          request.lastFailure(FailureCode.REQUEST_THROTTLED.wire());
          full.add(request);
        }
        case TRY_AGAIN -> tryAgain(call, outcome, nowNs, nowMs);
      }
    }
    control.lane().giveBack(full);
  }

  private static int count(List<ItemOutcome> outcomes, ItemOutcome.Verdict verdict) {
    int count = 0;
    for (ItemOutcome outcome : outcomes) {
      if (outcome.verdict() == verdict) {
        count++;
      }
    }
    return count;
  }

  private void submitted(
      LaneControl control, Told told, ItemOutcome.Accepted accepted, long nowMs) {
    QueuedRequest request = accepted.request();
    request.countAttempt();
    if (told.ids.isAnothers(accepted.id(), request)) {
      alarms.raise(
          Alarms.Kind.ONE_ID_FOR_TWO,
          "campaign "
              + control.lane().info().campaign()
              + ": the target gave one id to two requests, the second under clientToken "
              + request.stored().clientToken());
    }
    control.lane().settle(request, RequestState.SUBMITTED, Reason.NONE, accepted.id(), nowMs);
  }

  private void tryAgain(Call call, ItemOutcome outcome, long nowNs, long nowMs) {
    QueuedRequest request = outcome.request();
    request.countAttempt();
    if (outcome instanceof ItemOutcome.Unanswered) {
      request.maybeSentUntil(
          call.beganOnTargetMs() + ClientToken.LIFE_MS, Evidence.Doubt.MISSING_FROM_ANSWER);
      request.lastFailure("missing from the answer");
    } else {
      request.lastFailure(FailureCode.UNKNOWN_ERROR.wire());
    }
    if (request.attempts() >= attemptsMax) {
      exhausted(call.control().lane(), request, nowMs);
    } else {
      call.control().lane().backOff(request, nowNs + backoffNs(request.attempts()));
    }
  }

  private static void exhausted(Lane lane, QueuedRequest request, long nowMs) {
    lane.settle(request, RequestState.UNDELIVERABLE, Reason.ATTEMPTS_EXHAUSTED, null, nowMs);
  }

  /** A success of the campaign proves that what it refused meanwhile was the items' own fault. */
  private void believe(LaneControl control, long nowMs) {
    control.invalidStreak(0);
    reject(control, control.suspects(), Reason.INVALID_INPUT, nowMs);
    reject(control, control.refusedAlone(), Reason.REFUSED_ALONE, nowMs);
  }

  private static void reject(
      LaneControl control, List<QueuedRequest> held, Reason reason, long nowMs) {
    for (QueuedRequest request : held) {
      if (request.place() == Place.HELD) { // it may have expired meanwhile
        request.countAttempt();
        control.lane().settle(request, RequestState.REJECTED, reason, null, nowMs);
      }
    }
    held.clear();
  }

  private void allInvalid(Call call, long nowNs) {
    LaneControl control = call.control();
    noteFailure(call, FailureCode.INVALID_INPUT.wire());
    if (control.invalidStreak() == 0) {
      control.invalidStreak(1);
      control.invalidSinceNs(nowNs);
      for (QueuedRequest request : call.batch().requests()) {
        control.lane().hold(request);
        control.suspects().add(request);
      }
      return;
    }
    giveBackHeld(control, control.suspects());
    control.lane().giveBack(call.batch().requests());
    alarm(
        control,
        Alarms.Kind.ALL_INVALID,
        "two calls in a row got nothing but InvalidInput (clock? campaign?); the lane is held, at"
            + " clientToken "
            + token(call),
        nowNs);
  }

  private static void giveBackHeld(LaneControl control, List<QueuedRequest> held) {
    control
        .lane()
        .giveBack(held.stream().filter(request -> request.place() == Place.HELD).toList());
    held.clear();
  }

  @Override
  public boolean onTick(LaneControl control, long nowNs, long nowMs) {
    if (control.invalidStreak() == 1
        && !control.suspects().isEmpty()
        && nowNs - control.invalidSinceNs() >= UNPROVEN_NS) {
      control.invalidStreak(0);
      reject(control, control.suspects(), Reason.INVALID_INPUT, nowMs);
    }
    if (control.refusedAlone().isEmpty()
        || nowNs - control.refusedAloneSinceNs() < UNPROVEN_NS
        || !control.lane().hasOnlyHeld()) {
      return false;
    }
    tryAloneAgain(control, nowNs, nowMs);
    return true;
  }

  // Nothing else waits here whose success could prove the refusal, and a request must not be held
  // for ever.
  private void tryAloneAgain(LaneControl control, long nowNs, long nowMs) {
    for (QueuedRequest request : control.refusedAlone()) {
      if (request.place() == Place.HELD) {
        request.countAttempt();
        if (request.attempts() >= attemptsMax) {
          exhausted(control.lane(), request, nowMs);
        } else {
          long dueNs = nowNs + backoffNs(request.attempts());
          control
              .lane()
              .backOff(new Parcel(List.of(request), 0, told(control).successes, true, dueNs));
        }
      }
    }
    control.refusedAlone().clear();
  }

  // --- refused

  private void refused(Call call, BatchReply.Refused refused, long nowNs, long nowMs) {
    LaneControl control = call.control();
    Breaker breaker = control.target().breaker();
    CallVerdict verdict = CallVerdict.of(refused);
    if (verdict == CallVerdict.NO_USE || verdict == CallVerdict.CREDENTIALS) {
      breaker.failed();
    } else {
      breaker.succeeded();
    }
    String what = refused.code().isEmpty() ? "HTTP " + refused.status() : refused.code();
    switch (verdict) {
      case NO_USE -> unanswered(call, what, nowNs, nowMs);
      case THROTTLED -> {
        control.target().budget().throttled(nowNs, refused.retryAfterMs());
        again(call, nowNs);
      }
      case STATE -> {
        state(control, refused.state(), nowNs, nowMs);
        again(call, nowNs);
      }
      case CONFLICT -> {
        control.holdUntil(nowNs + 250 * MS);
        noteFailure(call, what);
        again(call, nowNs);
      }
      case NO_CAMPAIGN -> {
        control.gate().notFound(nowNs);
        noteFailure(call, what);
        again(call, nowNs);
      }
      case REFUSED, TOO_LARGE -> {
        noteFailure(call, what);
        bisect(call, what, nowNs);
      }
      case CLOCK -> {
        control.holdUntil(nowNs + SECOND_NS);
        noteFailure(call, what);
        again(call, nowNs);
      }
      case CREDENTIALS -> {
        control.holdUntil(nowNs + SECOND_NS);
        noteFailure(call, what);
        again(call, nowNs);
        alarms.raise(
            Alarms.Kind.CREDENTIALS,
            "target " + control.target().name() + " refuses our credentials: " + what);
      }
      case DENIED, ALARM -> {
        noteFailure(call, what);
        again(call, nowNs);
        alarm(
            control,
            Alarms.Kind.CALL_REFUSED,
            "the target answered " + refused.status() + " " + what + "; the lane is held",
            nowNs);
      }
    }
  }

  private static void state(LaneControl control, @Nullable String told, long nowNs, long nowMs) {
    CampaignState state = told == null ? null : CampaignState.ofWire(told).orElse(null);
    if (state == null || state == CampaignState.RUNNING) {
      control.holdUntil(nowNs + SECOND_NS); // contradicts itself; ask again soon
    } else {
      control.gate().refusedIn(state, nowNs, nowMs);
    }
  }

  /**
   * Halves until the bad item stands alone. A refusal of the whole shape was surely not carried
   * out.
   */
  private void bisect(Call call, String what, long nowNs) {
    LaneControl control = call.control();
    List<QueuedRequest> requests = call.batch().requests();
    if (requests.size() > 1) {
      split(control, requests, true, nowNs);
      return;
    }
    control.lane().hold(requests.get(0));
    control.refusedAlone().removeIf(request -> request.place() != Place.HELD);
    control.refusedAlone().add(requests.get(0));
    control.refusedAloneSinceNs(nowNs);
    if (control.refusedAlone().size() >= REFUSED_ALONE_MAX) {
      giveBackHeld(control, control.refusedAlone());
      alarm(
          control,
          Alarms.Kind.REFUSED_ALONE,
          "three requests in a row were refused alone ("
              + what
              + ") and none accepted; the lane is held, at clientToken "
              + token(call),
          nowNs);
    }
  }

  private void split(
      LaneControl control, List<QueuedRequest> requests, boolean bisecting, long nowNs) {
    Lane lane = control.lane();
    long successes = told(control).successes;
    int half = (requests.size() + 1) / 2;
    lane.backOff(new Parcel(requests.subList(0, half), 0, successes, bisecting, nowNs));
    lane.backOff(
        new Parcel(requests.subList(half, requests.size()), 0, successes, bisecting, nowNs + 1));
  }

  // --- no answer

  private void unanswered(Call call, String why, long nowNs, long nowMs) {
    Lane lane = call.control().lane();
    long successes = told(call.control()).successes;
    List<QueuedRequest> requests = call.batch().requests();
    for (QueuedRequest request : requests) {
      request.maybeSentUntil(
          call.beganOnTargetMs() + ClientToken.LIFE_MS, Evidence.Doubt.NO_ANSWER);
      request.lastFailure(why);
    }
    Parcel parcel = call.batch().parcel();
    int failures = (parcel == null ? 0 : parcel.failures()) + 1;
    long since = parcel == null ? successes : parcel.sinceSuccesses();
    if (failures < FAILURES_UNTIL_SPLIT || successes == since) {
      lane.backOff(new Parcel(requests, failures, since, false, nowNs + backoffNs(failures)));
    } else if (requests.size() > 1) {
      split(call.control(), requests, false, nowNs + backoffNs(1));
    } else {
      QueuedRequest alone = requests.get(0);
      alone.countAttempt();
      if (alone.attempts() >= attemptsMax) {
        exhausted(lane, alone, nowMs);
      } else {
        lane.backOff(
            new Parcel(requests, failures, since, false, nowNs + backoffNs(alone.attempts())));
      }
    }
  }

  /** As it was: fresh requests to the head of their lane, a parcel as the parcel it is. */
  private static void again(Call call, long nowNs) {
    Batch batch = call.batch();
    Parcel parcel = batch.parcel();
    if (parcel == null) {
      call.control().lane().giveBack(batch.requests());
    } else {
      call.control()
          .lane()
          .backOff(
              new Parcel(
                  batch.requests(),
                  parcel.failures(),
                  parcel.sinceSuccesses(),
                  parcel.bisecting(),
                  nowNs));
    }
  }

  private static void noteFailure(Call call, String what) {
    for (QueuedRequest request : call.batch().requests()) {
      request.lastFailure(what);
    }
  }

  private void alarm(LaneControl control, Alarms.Kind kind, String what, long nowNs) {
    control.gate().raiseAlarm(what, nowNs);
    alarms.raise(kind, "campaign " + control.lane().info().campaign() + ": " + what);
  }

  private static String token(Call call) {
    return call.batch().requests().get(0).stored().clientToken();
  }

  /** Half a second, doubling to half a minute, half of it by chance. */
  private long backoffNs(int tries) {
    long fullNs = Math.min(30 * SECOND_NS, (SECOND_NS / 2) << Math.min(tries - 1, 10));
    return fullNs / 2 + random.nextLong(fullNs / 2 + 1);
  }

  /** Entries of answers that matched no item of their call. */
  public long strayEntries() {
    return matcher.strayEntries();
  }
}
