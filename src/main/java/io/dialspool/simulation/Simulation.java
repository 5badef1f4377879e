package io.dialspool.simulation;

import io.dialspool.config.DispatchConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.RedriveChunk;
import io.dialspool.spool.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run: workload, faults and crashes first, then everything heals and must drain. The
 * stages, the store worker, dispatch and reconcile are those of production, on one thread in
 * virtual time. The same seed gives the same run.
 */
public final class Simulation {
  private static final long US = 1_000L;
  private static final long MS = 1_000_000L;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long DRAIN_NS = 30 * 60 * SECOND_NS;
  private static final long BIRTH_MS = 1_795_000_000_000L;
  private static final int RING_SLOTS = 64;
  private static final int PATIENCE_TRIES = 5;
  private static final int TURNS_A_SECOND_MAX = 5_000;

  /**
   * What a run was made of.
   *
   * @param cancelled recalls that were answered so
   * @param redriven dead letters that became new requests
   * @param ends requests by state and reason, such as {@code UNDELIVERABLE IN_DOUBT}
   * @param drainNs how long it took to become idle once faults had ended and the service was up
   * @param fingerprint of its events; the same for the same seed
   */
  public record Summary(
      long acknowledged,
      long duplicates,
      long calls,
      long sent,
      long accepted,
      long cancelled,
      long redriven,
      int crashes,
      Map<String, Long> ends,
      long virtualNs,
      long drainNs,
      long fingerprint) {}

  private record Waiting(DialSlot slot, @Nullable Body body, Runnable seen) {}

  private final long seed;
  private final Wiring wiring;
  private final Trace trace;
  private final SimulatedClock clock;
  private final EventQueue events;

  private final SplittableRandom world;
  private final SplittableRandom timing;
  private final SplittableRandom parts;

  private final IntakeLedger intake;
  private final CallLedger calls;
  private final FeedLedger feeds;
  private final SimulatedStore store;
  private final SimulatedTarget target;
  private final Workload workload;
  private final Life.Settings settings;
  private final List<SimulatedCampaign> campaigns = new ArrayList<>();
  private final ArrayDeque<DialSlot> freeSlots = new ArrayDeque<>();
  private final ArrayDeque<Waiting> ring = new ArrayDeque<>();
  private final List<Body> unanswered = new ArrayList<>();

  /** Waiting for the service to come up. */
  private final List<Body> knocking = new ArrayList<>();

  private final boolean lazyStore;

  private DialItems spare = new DialItems();
  private final Set<CampaignId> pausedThroughUs = new HashSet<>();
  private @Nullable Life life;
  private boolean healed;
  private int crashes;
  private int bodiesOutstanding;
  private int redrivesUnderWay;

  private Simulation(long seed, Wiring wiring, @Nullable Consumer<String> lines) {
    this.seed = seed;
    this.wiring = wiring;
    var root = new SplittableRandom(seed);
    world = root.split();
    timing = root.split();
    parts = root.split();
    clock = new SimulatedClock(BIRTH_MS + world.nextLong(3_600_000));
    events = new EventQueue(clock);
    trace = new Trace(clock, lines);
    settings = drawSettings();
    intake = new IntakeLedger(this::failure, clock);
    feeds = new FeedLedger(this::failure);
    calls = new CallLedger(this::failure, intake, clock, settings.callsPerSecond());
    store = wiring.store();
    target =
        new SimulatedTarget(
            clock,
            events,
            calls,
            trace,
            root.split(),
            world.nextInt(4) == 0 ? 1 + world.nextDouble() * 10 : 10);
    workload = new Workload(root.split(), world.nextInt(3) == 0);
    lazyStore = world.nextInt(4) == 0;
    for (int i = 0; i < RING_SLOTS; i++) {
      freeSlots.add(new DialSlot());
    }
    Map<String, SimulatedCampaign.Taken> ofAccount = SimulatedCampaign.noTokens();
    boolean byAccount = settings.dispatch().tokenScope().equals("account");
    for (int i = world.nextInt(4); i >= 0; i--) {
      var campaign =
          new SimulatedCampaign(
              new CampaignId("c-" + i),
              world.nextInt(4) == 0 ? CampaignState.INITIALIZED : CampaignState.RUNNING,
              byAccount ? ofAccount : SimulatedCampaign.noTokens());
      campaigns.add(campaign);
      target.add(campaign);
    }
  }

