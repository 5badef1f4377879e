package io.dialspool.simulation;

import io.dialspool.dispatch.LaneControl;
import io.dialspool.request.Counts;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients sent, what they were answered, and so what must be there. Knows the rules of intake
 * by itself: which items are invalid, which repeat an earlier one.
 */
final class IntakeLedger {
  private record Token(String campaign, String token) {}

  /** A request that is there, or may be. */
  static final class Known {
    private final Lead lead;
    private final long deadlineMs;
    private boolean acknowledged;
    private boolean stored;
    private boolean cancelled;
    private int lane;
    private long sequence;
    private @Nullable RequestState told;
    private StoreRecount.@Nullable End end;

    Known(Lead lead, long deadlineMs) {
      this.lead = lead;
      this.deadlineMs = deadlineMs;
    }

    Lead lead() {
      return lead;
    }

    long deadlineMs() {
      return deadlineMs;
    }
  }

  private record Expected(Verdict verdict, @Nullable Known known) {}

  /** A body on its way through the stages. */
  private record Entered(Body body, List<Expected> expected) {}

  private final Judge judge;
  private final Map<Token, Known> known = new LinkedHashMap<>();
  private final Map<String, Known> byPhone = new HashMap<>();
  private final Map<String, Integer> accepted = new HashMap<>();
  private final Map<Body, Entered> entered = new LinkedHashMap<>();
  private final Set<String> ids = new HashSet<>();
  private long acknowledged;
  private long duplicates;

  IntakeLedger(Judge judge) {
    this.judge = judge;
  }

  // --- the door

  /** The stages are about to see a body. */
  void entering(Body body, long receivedAtMs) {
    var expected = new ArrayList<Expected>();
    for (Body.Item item : body.items()) {
      var token = new Token(body.campaign(), item.lead().token());
      Known first = known.get(token);
      if (item.flaw() != Body.Flaw.NONE || item.deadlineMs() < receivedAtMs) {
        expected.add(new Expected(Verdict.INVALID, null));
      } else if (first == null) {
        var fresh = new Known(item.lead(), item.deadlineMs());
        known.put(token, fresh);
        byPhone.put(item.lead().phone(), fresh);
        expected.add(new Expected(Verdict.FINE, fresh));
      } else if (first.lead.sameContent(item.lead())) {
        expected.add(new Expected(Verdict.DUPLICATE, first));
      } else {
        expected.add(new Expected(Verdict.INVALID, null));
      }
    }
    entered.put(body, new Entered(body, expected));
  }

  /** The client has its answer: from here on it counts on it. */
  void answered(Body body, DialSlot slot) {
    Entered its = entered.remove(body);
    if (its == null) {
      throw judge.failure(Checker.OUTCOME, "a body of %s was answered twice", body.campaign());
    }
    DialItems items = slot.items();
    for (int i = 0; i < items.count(); i++) {
      Expected expected = its.expected.get(i);
      String token = body.items().get(i).lead().token();
      if (items.verdict(i) != expected.verdict) {
        throw judge.failure(
            Checker.DUPLICATE,
            "%s of %s was judged %s (expected: %s)",
            token,
            body.campaign(),
            items.verdict(i),
            expected.verdict);
      }
      if (expected.known != null) {
        if (expected.verdict == Verdict.FINE) {
          acknowledge(expected.known, slot.lane(), items.sequence(i));
        } else {
          repeated(expected.known, slot.lane(), items.sequence(i), items.state(i));
        }
      }
    }
  }

  private void acknowledge(Known fresh, int lane, long sequence) {
    fresh.acknowledged = true;
    acknowledged++;
    place(fresh, lane, sequence);
  }

  private void place(Known fresh, int lane, long sequence) {
    fresh.lane = lane;
    fresh.sequence = sequence;
    accepted.merge(fresh.lead.campaign(), 1, Integer::sum);
    if (!ids.add(lane + "-" + sequence)) {
      throw judge.failure(
          Checker.DUPLICATE,
          "ds-%d-%d stands for two requests, one of them %s",
          lane,
          sequence,
          fresh.lead.token());
    }
  }

