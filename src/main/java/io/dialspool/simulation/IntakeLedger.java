package io.dialspool.simulation;

import io.dialspool.dispatch.LaneControl;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.dialspool.spool.RedriveChunk;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.StoredRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
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
    private final String token;
    private final long deadlineMs;
    private final @Nullable Known redriveOf;
    private final String home;
    private final long sinceMs;
    private int moves;
    private boolean everSent;
    private boolean recallAsked;
    private @Nullable Known redrivenAs;
    private long redrivenNs = Long.MAX_VALUE;
    private boolean acknowledged;
    private boolean stored;
    private boolean cancelled;
    private int lane;
    private long sequence;
    private @Nullable RequestState told;
    private StoreRecount.@Nullable End end;

    Known(
        Lead lead,
        String token,
        long deadlineMs,
        @Nullable Known redriveOf,
        String home,
        long sinceMs) {
      this.home = home;
      this.sinceMs = sinceMs;
      this.lead = lead;
      this.token = token;
      this.deadlineMs = deadlineMs;
      this.redriveOf = redriveOf;
    }

    /** The lead's own, or what a redrive made of it. */
    String token() {
      return token;
    }

    Lead lead() {
      return lead;
    }

    long deadlineMs() {
      return deadlineMs;
    }

    /** The target that its campaign had when it was accepted. */
    String home() {
      return home;
    }
  }

  private static final long AHEAD_MAX_MS = Duration.ofDays(30).toMillis();

  /** A token's life is 7 days; one older than this is no proof of anything. */
  private static final long FRESH_MAX_MS = Duration.ofDays(6).toMillis();

  private static final long FRESH_LEFT_MIN_MS = Duration.ofMinutes(20).toMillis();

  private record Expected(Verdict verdict, @Nullable Known known) {}

  /** A body on its way through the stages. */
  private record Entered(Body body, List<Expected> expected) {}

  private final Judge judge;
  private final SimulatedClock clock;
  private final Tally tally;
  private final UnaryOperator<String> homes;

  /** Acknowledged and never in a call, by campaign, oldest first. */
  private final Map<String, Set<Known>> fresh = new HashMap<>();

  /** What bears each token now. */
  private final Map<Token, Known> known = new LinkedHashMap<>();

  /** Dead letters whose token another request bears. */
  private final List<Known> replaced = new ArrayList<>();

  private final Map<RedriveChunk, List<Known>> redriving = new LinkedHashMap<>();
  private final Map<String, Known> byPhone = new HashMap<>();
  private final Map<String, Integer> accepted = new HashMap<>();
  private final Map<Body, Entered> entered = new LinkedHashMap<>();
  private final Map<StoreRecount.Place, Known> byPlace = new HashMap<>();
  private final Map<String, Integer> moves = new HashMap<>();
  private long expiryEarlyMaxMs = Long.MAX_VALUE;
  private long acknowledged;
  private long duplicates;
  private long cancelled;
  private long redriven;

  /**
   * @param homes the target that each campaign has now
   */
  IntakeLedger(Judge judge, SimulatedClock clock, Tally tally, UnaryOperator<String> homes) {
    this.judge = judge;
    this.clock = clock;
    this.tally = tally;
    this.homes = homes;
  }

  /** A campaign's lane goes to another target from now on, which knows no token of before. */
  void moved(String campaign) {
    moves.merge(campaign, 1, Integer::sum);
  }

  private int moves(String campaign) {
    return moves.getOrDefault(campaign, 0);
  }

  /** How long before its deadline a request may end EXPIRED; milliseconds. */
  void expiryEarlyMax(long ms) {
    expiryEarlyMaxMs = ms;
  }

  /** Whether anything that was in a call has not ended, by a recount. */
  boolean hasOpenSent(StoreRecount recount) {
    for (StoreRecount.Stored stored : recount.all()) {
      Known request = byPlace.get(new StoreRecount.Place(stored.lane(), stored.sequence()));
      if (stored.end() == null && request != null && request.everSent) {
        return true;
      }
    }
    return false;
  }

  /** Whether a campaign has anything that has not ended, by a recount. */
  static boolean hasOpen(StoreRecount recount, String campaign) {
    for (StoreRecount.Stored stored : recount.all()) {
      if (stored.end() == null && stored.campaign().equals(campaign)) {
        return true;
      }
    }
    return false;
  }

  // --- the door

  /** The stages are about to see a body. */
  void entering(Body body, long receivedAtMs) {
    var expected = new ArrayList<Expected>();
    for (Body.Item item : body.items()) {
      var token = new Token(body.campaign(), item.lead().token());
      Known first = known.get(token);
      if (item.flaw() != Body.Flaw.NONE
          || item.deadlineMs() < receivedAtMs
          || item.deadlineMs() > receivedAtMs + AHEAD_MAX_MS) {
        tally.count(Happening.FLAWED_ITEM);
        expected.add(new Expected(Verdict.INVALID, null));
      } else if (first == null) {
        var fresh =
            new Known(
                item.lead(),
                item.lead().token(),
                item.deadlineMs(),
                null,
                homes.apply(body.campaign()),
                clock.trueMs());
        if (item.deadlineMs() < receivedAtMs + 35_000) {
          tally.count(Happening.DEADLINE_TOO_CLOSE);
        }
        known.put(token, fresh);
        byPhone.put(item.lead().phone(), fresh);
        expected.add(new Expected(Verdict.FINE, fresh));
      } else if (first.lead.sameContent(item.lead())) {
        tally.count(Happening.DUPLICATE);
        expected.add(new Expected(Verdict.DUPLICATE, first));
      } else {
        tally.count(Happening.OTHER_CONTENT);
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
    fresh.moves = moves(fresh.lead.campaign());
    if (fresh.redriveOf == null) { // what was in doubt has a time limit of its own
      this.fresh.computeIfAbsent(fresh.lead.campaign(), key -> new LinkedHashSet<>()).add(fresh);
    }
    accepted.merge(fresh.lead.campaign(), 1, Integer::sum);
    if (byPlace.put(new StoreRecount.Place(lane, sequence), fresh) != null) {
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
    Checker checker = request.cancelled ? Checker.RECALL : Checker.OUTCOME;
    if (state.isFinal()) {
      if (request.told != null && request.told != state) {
        throw judge.failure(
            checker, "%s was told to be %s and then %s", request.lead.token(), request.told, state);
      }
      request.told = state;
    } else if (request.told != null) {
      throw judge.failure(
          checker, "%s was told to be %s and then %s", request.lead.token(), request.told, state);
    }
  }

  /** What a recall that is about to enter may find; null for nothing. */
  @Nullable Known recalling(String campaign, String token) {
    Known found = known.get(new Token(campaign, token));
    if (found != null) {
      found.recallAsked = true;
    }
    return found;
  }

  /**
   * Whether a campaign has so many requests that were acknowledged, never in a call, never asked to
   * be recalled, and have time.
   */
  boolean hasFresh(String campaign, int count) {
    int found = 0;
    long nowMs = Math.max(clock.trueMs(), clock.epochMs());
    // What had expired by a clock that was put back since has ended all the same.
    long latestMs = Math.max(nowMs, clock.latestShownMs());
    var it = fresh.getOrDefault(campaign, Set.of()).iterator();
    while (found < count && it.hasNext()) {
      Known request = it.next();
      if (request.everSent || request.recallAsked || request.end != null || request.told != null) {
        it.remove();
      } else if (request.deadlineMs - latestMs > FRESH_LEFT_MIN_MS
          && nowMs - request.sinceMs < FRESH_MAX_MS) {
        found++;
      }
    }
    return found == count;
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
      tally.count(Happening.RECALL_CANCELLED);
      told(request, RequestState.CANCELLED);
      cancelled += request.cancelled ? 0 : 1;
      request.cancelled = true;
    } else if (answer instanceof RecallAnswer.TooLate late) {
      tally.count(Happening.RECALL_TOO_LATE);
      if (late.state().isFinal()) {
        told(request, late.state());
      }
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
          Checker.RECALL, "%s was sent after its recall was answered", request.lead.token());
    }
    if (request.told != null || request.end != null) {
      throw judge.failure(Checker.OUTCOME, "%s was sent after its end", request.lead.token());
    }
    request.everSent = true;
    return request;
  }

  // --- redrive

  /** The stages are about to see a redrive. */
  void redriving(RedriveChunk chunk, List<Settlement> candidates, long receivedAtMs) {
    var expected = new ArrayList<Known>();
    for (Settlement end : candidates) {
      Known old = at(end.request());
      if (old.redrivenAs != null) {
        continue;
      }
      boolean renamed =
          end.reason() == Reason.IN_DOUBT
              && (end.firstSentAtMs() + ClientToken.LIFE_MS <= receivedAtMs
                  || old.moves != moves(old.lead.campaign()));
      var fresh =
          new Known(
              old.lead,
              renamed ? "" : old.token,
              chunk.deadlineMs(),
              old,
              homes.apply(old.lead.campaign()),
              clock.trueMs());
      old.redrivenAs = fresh;
      if (!renamed) {
        known.put(new Token(old.lead.campaign(), old.token), fresh);
        old.redrivenNs = clock.virtualNs();
        replaced.add(old);
      }
      expected.add(fresh);
    }
    redriving.put(chunk, expected);
  }

  private Known at(StoredRequest request) {
    Known found = byPlace.get(new StoreRecount.Place(request.lane().number(), request.sequence()));
    if (found == null) {
      throw judge.failure(
          Checker.REDRIVE, "%s is no request that was accepted", request.clientToken());
    }
    return found;
  }

  /** A redrive was answered. */
  void redriven(RedriveChunk chunk) {
    List<Known> expected = redriving.remove(chunk);
    if (expected == null || expected.size() != chunk.redriven().size()) {
      throw judge.failure(
          Checker.REDRIVE,
          "%d were redriven (expected: %s)",
          chunk.redriven().size(),
          expected == null ? "no answer" : expected.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      RedriveChunk.Redriven one = chunk.redriven().get(i);
      Known fresh = expected.get(i);
      if (fresh.redriveOf != at(one.from())) {
        throw judge.failure(Checker.REDRIVE, "%s was redriven twice", one.clientToken());
      }
      take(fresh, one.from().lane().number(), one.sequence(), one.clientToken()).acknowledged =
          true;
    }
  }

  /** A redriven request is there. */
  private Known take(Known fresh, int lane, long sequence, String token) {
    Known there = fresh;
    if (fresh.token.isEmpty()) { // its name is the service's choice
      Known old = Objects.requireNonNull(fresh.redriveOf);
      there = new Known(fresh.lead, token, fresh.deadlineMs, old, fresh.home, fresh.sinceMs);
      old.redrivenAs = there;
      if (known.put(new Token(fresh.lead.campaign(), token), there) != null) {
        throw judge.failure(Checker.REDRIVE, "%s was given to a redrive and was taken", token);
      }
    } else if (!fresh.token.equals(token)) {
      throw judge.failure(
          Checker.REDRIVE, "%s was redriven as %s (expected: its own token)", fresh.token, token);
    }
    byPhone.put(there.lead.phone(), there);
    place(there, lane, sequence);
    tally.count(Happening.REDRIVEN);
    redriven++;
    return there;
  }

  /** A redrive that nobody heard of any more: it is there whole or not at all. */
  private void resolve(List<Known> expected, Map<StoreRecount.Place, StoreRecount.Stored> byOld) {
    int there = 0;
    for (Known fresh : expected) {
      Known old = Objects.requireNonNull(fresh.redriveOf);
      StoreRecount.Stored stored = byOld.get(new StoreRecount.Place(old.lane, old.sequence));
      if (stored != null) {
        there++;
        take(fresh, stored.lane(), stored.sequence(), stored.token()).stored = true;
      } else {
        old.redrivenAs = null;
        if (!fresh.token.isEmpty()) {
          old.redrivenNs = Long.MAX_VALUE;
          replaced.remove(old);
          known.put(new Token(old.lead.campaign(), old.token), old);
        }
      }
    }
    if (there != 0 && there != expected.size()) {
      throw judge.failure(
          Checker.REDRIVE, "of a redrive, %d of %d requests are there", there, expected.size());
    }
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
    if (!recount.redriveFaults().isEmpty()) {
      throw judge.failure(Checker.REDRIVE, "%s", recount.redriveFaults().get(0));
    }
    var there = new HashMap<StoreRecount.Place, StoreRecount.Stored>();
    var byOld = new HashMap<StoreRecount.Place, StoreRecount.Stored>();
    var put = new HashMap<Token, StoreRecount.Stored>();
    for (StoreRecount.Stored stored : recount.all()) {
      there.put(new StoreRecount.Place(stored.lane(), stored.sequence()), stored);
      if (stored.redriveOf() != 0) {
        byOld.put(new StoreRecount.Place(stored.lane(), stored.redriveOf()), stored);
      } else if (put.put(new Token(stored.campaign(), stored.token()), stored) != null) {
        throw judge.failure(
            Checker.OUTCOME, "%s of %s is there twice", stored.token(), stored.campaign());
      }
    }
    for (Entered its : entered.values()) {
      resolve(its, put);
    }
    entered.clear();
    for (List<Known> expected : redriving.values()) {
      resolve(expected, byOld);
    }
    redriving.clear();
    for (Known request : all()) {
      StoreRecount.Stored stored =
          there.remove(new StoreRecount.Place(request.lane, request.sequence));
      if (stored == null) {
        throw judge.failure(
            Checker.OUTCOME,
            "%s of %s was acknowledged and is lost",
            request.token,
            request.lead.campaign());
      }
      check(request, stored, calls);
    }
    if (!there.isEmpty()) {
      throw judge.failure(
          Checker.OUTCOME, "%s was stored and never sent to us", there.values().iterator().next());
    }
  }

  /** Every request there is, those whose token another bears among them. */
  private List<Known> all() {
    var all = new ArrayList<Known>(known.values());
    all.addAll(replaced);
    return all;
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
        || !request.token.equals(stored.token())
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
          request.cancelled ? Checker.RECALL : Checker.OUTCOME,
          "%s was told to be %s and is %s",
          stored.token(),
          request.told,
          end);
    }
    request.end = end;
    if (end != null) {
      calls.checkEnd(stored, end, request.redrivenNs, request.home);
      calls.checkTime(stored, end, expiryEarlyMaxMs);
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
    for (Known request : all()) {
      if (request.end == null) {
        throw judge.failure(
            Checker.OUTCOME, "%s was acknowledged and never ended", request.lead.token());
      }
    }
  }

  /** Requests by how they ended, such as {@code UNDELIVERABLE IN_DOUBT}. */
  Map<String, Long> ends() {
    var ends = new TreeMap<String, Long>();
    for (Known request : all()) {
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

  /** Requests whose recall was answered so. */
  long cancelled() {
    return cancelled;
  }

  /** Dead letters that became new requests. */
  long redriven() {
    return redriven;
  }

  long duplicates() {
    return duplicates;
  }
}