  /** The run that {@code seed} draws. */
  public static Simulation fromSeed(long seed) {
    return new Simulation(seed, new Wiring(), null);
  }

  /**
   * The same run with its events written out as they happen.
   *
   * @param lines told of each
   */
  public static Simulation fromSeed(long seed, Consumer<String> lines) {
    return new Simulation(seed, new Wiring(), lines);
  }

  static Simulation fromSeed(long seed, Wiring wiring) {
    return new Simulation(seed, wiring, null);
  }

  private Life.Settings drawSettings() {
    int lingerMs = world.nextInt(3) == 0 ? world.nextInt(200) : 20;
    int windowItems = world.nextInt(3) == 0 ? 2_000 : 50 + world.nextInt(200);
    var dispatch =
        new DispatchConfig(
            Duration.ofSeconds(world.nextInt(3) == 0 ? 60 + world.nextInt(781) : 300),
            lingerMs,
            Math.max(lingerMs, world.nextInt(3) == 0 ? world.nextInt(10_000) : 5_000),
            world.nextInt(3) == 0 ? 1 + world.nextInt(4) : 16,
            world.nextInt(3) == 0 ? 1 + world.nextInt(4) : 8,
            windowItems,
            Math.max(windowItems, world.nextInt(2) == 0 ? 300 : 100_000),
            world.nextInt(3) == 0 ? "account" : "campaign",
            "end");
    double callsPerSecond = world.nextInt(3) == 0 ? 1 + world.nextDouble() * 30 : 10;
    return new Life.Settings(
        dispatch,
        callsPerSecond,
        world.nextInt(3) == 0 ? (1 + world.nextInt(10)) * SECOND_NS : 10 * SECOND_NS,
        world.nextInt(3) == 0 ? 25 + world.nextInt(200) : 4_096);
  }

  /**
   * Runs to the end.
   *
   * @throws SimulationFailure if a checker found something
   */
  public Summary run() {
    try {
      return runChecked();
    } catch (SimulationFailure e) {
      throw e;
    } catch (RuntimeException e) {
      throw new SimulationFailure(
          seed, Checker.PROMISE, clock.virtualNs(), e.toString(), trace.last(), e);
    }
  }

  private Summary runChecked() {
    long faultsNs = drawPlan();
    events.in(0, this::start);
    runUntil(faultsNs);
    heal();
    long drainNs = drain();
    // What is still on its way from before may arrive; it must not change anything.
    runUntil(clock.virtualNs() + 60 * SECOND_NS);
    StoreRecount recount = StoreRecount.of(store);
    intake.recounted(recount, calls);
    intake.checkAgainst(recount, living().dispatcher.lanes());
    intake.checkAllEnded();
    feeds.finish(living(), campaigns, recount);
    return new Summary(
        intake.acknowledged(),
        intake.duplicates(),
        calls.calls(),
        calls.items(),
        calls.accepted(),
        intake.cancelled(),
        intake.redriven(),
        crashes,
        intake.ends(),
        clock.virtualNs(),
        drainNs,
        trace.fingerprint());
  }

  private Life living() {
    Life living = life;
    if (living == null) {
      throw new IllegalStateException("the service is down");
    }
    return living;
  }

  private SimulationFailure failure(Checker checker, String form, @Nullable Object... words) {
    String what = String.format(Locale.ROOT, form, words);
    return new SimulationFailure(seed, checker, clock.virtualNs(), what, trace.last(), null);
  }

  // --- time

  private void runUntil(long timeNs) {
    while (events.nextNs() <= timeNs) {
      Runnable action = events.next();
      if (action != null) {
        try {
          action.run();
        } catch (SimulatedCrash crash) {
          die(crash);
        }
      }
    }
    clock.moveTo(timeNs);
  }