  private void repeated(Known first, int lane, long sequence, RequestState state) {
    duplicates++;
    if (first.lane != lane || first.sequence != sequence) {
      throw judge.failure(
          Checker.DUPLICATE,
          "%s was answered with ds-%d-%d (expected: the first one's ds-%d-%d)",
          first.lead.token(),
          lane,
          sequence,
          first.lane,
          first.sequence);
    }
    told(first, state);
  }

  private void told(Known request, RequestState state) {
    if (state.isFinal()) {
      if (request.told != null && request.told != state) {
        throw judge.failure(
            Checker.OUTCOME,
            "%s was told to be %s and then %s",
            request.lead.token(),
            request.told,
            state);
      }
      request.told = state;
    } else if (request.told != null) {
      throw judge.failure(
          Checker.OUTCOME,
          "%s was told to be %s and then %s",
          request.lead.token(),
          request.told,
          state);
    }
  }

  /** What a recall that is about to enter may find; null for nothing. */
  @Nullable Known recalling(String campaign, String token) {
    return known.get(new Token(campaign, token));
  }

  /** A recall was answered. */
  void recalled(@Nullable Known request, RecallAnswer answer) {
    if (answer instanceof RecallAnswer.Unknown) {
      if (request != null) {
        throw judge.failure(
            Checker.OUTCOME, "the recall of %s did not find it", request.lead.token());
      }
    } else if (request == null) {
      throw judge.failure(Checker.OUTCOME, "the recall of nothing found something: %s", answer);
    } else if (answer instanceof RecallAnswer.Cancelled) {
      told(request, RequestState.CANCELLED);
      request.cancelled = true;
    } else if (answer instanceof RecallAnswer.TooLate late && late.state().isFinal()) {
      told(request, late.state());
    }
  }

  /** A request is about to leave. */
  Known sending(String campaign, String phone) {
    Known request = byPhone.get(phone);
    if (request == null
        || !request.lead.campaign().equals(campaign)
        || !(request.acknowledged || request.stored)) {
      throw judge.failure(Checker.OUTCOME, "%s sends a request that it never accepted", campaign);
    }
    if (request.cancelled) {
      throw judge.failure(
          Checker.OUTCOME, "%s was sent after its recall was answered", request.lead.token());
    }
    if (request.told != null || request.end != null) {
      throw judge.failure(Checker.OUTCOME, "%s was sent after its end", request.lead.token());
    }
    return request;
  }

  // --- counting

  /** Holds every lane's counts against what was acknowledged. */
  void checkCounts(Collection<LaneControl> lanes) {
    int seen = 0;
    for (LaneControl control : lanes) {
      String campaign = control.lane().info().campaign().value();
      Counts counts = control.lane().counts();
      if (!counts.conserved()) {
        throw judge.failure(Checker.CONSERVATION, "%s does not add up: %s", campaign, counts);
      }
      int expected = accepted.getOrDefault(campaign, 0);
      if (counts.accepted() != expected) {
        throw judge.failure(
            Checker.CONSERVATION,
            "%s says it accepted %d, %d were",
            campaign,
            counts.accepted(),
            expected);
      }
      seen += expected;
    }
    if (seen != accepted.values().stream().mapToInt(Integer::intValue).sum()) {
      throw judge.failure(Checker.CONSERVATION, "a campaign has requests and no lane");
    }
  }

  /** The process died: what was not answered may be there or not, each body as a whole. */
  void recounted(StoreRecount recount, CallLedger calls) {
    if (!recount.faults().isEmpty()) {
      throw judge.failure(Checker.OUTCOME, "%s", recount.faults().get(0));
    }
    var there = new HashMap<Token, StoreRecount.Stored>();
    for (StoreRecount.Stored stored : recount.all()) {
      if (there.put(new Token(stored.campaign(), stored.token()), stored) != null) {
        throw judge.failure(
            Checker.OUTCOME, "%s of %s is there twice", stored.token(), stored.campaign());
      }
    }
    for (Entered its : entered.values()) {
      resolve(its, there);
    }
    entered.clear();
    for (Map.Entry<Token, Known> entry : known.entrySet()) {
      StoreRecount.Stored stored = there.remove(entry.getKey());
      if (stored == null) {
        throw judge.failure(
            Checker.OUTCOME,
            "%s of %s was acknowledged and is lost",
            entry.getKey().token,
            entry.getKey().campaign);
      }
      check(entry.getValue(), stored, calls);
    }
    if (!there.isEmpty()) {
      throw judge.failure(
          Checker.OUTCOME, "%s was stored and never sent to us", there.keySet().iterator().next());
    }
  }

