package io.dialspool.webhooks;

import io.dialspool.config.WebhookConfig;
import io.dialspool.dispatch.Routes;
import io.dialspool.request.CampaignId;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.WebhookReport;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.OutcomeFeed.Cursor;
import io.github.resilience4j.core.IntervalFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the outcomes of one webhook's campaigns to its receiver.
 *
 * <p>Each campaign is a {@link Line}: a cursor into the feed and at most one call under way, so the
 * order holds. What waits stays in the feed; in memory is only what is in a call, at most {@code
 * parallel} batches. The cursor moves once the receiver has said 2xx, so after a crash something is
 * brought twice and nothing never.
 *
 * <p>Two kinds of trouble. A receiver that is <i>absent</i> (no answer, or "later") is waited for
 * with one call at a time, ever longer apart, whatever the campaign; outcomes older than {@code
 * giveUpAfter} are then given up. A batch that is <i>refused</i> holds up its own campaign alone
 * and is given up after {@code attemptsMax}. What was given up is remembered as a stretch of the
 * feed and can be brought again while the feed keeps it.
 *
 * <p>On one thread but {@link #answered}.
 */
final class Courier {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final double JITTER = 0.3;
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long TIDY_NS = TimeUnit.MINUTES.toNanos(10);
  private static final int LOOKS_A_TURN = 64;

  /** A call under way. */
  private record Trip(
      Line line,
      Cursor through,
      int outcomes,
      boolean atEnd,
      long firstSettledAtMs,
      long lastSettledAtMs,
      long beganNs) {}

  private record Answered(Trip trip, Receiver.Answer answer) {}

  private final String name;
  private final WebhookConfig config;
  private final List<Pattern> campaigns;
  private final Feed feed;
  private final Ledger ledger;
  private final Receiver receiver;
  private final Signer signer;
  private final WebhookMeter meter;
  private final long feedWindowMs;
  private final Runnable wake;
  private final IntervalFunction pause;

  private final Map<CampaignId, Line> lines = new HashMap<>();
  private final PriorityQueue<Line> due =
      new PriorityQueue<>((a, b) -> Long.signum(a.dueNs - b.dueNs));
  private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
  private int inFlight;
  private int absences;
  private long restUntilNs;
  private boolean resting;
  private long standingAtNs;
  private long tidyAtNs;
  private boolean begun;
  private boolean saidFull;

  private long delivered;
  private long failed;
  private long missed;
  private long lagMs;
  private boolean failing;
  private String lastFailure = "";

  /**
   * @param feedWindowMs how long the feed keeps what was given up
   * @param wake called when an answer has come
   */
  Courier(
      String name,
      WebhookConfig config,
      Feed feed,
      Ledger ledger,
      Receiver receiver,
      WebhookMeter meter,
      long feedWindowMs,
      Runnable wake) {
    this.name = name;
    this.config = config;
    this.campaigns = config.campaignPatterns().stream().map(Routes::regex).toList();
    this.feed = feed;
    this.ledger = ledger;
    this.receiver = receiver;
    this.signer = new Signer(config.keys());
    this.meter = meter;
    this.feedWindowMs = feedWindowMs;
    this.wake = wake;
    this.pause =
        IntervalFunction.ofExponentialRandomBackoff(
            config.retryMs(), 2, JITTER, config.retryMaxMs());
    ledger
        .dead()
        .forEach(
            (key, its) -> {
              if (its.redelivering()) {
                bringAgain(key, its, 0);
              }
            });
  }

  String name() {
    return name;
  }

  /** A request of the campaign has ended, and that is synced. */
  void ended(CampaignId campaign, long nowNs, long nowMs) {
    if (!campaigns.isEmpty()
        && campaigns.stream().noneMatch(pattern -> pattern.matcher(campaign.value()).matches())) {
      return;
    }
    Line line =
        lines.computeIfAbsent(campaign, its -> new Line(its, null, ledger.cursor(campaign)));
    line.dirty = true;
    if (line.waitingSinceMs == 0) {
      line.waitingSinceMs = nowMs;
    }
    if (!line.queued && !line.sending) {
      queue(line, nowNs + TimeUnit.MILLISECONDS.toNanos(config.lingerMs()));
    }
  }

  /** One turn; returns what was done, 0 when there was nothing. */
  int runOnce(long nowNs, long nowMs) {
    if (!begun) {
      begun = true;
      standingAtNs = nowNs;
      tidyAtNs = nowNs;
    }
    int done = 0;
    Answered answered;
    while ((answered = answers.poll()) != null) {
      done++;
      take(answered.trip, answered.answer, nowNs, nowMs);
    }
    Line line;
    while (done < LOOKS_A_TURN && mayCall(nowNs) && (line = nextDue(nowNs)) != null) {
      done++;
      look(line, nowNs, nowMs);
    }
    if (nowNs - standingAtNs >= 0) {
      standingAtNs = nowNs + SECOND_NS;
      lagMs = lagMs(nowMs);
      meter.standing(lagMs, ledger.deadOutcomes());
    }
    if (nowNs - tidyAtNs >= 0) {
      tidyAtNs = nowNs + TIDY_NS;
      tidy(nowMs);
    }
    return done;
  }

  /** When the next turn has something to do, unless somebody wakes it before. */
  long idleUntilNs() {
    Line next = due.peek();
    if (next == null || inFlight >= callsAtOnce()) {
      return standingAtNs;
    }
    long at = resting && next.dueNs - restUntilNs < 0 ? restUntilNs : next.dueNs;
    return standingAtNs - at < 0 ? standingAtNs : at;
  }

  private boolean mayCall(long nowNs) {
    if (resting && nowNs - restUntilNs >= 0) {
      resting = false;
    }
    return !resting && inFlight < callsAtOnce();
  }

  // Who doesn't answer is asked by one call, not by all.
  private int callsAtOnce() {
    return absences > 0 ? 1 : config.parallel();
  }

  private @Nullable Line nextDue(long nowNs) {
    Line next = due.peek();
    if (next == null || next.dueNs - nowNs > 0) {
      return null;
    }
    due.poll();
    next.queued = false;
    return next;
  }

  private void queue(Line line, long atNs) {
    line.dueNs = atNs;
    line.queued = true;
    due.add(line);
  }

  // --- there

  private void look(Line line, long nowNs, long nowMs) {
    DeadDelivery dead = null;
    if (line.dead == null) {
      line.dirty = false;
      sayWhatIsMissed(line);
    } else {
      dead = ledger.dead().get(line.dead);
      if (dead == null) {
        return; // tidied away
      }
    }
    int max = line.repeats > 0 ? line.repeats : config.batch();
    OutcomePage page = feed.read(line.campaign, line.after.toString(), max);
    if (page == null) {
      return;
    }
    List<Outcome> outcomes = page.outcomes();
    Cursor next = cursor(page.next());
    boolean atEnd = page.atEnd();
    if (dead != null) {
      Cursor through = cursor(dead.through());
      outcomes =
          outcomes.stream()
              .filter(outcome -> cursor(outcome.cursor()).compareTo(through) <= 0)
              .toList();
      atEnd = atEnd || next.compareTo(through) >= 0;
      next = next.compareTo(through) > 0 ? through : next;
    }
    if (outcomes.isEmpty()) {
      line.after = next;
      line.repeats = 0;
      proceed(line, atEnd, 0, nowNs, nowMs);
      return;
    }
    send(line, outcomes, next, atEnd, nowNs, nowMs);
  }

  private void send(
      Line line, List<Outcome> outcomes, Cursor next, boolean atEnd, long nowNs, long nowMs) {
    byte[] body = Body.of(line.campaign, outcomes);
    String id = Body.id(body);
    long seconds = TimeUnit.MILLISECONDS.toSeconds(nowMs);
    long firstMs = outcomes.get(0).settledAtMs();
    if (line.dead == null) {
      line.waitingSinceMs = firstMs;
    }
    var trip =
        new Trip(
            line,
            next,
            outcomes.size(),
            atEnd,
            firstMs,
            outcomes.get(outcomes.size() - 1).settledAtMs(),
            nowNs);
    line.sending = true;
    inFlight++;
    receiver.post(
        new Receiver.Message(id, seconds, signer.sign(id, seconds, body), body),
        answer -> answered(trip, answer));
  }

  private void answered(Trip trip, Receiver.Answer answer) {
    answers.add(new Answered(trip, answer));
    wake.run();
  }

  private void sayWhatIsMissed(Line line) {
    if (line.after.number() == 0) {
      return; // a new webhook begins with the oldest there is
    }
    boolean gap = feed.hasGapBehind(line.campaign, line.after.toString());
    if (gap && !line.after.equals(line.gapSaid)) {
      line.gapSaid = line.after;
      missed++;
      meter.missed();
      LOG.warn(
          "webhook {}: outcomes of campaign {} left the feed before they could be brought",
          name,
          line.campaign);
    }
  }

  // --- and back

  private void take(Trip trip, Receiver.Answer answer, long nowNs, long nowMs) {
    Line line = trip.line;
    line.sending = false;
    inFlight--;
    long tookNs = nowNs - trip.beganNs;
    if (answer.isTaken()) {
      meter.delivered(trip.outcomes, tookNs);
      delivered += trip.outcomes;
      isThere();
      line.after = trip.through;
      line.repeats = 0;
      line.refusals = 0;
      if (line.dead == null) {
        ledger.brought(line.campaign, line.after);
      }
      proceed(line, trip.atEnd, trip.outcomes, nowNs, nowMs);
      return;
    }
    failed++;
    failing = true;
    lastFailure = answer.failure();
    line.repeats = trip.outcomes;
    if (answer.isAbsent()) {
      meter.unanswered(tookNs);
      absent(trip, answer, nowNs, nowMs);
    } else {
      meter.refused(tookNs);
      refused(trip, answer, nowNs, nowMs);
    }
  }

  private void isThere() {
    if (absences > 0) {
      LOG.info("webhook {}: {} takes outcomes again", name, config.receiver());
    }
    absences = 0;
    resting = false;
    failing = false;
    lastFailure = "";
  }

  private void absent(Trip trip, Receiver.Answer answer, long nowNs, long nowMs) {
    if (absences++ == 0) {
      LOG.warn(
          "webhook {}: {} doesn't take outcomes now ({}); they wait",
          name,
          config.receiver(),
          answer.failure());
    }
    long pauseMs = Math.max(pause.apply(absences), answer.retryAfterSeconds() * 1_000);
    restUntilNs = nowNs + TimeUnit.MILLISECONDS.toNanos(pauseMs);
    resting = true;
    Line line = trip.line;
    long oldMs = nowMs - config.giveUpAfter().toMillis();
    if (line.dead == null && trip.firstSettledAtMs <= oldMs) {
      OutcomeFeed.Stretch old = feed.endedBefore(line.campaign, line.after.toString(), oldMs + 1);
      if (old.items() > 0) {
        giveUp(line, old.through(), old.items(), oldMs, answer.failure(), nowMs);
      }
    }
    queue(line, restUntilNs);
  }

  private void refused(Trip trip, Receiver.Answer answer, long nowNs, long nowMs) {
    Line line = trip.line;
    line.refusals++;
    if (line.refusals >= config.attemptsMax()) {
      if (line.dead != null) {
        DeadDelivery dead = ledger.dead().get(line.dead);
        if (dead != null) {
          ledger.set(line.dead, stands(dead, answer.failure(), nowMs, false));
        }
        return;
      }
      if (giveUp(
          line, trip.through, trip.outcomes, trip.lastSettledAtMs, answer.failure(), nowMs)) {
        proceed(line, trip.atEnd, 0, nowNs, nowMs);
        return;
      }
    }
    queue(line, nowNs + TimeUnit.MILLISECONDS.toNanos(pause.apply(line.refusals)));
  }

  /** Returns false if nothing more can be put aside. */
  private boolean giveUp(
      Line line, Cursor through, long outcomes, long settledAtMs, String failure, long nowMs) {
    if (ledger.isFull()) {
      if (!saidFull) {
        saidFull = true;
        LOG.warn(
            "webhook {}: {} dead letters, no more are put aside: campaigns wait (expected: that"
                + " they are redelivered)",
            name,
            Ledger.DEAD_MAX);
      }
      return false;
    }
    LOG.warn(
        "webhook {}: {} outcomes of campaign {} given up ({})",
        name,
        outcomes,
        line.campaign,
        failure);
    ledger.giveUp(line.campaign, line.after, through, outcomes, settledAtMs, failure, nowMs);
    meter.givenUp(outcomes);
    line.after = through;
    line.repeats = 0;
    line.refusals = 0;
    return true;
  }

  /** What comes next for a line whose last step is done. */
  private void proceed(Line line, boolean atEnd, int brought, long nowNs, long nowMs) {
    if (line.dead != null) {
      DeadDelivery dead = ledger.dead().get(line.dead);
      if (dead == null) {
        return;
      }
      boolean over = atEnd || line.after.compareTo(cursor(dead.through())) >= 0;
      ledger.set(
          line.dead,
          over
              ? null
              : new DeadDelivery(
                  dead.campaign(),
                  line.after.toString(),
                  dead.through(),
                  Math.max(0, dead.outcomes() - brought),
                  dead.givenUpAtMs(),
                  dead.settledAtMs(),
                  dead.failure(),
                  true));
      if (!over) {
        queue(line, nowNs);
      }
    } else if (!atEnd) {
      queue(line, nowNs);
    } else if (line.dirty) {
      queue(line, nowNs + TimeUnit.MILLISECONDS.toNanos(config.lingerMs()));
      line.waitingSinceMs = nowMs;
    } else {
      line.waitingSinceMs = 0;
    }
  }

  // --- dead letters

  /**
   * Brings what was given up once more, beside what is new.
   *
   * @param campaign whose; null for all
   * @return outcomes that will be brought
   */
  long redeliver(@Nullable CampaignId campaign, long nowNs) {
    long outcomes = 0;
    for (Map.Entry<String, DeadDelivery> each : new ArrayList<>(ledger.dead().entrySet())) {
      DeadDelivery dead = each.getValue();
      if (!dead.redelivering() && (campaign == null || campaign.equals(dead.campaign()))) {
        DeadDelivery now = stands(dead, dead.failure(), dead.givenUpAtMs(), true);
        ledger.set(each.getKey(), now);
        bringAgain(each.getKey(), now, nowNs);
        outcomes += dead.outcomes();
      }
    }
    saidFull = false;
    return outcomes;
  }

  private void bringAgain(String key, DeadDelivery dead, long nowNs) {
    queue(new Line(dead.campaign(), key, cursor(dead.after())), nowNs);
  }

  private static DeadDelivery stands(
      DeadDelivery dead, String failure, long givenUpAtMs, boolean redelivering) {
    return new DeadDelivery(
        dead.campaign(),
        dead.after(),
        dead.through(),
        dead.outcomes(),
        givenUpAtMs,
        dead.settledAtMs(),
        failure,
        redelivering);
  }

  /** Forgets what the feed has let go. */
  private void tidy(long nowMs) {
    for (Map.Entry<String, DeadDelivery> each : new ArrayList<>(ledger.dead().entrySet())) {
      DeadDelivery dead = each.getValue();
      if (!dead.redelivering() && dead.settledAtMs() < nowMs - feedWindowMs) {
        LOG.warn(
            "webhook {}: {} outcomes of campaign {} left the feed before they were redelivered",
            name,
            dead.outcomes(),
            dead.campaign());
        ledger.set(each.getKey(), null);
      }
    }
  }

  List<DeadDelivery> deadLetters() {
    return List.copyOf(ledger.dead().values());
  }

  WebhookReport report(long nowMs) {
    return new WebhookReport(
        name,
        config.receiver(),
        delivered,
        failed,
        missed,
        lagMs(nowMs),
        ledger.deadOutcomes(),
        failing,
        lastFailure);
  }

  private long lagMs(long nowMs) {
    long lag = 0;
    for (Line line : lines.values()) {
      if (line.waitingSinceMs != 0) {
        lag = Math.max(lag, nowMs - line.waitingSinceMs);
      }
    }
    return lag;
  }

  private static Cursor cursor(String text) {
    return Cursor.of(text)
        .orElseThrow(() -> new IllegalStateException("no cursor of a feed: " + text));
  }
}