  // --- the plan

  /** Draws what will happen; returns how long faults last. */
  private long drawPlan() {
    long lastsNs =
        world.nextInt(4) == 0
            ? world.nextLong(120 * SECOND_NS, 900 * SECOND_NS)
            : world.nextLong(15 * SECOND_NS, 120 * SECOND_NS);
    for (int bursts = 2 + world.nextInt(8); bursts > 0; bursts--) {
      long atNs = world.nextLong(lastsNs);
      String campaign = anyCampaign().id().value();
      for (int bodies = 1 + world.nextInt(10); bodies > 0; bodies--) {
        events.in(atNs + world.nextLong(50 * MS), () -> send(campaign));
      }
    }
    for (int recalls = world.nextInt(12); recalls > 0; recalls--) {
      events.in(world.nextLong(lastsNs), () -> recall(anyCampaign().id().value()));
    }
    for (int redrives = world.nextInt(6); redrives > 0; redrives--) {
      events.in(world.nextLong(lastsNs), this::redrive);
    }
    for (int looks = world.nextInt(6); looks > 0; looks--) {
      events.in(world.nextLong(lastsNs), this::lookAtFeed);
    }
    long atNs = world.nextLong(10 * SECOND_NS);
    while (atNs < lastsNs) {
      events.in(atNs, () -> target.become(Faults.draw(world)));
      atNs += world.nextLong(SECOND_NS, 30 * SECOND_NS);
    }
    for (int moves = world.nextInt(8); moves > 0; moves--) {
      events.in(world.nextLong(lastsNs), this::moveCampaign);
    }
    for (int dialers = world.nextInt(6); dialers > 0; dialers--) {
      events.in(world.nextLong(lastsNs), this::changeDialer);
    }
    if (world.nextInt(5) == 0) {
      for (int jumps = 1 + world.nextInt(3); jumps > 0; jumps--) {
        events.in(world.nextLong(lastsNs), this::jump);
      }
    }
    int deaths = world.nextInt(3) == 0 ? 0 : 1 + world.nextInt(4);
    for (; deaths > 0; deaths--) {
      events.in(world.nextLong(lastsNs), this::planDeath);
    }
    return lastsNs;
  }

  private SimulatedCampaign anyCampaign() {
    return campaigns.get(world.nextInt(campaigns.size()));
  }

  private void jump() {
    long byMs = world.nextLong(-90_000, 90_000);
    trace.note("wall clock jumps by %d ms", byMs);
    clock.jump(byMs);
  }

  private void changeDialer() {
    SimulatedCampaign campaign = anyCampaign();
    double perSecond = world.nextInt(4) == 0 ? 0 : Math.pow(10, world.nextDouble() * 3 - 1);
    int buffer = 5 + world.nextInt(200);
    trace.note("dialer of %s: %s a second, buffer of %d", campaign.id(), perSecond, buffer);
    campaign.dialer(perSecond, buffer, clock.virtualNs());
  }

  private void planDeath() {
    if (healed || life == null) {
      return;
    }
    if (world.nextInt(3) == 0) {
      throw new SimulatedCrash("between two events");
    }
    store.crashAt(world.nextInt(6), world.nextBoolean());
  }

  /** Somebody moves a campaign: through us, or at the target behind our back. */
  private void moveCampaign() {
    if (healed) {
      return;
    }
    SimulatedCampaign campaign = anyCampaign();
    CampaignState to =
        switch (campaign.state()) {
          case INITIALIZED -> CampaignState.RUNNING;
          case RUNNING ->
              world.nextInt(8) == 0
                  ? CampaignState.STOPPED
                  : world.nextInt(10) == 0 ? CampaignState.FAILED : CampaignState.PAUSED;
          case PAUSED -> world.nextInt(8) == 0 ? CampaignState.STOPPED : CampaignState.RUNNING;
          case STOPPED, COMPLETED -> campaign.state();
          case FAILED -> CampaignState.RUNNING;
        };
    move(campaign, to, world.nextInt(2) == 0);
    if (to == CampaignState.PAUSED && world.nextInt(2) == 0) {
      events.in(world.nextLong(20 * SECOND_NS), this::moveCampaign);
    }
  }