  private void resolve(Entered its, Map<Token, StoreRecount.Stored> there) {
    int fresh = 0;
    int stored = 0;
    for (Expected expected : its.expected) {
      if (expected.verdict == Verdict.FINE && expected.known != null) {
        fresh++;
        Known request = expected.known;
        var token = new Token(request.lead.campaign(), request.lead.token());
        StoreRecount.Stored found = there.get(token);
        if (found == null) {
          known.remove(token);
          byPhone.remove(request.lead.phone());
        } else {
          stored++;
          request.stored = true;
          place(request, found.lane(), found.sequence());
        }
      }
    }
    if (stored != 0 && stored != fresh) {
      throw judge.failure(
          Checker.OUTCOME,
          "of a body of %s, %d of %d requests are there",
          its.body.campaign(),
          stored,
          fresh);
    }
  }

  private void check(Known request, StoreRecount.Stored stored, CallLedger calls) {
    if (request.lane != stored.lane()
        || request.sequence != stored.sequence()
        || !request.lead.phone().equals(stored.phone())
        || request.deadlineMs != stored.deadlineMs()) {
      throw judge.failure(
          Checker.OUTCOME,
          "%s of %s was acknowledged as ds-%d-%d and lies there as ds-%d-%d, or changed",
          stored.token(),
          stored.campaign(),
          request.lane,
          request.sequence,
          stored.lane(),
          stored.sequence());
    }
    StoreRecount.End end = stored.end();
    if (request.end != null && !request.end.equals(end)) {
      throw judge.failure(
          Checker.OUTCOME, "%s had ended %s and now %s", stored.token(), request.end, end);
    }
    if (request.told != null && (end == null || end.state() != request.told)) {
      throw judge.failure(
          Checker.OUTCOME, "%s was told to be %s and is %s", stored.token(), request.told, end);
    }
    request.end = end;
    if (end != null) {
      calls.checkEnd(stored, end);
    }
  }

  /** Holds lanes against a recount of the store. */
  void checkAgainst(StoreRecount recount, Collection<LaneControl> lanes) {
    var counted = new HashMap<String, long[]>();
    for (StoreRecount.Stored stored : recount.all()) {
      long[] byState =
          counted.computeIfAbsent(stored.campaign(), key -> new long[RequestState.values().length]);
      byState[stored.end() == null ? 0 : stored.end().state().code()]++;
    }
    for (LaneControl control : lanes) {
      String campaign = control.lane().info().campaign().value();
      long[] byState = counted.getOrDefault(campaign, new long[RequestState.values().length]);
      Counts counts = control.lane().counts();
      if (counts.queued() + counts.inFlight() != byState[0]
          || counts.submitted() != byState[RequestState.SUBMITTED.code()]
          || counts.rejected() != byState[RequestState.REJECTED.code()]
          || counts.expired() != byState[RequestState.EXPIRED.code()]
          || counts.cancelled() != byState[RequestState.CANCELLED.code()]
          || counts.undeliverable() != byState[RequestState.UNDELIVERABLE.code()]) {
        throw judge.failure(
            Checker.CONSERVATION,
            "%s says %s, a recount by state says %s",
            campaign,
            counts,
            Arrays.toString(byState));
      }
    }
  }

  /** Everything that was acknowledged has ended. */
  void checkAllEnded() {
    for (Known request : known.values()) {
      if (request.end == null) {
        throw judge.failure(
            Checker.OUTCOME, "%s was acknowledged and never ended", request.lead.token());
      }
    }
  }

  /** Requests by how they ended, such as {@code UNDELIVERABLE IN_DOUBT}. */
  Map<String, Long> ends() {
    var ends = new TreeMap<String, Long>();
    for (Known request : known.values()) {
      StoreRecount.End end = request.end;
      if (end != null) {
        ends.merge(end.state() + " " + end.reason(), 1L, Long::sum);
      }
    }
    return ends;
  }

  long acknowledged() {
    return acknowledged;
  }

  long duplicates() {
    return duplicates;
  }
}