  private void move(SimulatedCampaign campaign, CampaignState to, boolean throughUs) {
    if (campaign.state() == to) {
      return;
    }
    trace.note("%s becomes %s, %s", campaign.id(), to, throughUs ? "through us" : "over there");
    campaign.become(to, clock.virtualNs());
    Life at = life;
    if (throughUs && at != null) {
      events.in(
          timing.nextLong(200 * MS),
          () -> {
            if (life == at && campaign.state() == to) {
              at.dispatcher.later(
                  (nowNs, nowMs) -> {
                    wiring.campaignChanged(
                        whenApplied ->
                            at.dispatcher.campaignChanged(
                                campaign.id(), to, nowNs, nowMs, whenApplied),
                        () -> {
                          at.gates.answeredThroughUs(campaign.id(), to, nowNs);
                          trace.note("%s answered as %s through us", campaign.id(), to);
                        });
                  });
            }
          });
    }
  }

  // --- clients

  private void send(String campaign) {
    Body body = workload.draw(campaign, clock.epochMs());
    body.items().forEach(item -> target.poison(item.lead()));
    bodiesOutstanding++;
    offer(body);
  }

  private void offer(Body body) {
    if (life == null && ++body.tries >= PATIENCE_TRIES) {
      knocking.add(body); // it may be down for days: tried again once somebody opens
      return;
    }
    DialSlot slot = life == null ? null : freeSlots.poll();
    if (slot == null) {
      if (++body.tries < 50 || healed) {
        events.in(timing.nextLong(SECOND_NS, 5 * SECOND_NS), () -> offer(body));
      } else {
        bodiesOutstanding--;
      }
      return;
    }
    spare.clear();
    body.fill(spare);
    spare =
        slot.trade(
            new CampaignId(body.campaign()),
            spare,
            clock.epochMs(),
            filled -> answered(body, filled));
    ring.add(new Waiting(slot, body, () -> intake.entering(body, slot.receivedAtMs())));
    ringTurn();
  }

  private void answered(Body body, DialSlot slot) {
    intake.answered(body, slot);
    unanswered.remove(body);
    bodiesOutstanding--;
    trace.note("answered %s %d items", body.campaign(), body.items().size());
  }

  private void recall(String campaign) {
    DialSlot slot = life == null ? null : freeSlots.poll();
    if (slot == null) {
      return;
    }
    String token = workload.token(campaign);
    // Known is asked when the stages see it, so that what came before it counts.
    var found = new IntakeLedger.@Nullable Known[1];
    Life at = life;
    slot.recall(
        new CampaignId(campaign),
        token,
        clock.epochMs(),
        answer -> {
          if (life == at) {
            trace.note("recall of %s in %s: %s", token, campaign, answer);
            intake.recalled(found[0], wiring.recallAnswer(answer));
          }
        });
    ring.add(new Waiting(slot, null, () -> found[0] = intake.recalling(campaign, token)));
    ringTurn();
  }

  /** Somebody wants dead letters dialled after all; now and then two do at once. */
  private void redrive() {
    CampaignId campaign = anyCampaign().id();
    RedriveOrder order = workload.redrive(campaign.value(), clock.epochMs());
    for (int i = world.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
      redrive(life, campaign, order, "");
    }
  }

  private void redrive(@Nullable Life at, CampaignId campaign, RedriveOrder order, String after) {
    if (at == null || life != at) {
      return;
    }
    DeadLetters.Look look = at.deadLetters.look(campaign, order, after);
    String next = look.next();
    Runnable then =
        next == null
            ? () -> redrivesUnderWay--
            : () -> events.in(timing.nextLong(MS), () -> redrive(at, campaign, order, next));
    if (after.isEmpty()) {
      redrivesUnderWay++;
    }
    DialSlot slot = look.candidates().isEmpty() ? null : freeSlots.poll();
    if (slot == null) {
      then.run();
      return;
    }
    checkMeant(order, look);
    var chunk =
        new RedriveChunk(
            look.candidates(),
            order.deadlineMs(),
            done -> {
              trace.note("redrove %d of %s", done.redriven().size(), campaign);
              intake.redriven(done);
              then.run();
            });
    slot.redrive(campaign, chunk, clock.epochMs());
    long receivedAtMs = slot.receivedAtMs();
    ring.add(
        new Waiting(slot, null, () -> intake.redriving(chunk, look.candidates(), receivedAtMs)));
    ringTurn();
  }

  private void checkMeant(RedriveOrder order, DeadLetters.Look look) {
    for (Settlement end : look.candidates()) {
      boolean dead =
          end.state() == RequestState.REJECTED
              || end.state() == RequestState.EXPIRED
              || end.state() == RequestState.UNDELIVERABLE;
      boolean doubtful = end.reason() == Reason.IN_DOUBT;
      boolean named = order.inDoubt() || !order.clientTokens().isEmpty();
      if (!dead || (doubtful && !named)) {
        throw failure(
            Checker.REDRIVE,
            "%s ended %s %s and would be redriven",
            end.request().clientToken(),
            end.state(),
            end.reason());
      }
    }
  }

  private void lookAtFeed() {
    Life at = life;
    if (at != null) {
      feeds.read(at, anyCampaign().id());
    }
  }

  private void ringTurn() {
    Life at = life;
    if (at != null && !at.ringTurnComes) {
      at.ringTurnComes = true;
      events.in(
          timing.nextLong(timing.nextInt(20) == 0 ? 50 * MS : 300 * US),
          () -> {
            if (life == at) {
              at.ringTurnComes = false;
              runRing(at);
            }
          });
    }
  }

  private void runRing(Life at) {
    int count = 1 + timing.nextInt(ring.size());
    var done = new ArrayList<DialSlot>();
    for (int i = 0; i < count; i++) {
      Waiting waiting = ring.remove();
      if (waiting.body != null) {
        unanswered.add(waiting.body);
      }
      waiting.seen.run();
      done.add(waiting.slot);
      at.stages.onEvent(waiting.slot, at.slots++, i == count - 1);
    }
    freeSlots.addAll(done);
    if (!ring.isEmpty()) {
      ringTurn();
    }
  }

  // --- the service

  private void start() {
    clock.beginMonotonicAt(timing.nextLong(-(1L << 50), 1L << 50));
    StoreRecount recount = StoreRecount.of(store);
    intake.recounted(recount, calls);
    calls.newLife();
    var gates = new GateLedger(this::failure, pausedThroughUs);
    var holder = new Life[1];
    var born =
        new Life(
            wiring,
            settings,
            store,
            target.new Line(gates),
            gates,
            clock,
            parts.split(),
            message -> trace.note("alarm: %s", message),
            () -> {
              if (holder[0] != null) {
                dispatchIn(holder[0], timing.nextLong(100 * US));
              }
            });
    holder[0] = born;
    life = born;
    intake.checkCounts(born.dispatcher.lanes());
    intake.checkAgainst(recount, born.dispatcher.lanes());
    trace.note("started");
    dispatchIn(born, 0);
    for (Body body : knocking) {
      events.in(timing.nextLong(5 * SECOND_NS), () -> offer(body));
    }
    knocking.clear();
  }

  private void die(SimulatedCrash crash) {
    Life dying = life;
    crashes++;
    trace.note("crash %s", crash.getMessage());
    if (dying != null) {
      dying.line.cut();
    }
    life = null;
    store.loseUnsynced(timing);
    target.serviceDied();
    for (Waiting waiting : ring) {
      if (waiting.body != null) {
        unanswered.add(waiting.body);
      }
    }
    ring.clear();
    freeSlots.clear();
    for (int i = 0; i < RING_SLOTS; i++) {
      freeSlots.add(new DialSlot());
    }
    for (Body body : unanswered) {
      bodiesOutstanding--;
      if (timing.nextInt(10) < 7) {
        Body again = workload.again(body, clock.epochMs());
        bodiesOutstanding++;
        events.in(timing.nextLong(20 * SECOND_NS), () -> offer(again));
      }
    }
    unanswered.clear();
    redrivesUnderWay = 0;
    events.in(downNs(), this::start);
  }

  private long downNs() {
    int kind = timing.nextInt(20);
    if (kind == 0) {
      return timing.nextLong(9L * 24 * 3600 * SECOND_NS);
    }
    return kind < 4 ? timing.nextLong(1200 * SECOND_NS) : timing.nextLong(5 * SECOND_NS);
  }

  private void dispatchIn(Life at, long delayNs) {
    long atNs = clock.virtualNs() + delayNs;
    if (atNs < at.dispatchAtNs) {
      at.dispatchAtNs = atNs;
      events.in(
          delayNs,
          () -> {
            if (life == at && at.dispatchAtNs == atNs) {
              dispatchTurn(at);
            }
          });
    }
  }

  private void dispatchTurn(Life at) {
    at.dispatchAtNs = Long.MAX_VALUE;
    long nowNs = clock.nanoTime();
    int work = at.dispatcher.runOnce(nowNs, wiring.dispatchMs(clock.epochMs()));
    intake.checkCounts(at.dispatcher.lanes());
    long untilNs = at.dispatcher.idleUntilNs();
    long second = clock.virtualNs() / SECOND_NS;
    at.turns = second == at.turnsSecond ? at.turns + 1 : 0;
    at.turnsSecond = second;
    if (at.turns > TURNS_A_SECOND_MAX) {
      throw failure(
          Checker.PROMISE,
          "dispatch takes more than %d turns a second: %s",
          TURNS_A_SECOND_MAX,
          at.unfinished());
    }
    dispatchIn(
        at,
        work > 0 || untilNs <= nowNs
            ? US + timing.nextLong(50 * US)
            : Math.min(untilNs, nowNs + 10 * SECOND_NS) - nowNs);
    storeTurn(at);
  }

  private void storeTurn(Life at) {
    if (!at.storeTurnComes) {
      at.storeTurnComes = true;
      long withinNs = timing.nextInt(50) == 0 ? 400 * MS : lazyStore ? 20 * MS : 500 * US;
      events.in(
          timing.nextLong(withinNs),
          () -> {
            if (life == at) {
              at.storeTurnComes = false;
              if (at.worker.runOnce() == 256) {
                storeTurn(at);
              }
            }
          });
    }
  }

  // --- the end

  private void heal() {
    trace.note("faults end");
    healed = true;
    store.dontCrash();
    target.heal(settings.callsPerSecond());
    SimulatedCampaign left = world.nextInt(5) == 0 ? anyCampaign() : null;
    for (SimulatedCampaign campaign : campaigns) {
      campaign.dialer(1_000, 1_000_000, clock.virtualNs());
      if (campaign == left) {
        move(campaign, CampaignState.STOPPED, world.nextBoolean());
      } else if (campaign.state() != CampaignState.STOPPED) {
        move(campaign, CampaignState.RUNNING, world.nextBoolean());
      }
      // What was refused alone is believed once another request of its campaign is taken.
      bodiesOutstanding++;
      offer(workload.healthy(campaign.id().value(), clock.epochMs()));
    }
    if (world.nextBoolean()) {
      events.in(world.nextLong(5 * SECOND_NS), this::redrive);
    }
  }

  /** Returns how long it took once the service was up. */
  private long drain() {
    while (life == null) {
      runUntil(events.nextNs());
    }
    long beganNs = clock.virtualNs();
    long untilNs = beganNs + DRAIN_NS;
    while (bodiesOutstanding > 0 || redrivesUnderWay > 0 || !living().isIdle()) {
      if (clock.virtualNs() > untilNs) {
        throw failure(
            Checker.DRAIN,
            "not idle %d minutes after all faults ended: %s, %d bodies unanswered",
            DRAIN_NS / SECOND_NS / 60,
            living().unfinished(),
            bodiesOutstanding);
      }
      runUntil(clock.virtualNs() + SECOND_NS);
    }
    return clock.virtualNs() - beganNs;
  }
}
