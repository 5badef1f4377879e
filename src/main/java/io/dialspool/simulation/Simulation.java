package io.dialspool.simulation;

import io.dialspool.config.Config;
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
import io.dialspool.store.StoreException;
import io.dialspool.time.EventQueue;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  /** A campaign that is gone is believed to be after an hour. */
  private static final long DRAIN_DELETED_NS = 100 * 60 * SECOND_NS;

  private static final long DAY_NS = 24 * 3600 * SECOND_NS;
  private static final long TOKEN_LIFE_NS = 7 * DAY_NS;
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
   * @param happened how often each kind of fault took effect, such as {@code wall clock went back}
   *     or {@code refusal 403 AccessDeniedException}
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
      Map<String, Long> happened,
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
  private final SplittableRandom index;

  private final IntakeLedger intake;
  private final CallLedger calls;
  private final FeedLedger feeds;
  private final SimulatedStore store;
  private final List<SimulatedTarget> targets = new ArrayList<>();

  /** Index of the target that each campaign has by the configuration in force. */
  private final Map<String, Integer> homes = new HashMap<>();

  private final Tally tally = new Tally();
  private final Workload workload;
  private final Life.Settings settings;
  private final List<CampaignId> campaigns = new ArrayList<>();

  /** Each campaign, at each target. */
  private final List<Map<CampaignId, SimulatedCampaign>> campaignsAt = new ArrayList<>();

  private final ArrayDeque<DialSlot> freeSlots = new ArrayDeque<>();
  private final ArrayDeque<Waiting> ring = new ArrayDeque<>();
  private final List<Body> unanswered = new ArrayList<>();

  /** Waiting for the service to come up. */
  private final List<Body> knocking = new ArrayList<>();

  private final boolean lazyStore;
  private final boolean deletes;

  /** Everybody sends much at once, and calls are few: lanes must wait for their turn. */
  private final boolean crowded;

  private DialItems spare = new DialItems();
  private final Set<CampaignId> pausedThroughUs = new HashSet<>();
  private final Set<CampaignId> everPaused = new HashSet<>();

  /** Life cycle calls through us that dispatch was told of. */
  private final Map<CampaignId, Long> changesTold = new HashMap<>();

  private @Nullable Life life;
  private boolean healed;
  private int crashes;
  private int bodiesOutstanding;
  private int redrivesUnderWay;
  private boolean lastRedriveToCome;
  private int slotsMade;

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
    index = new SplittableRandom(~seed);
    crowded = world.nextInt(8) == 0;
    settings = drawSettings();
    intake =
        new IntakeLedger(
            this::failure, clock, tally, campaign -> targets.get(home(campaign)).name());
    feeds = new FeedLedger(this::failure);
    store = wiring.store();
    calls = new CallLedger(this::failure, intake, clock);
    long skewMaxMs = 0;
    for (int i = 0; i < settings.callsPerSecond().size(); i++) {
      long skewMs = world.nextInt(4) == 0 ? world.nextLong(-600_000, 600_000) : 0;
      skewMaxMs = Math.max(skewMaxMs, skewMs);
      var target =
          new SimulatedTarget(
              i == 0 ? Config.DEFAULT_TARGET : "second",
              skewMs,
              wiring.tokenLifeMs(),
              clock,
              events,
              calls,
              trace,
              tally,
              root.split(),
              world.nextInt(4) == 0 ? 1 + world.nextDouble() * 10 : 10);
      targets.add(target);
      campaignsAt.add(new LinkedHashMap<>());
      calls.budget(target.name(), settings.callsPerSecond().get(i));
    }
    if (world.nextInt(6) == 0) {
      clock.jump(world.nextLong(-600_000, 600_000)); // it was wrong from the beginning
    } else {
      intake.expiryEarlyMax(38_000 + skewMaxMs);
    }
    workload = new Workload(root.split(), world.nextInt(3) == 0, world.nextInt(60) == 0, tally);
    lazyStore = world.nextInt(4) == 0;
    boolean byAccount = settings.dispatch().tokenScope().equals("account");
    for (int i = world.nextInt(4) + (crowded ? 2 : 0); i >= 0; i--) {
      var id = new CampaignId("c-" + i);
      campaigns.add(id);
      homes.put(id.value(), world.nextInt(targets.size()));
    }
    for (int i = 0; i < targets.size(); i++) {
      Map<String, SimulatedCampaign.Taken> ofAccount = SimulatedCampaign.noTokens();
      for (CampaignId id : campaigns) {
        var campaign =
            new SimulatedCampaign(
                id,
                world.nextInt(4) == 0 ? CampaignState.INITIALIZED : CampaignState.RUNNING,
                byAccount ? ofAccount : SimulatedCampaign.noTokens());
        campaignsAt.get(i).put(id, campaign);
        targets.get(i).add(campaign);
      }
    }
    if (targets.size() > 1) {
      tally.count(Happening.SEVERAL_TARGETS);
    }
    deletes = world.nextInt(12) == 0;
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
    var callsPerSecond = new ArrayList<Double>();
    for (int i = world.nextInt(3) == 0 ? 2 : 1; i > 0; i--) {
      double perSecond = world.nextInt(3) == 0 ? 1 + world.nextDouble() * 30 : 10;
      callsPerSecond.add(crowded ? 1 + world.nextDouble() * 2 : perSecond);
    }
    return new Life.Settings(
        dispatch,
        callsPerSecond,
        world.nextInt(3) == 0 ? (1 + world.nextInt(10)) * SECOND_NS : 10 * SECOND_NS,
        world.nextInt(3) == 0 ? 25 + world.nextInt(200) : 4_096,
        1 + index.nextInt(index.nextInt(4) == 0 ? 400 : 40));
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
    runUntil(events.nowNs() + faultsNs);
    heal();
    long drainNs = drain();
    // What is still on its way from before may arrive; it must not change anything.
    runUntil(events.nowNs() + 60 * SECOND_NS);
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
        tally.counts(),
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

  private int home(String campaign) {
    return homes.getOrDefault(campaign, 0);
  }

  /** The campaign where its requests go now. */
  private SimulatedCampaign at(CampaignId id) {
    SimulatedCampaign campaign = campaignsAt.get(home(id.value())).get(id);
    if (campaign == null) {
      throw new IllegalStateException("no campaign " + id);
    }
    return campaign;
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
    events.moveTo(Math.max(timeNs, events.nowNs()));
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
      String campaign = anyCampaign().value();
      for (int bodies = 1 + world.nextInt(10); bodies > 0; bodies--) {
        events.in(atNs + world.nextLong(50 * MS), () -> send(campaign));
      }
    }
    if (crowded) {
      long atNs = world.nextLong(10 * SECOND_NS);
      for (CampaignId campaign : campaigns) {
        for (int bodies = 3 + world.nextInt(8); bodies > 0; bodies--) {
          events.in(
              atNs + world.nextLong(SECOND_NS),
              () -> send(workload.full(campaign.value(), clock.epochMs())));
        }
      }
    }
    for (int recalls = world.nextInt(12); recalls > 0; recalls--) {
      events.in(world.nextLong(lastsNs), () -> recall(anyCampaign().value()));
    }
    for (int redrives = world.nextInt(6); redrives > 0; redrives--) {
      events.in(world.nextLong(lastsNs), this::redrive);
    }
    for (int looks = world.nextInt(6); looks > 0; looks--) {
      events.in(world.nextLong(lastsNs), this::lookAtFeed);
    }
    long atNs = world.nextLong(10 * SECOND_NS);
    while (atNs < lastsNs) {
      SimulatedTarget target = targets.get(world.nextInt(targets.size()));
      events.in(
          atNs,
          () -> target.become(crowded && world.nextInt(4) != 0 ? Faults.NONE : Faults.draw(world)));
      atNs += world.nextLong(SECOND_NS, 30 * SECOND_NS / targets.size());
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
    if (world.nextInt(8) == 0) {
      for (int leaps = 1 + world.nextInt(2); leaps > 0; leaps--) {
        events.in(world.nextLong(lastsNs), this::leap);
      }
    }
    int deaths = world.nextInt(3) == 0 ? 0 : 1 + world.nextInt(4);
    for (; deaths > 0; deaths--) {
      events.in(world.nextLong(lastsNs), this::planDeath);
    }
    return lastsNs;
  }

  private CampaignId anyCampaign() {
    return campaigns.get(world.nextInt(campaigns.size()));
  }

  /** Most often by seconds, sometimes by hours, now and then by days. */
  private void jump() {
    long mostMs =
        switch (world.nextInt(8)) {
          case 0 -> 20 * DAY_NS / MS;
          case 1, 2 -> 7_200_000;
          default -> 90_000;
        };
    long byMs = world.nextLong(-mostMs, mostMs);
    trace.note("wall clock jumps by %d ms", byMs);
    tally.count(byMs < 0 ? Happening.WALL_CLOCK_WENT_BACK : Happening.WALL_CLOCK_WENT_FORWARD);
    clock.jump(byMs);
    clockJumped();
  }

  private void clockJumped() {
    intake.expiryEarlyMax(Long.MAX_VALUE);
    Life at = life;
    if (at != null) {
      at.lines.forEach(SimulatedTarget.Line::clockJumped);
    }
  }

  /** The process is stopped for a while, or the whole machine sleeps. */
  private void leap() {
    if (healed) {
      return;
    }
    long ns =
        world.nextBoolean()
            ? world.nextLong(5 * SECOND_NS, 7_200 * SECOND_NS)
            : world.nextLong(6 * DAY_NS, 12 * DAY_NS);
    boolean sleeps = world.nextBoolean();
    trace.note("%s for %d s", sleeps ? "machine sleeps" : "process is stopped", ns / SECOND_NS);
    tally.count(sleeps ? Happening.MACHINE_SLEPT : Happening.PROCESS_FROZEN);
    passed(ns);
    targets.forEach(SimulatedTarget::silence);
    events.leap(ns);
    if (sleeps) {
      clock.slept(ns);
      Life at = life;
      if (at != null) {
        at.lines.forEach(SimulatedTarget.Line::clockJumped);
      }
    }
  }

  /** So much time passes while nothing can be sent. */
  private void passed(long ns) {
    if (ns > TOKEN_LIFE_NS && intake.hasOpenSent(StoreRecount.of(store))) {
      tally.count(Happening.TOKEN_LIFE_PASSED);
    }
  }

  private void changeDialer() {
    SimulatedCampaign campaign = at(anyCampaign());
    tally.count(Happening.DIALER_CHANGED);
    double perSecond = world.nextInt(4) == 0 ? 0 : Math.pow(10, world.nextDouble() * 3 - 1);
    int buffer = 5 + world.nextInt(200);
    trace.note("dialer of %s: %s a second, buffer of %d", campaign.id(), perSecond, buffer);
    campaign.dialer(perSecond, buffer, clock.virtualNs());
  }

  private void planDeath() {
    if (healed || life == null) {
      return;
    }
    switch (world.nextInt(4)) {
      case 0 -> throw new SimulatedCrash(Happening.CRASH_BETWEEN_EVENTS);
      case 1 -> store.crashAtLook(world.nextInt(20));
      default -> store.crashAt(world.nextInt(6), world.nextBoolean());
    }
  }

  /** Somebody moves a campaign: through us, or at the target behind our back. */
  private void moveCampaign() {
    if (healed) {
      return;
    }
    SimulatedCampaign campaign = at(anyCampaign());
    if (deletes && world.nextInt(4) == 0) {
      delete(campaign);
      return;
    }
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

  private void delete(SimulatedCampaign campaign) {
    if (campaign.isDeleted()) {
      return;
    }
    tally.count(Happening.CAMPAIGN_DELETED);
    campaign.delete();
    Life at = life;
    boolean throughUs = at != null && world.nextBoolean();
    trace.note("%s is deleted, %s", campaign.id(), throughUs ? "through us" : "over there");
    if (throughUs && at != null) {
      events.in(
          timing.nextLong(200 * MS),
          () -> {
            if (life == at) {
              at.lines.get(home(campaign.id().value())).heard();
              at.dispatcher.later(
                  (nowNs, nowMs) -> {
                    at.gates.deletedThroughUs(campaign.id());
                    at.dispatcher.campaignDeleted(campaign.id());
                  });
            }
          });
    }
  }

  private void move(SimulatedCampaign campaign, CampaignState to, boolean throughUs) {
    if (campaign.state() == to || campaign.isDeleted()) {
      return;
    }
    tally.count(
        throughUs ? Happening.CAMPAIGN_MOVED_THROUGH_US : Happening.CAMPAIGN_MOVED_OVER_THERE);
    trace.note("%s becomes %s, %s", campaign.id(), to, throughUs ? "through us" : "over there");
    campaign.become(to, clock.virtualNs());
    Life at = life;
    if (throughUs && to == CampaignState.PAUSED) {
      everPaused.add(campaign.id()); // a life that dies before it answers may have written it
    }
    if (throughUs && at != null) {
      events.in(
          timing.nextLong(200 * MS),
          () -> {
            if (life == at && campaign.state() == to && !campaign.isDeleted()) {
              at.lines.get(home(campaign.id().value())).heard();
              at.dispatcher.later(
                  (nowNs, nowMs) -> {
                    long number = changesTold.merge(campaign.id(), 1L, Long::sum);
                    wiring.campaignChanged(
                        whenApplied ->
                            at.dispatcher.campaignChanged(
                                campaign.id(), to, nowNs, nowMs, whenApplied),
                        () -> {
                          if (changesTold.getOrDefault(campaign.id(), 0L) != number) {
                            return; // slow to be synced, and overtaken by another's change
                          }
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
    send(workload.draw(campaign, clock.epochMs()));
  }

  private void send(Body body) {
    body.items().forEach(item -> targets.forEach(target -> target.poison(item.lead())));
    bodiesOutstanding++;
    offer(body);
  }

  private void offer(Body body) {
    if (life == null && ++body.tries >= PATIENCE_TRIES) {
      knocking.add(body); // it may be down for days: tried again once somebody opens
      return;
    }
    DialSlot slot = life == null ? null : freeSlot();
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

  /** One of the ring's slots, or null while it is full. */
  private @Nullable DialSlot freeSlot() {
    DialSlot free = freeSlots.poll();
    if (free == null && slotsMade < RING_SLOTS) {
      slotsMade++;
      return new DialSlot();
    }
    return free;
  }

  private void answered(Body body, DialSlot slot) {
    intake.answered(body, slot);
    unanswered.remove(body);
    bodiesOutstanding--;
    trace.note("answered %s %d items", body.campaign(), body.items().size());
  }

  private void recall(String campaign) {
    DialSlot slot = life == null ? null : freeSlot();
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
    CampaignId campaign = anyCampaign();
    RedriveOrder order = workload.redrive(campaign.value(), clock.epochMs());
    for (int i = world.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
      redrive(life, campaign, order, "");
    }
  }

  private void redrive(@Nullable Life at, CampaignId campaign, RedriveOrder order, String after) {
    if (at == null || life != at) {
      return;
    }
    DeadLetters.Look look = at.deadLetters.look(campaign, wiring.redriveOrder(order), after);
    String next = look.next();
    Runnable then =
        next == null
            ? () -> redrivesUnderWay--
            : () -> events.in(timing.nextLong(MS), () -> redrive(at, campaign, order, next));
    if (after.isEmpty()) {
      redrivesUnderWay++;
    }
    DialSlot slot = look.candidates().isEmpty() ? null : freeSlot();
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
      feeds.read(at, anyCampaign());
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
    Moved moved = drawMove(recount);
    var gates = new GateLedger(this::failure, pausedThroughUs, everPaused);
    var holder = new Life[1];
    boolean diesEarly = !healed && timing.nextInt(5) == 0;
    if (diesEarly && timing.nextBoolean()) {
      store.crashAtLook(timing.nextInt(30));
    } else if (diesEarly) {
      store.crashAt(timing.nextInt(3), timing.nextBoolean());
    }
    Life born;
    try {
      born = build(gates, holder);
    } catch (SimulatedCrash e) {
      tally.count(Happening.CRASH_IN_RECOVERY);
      if (moved != null && moved.mustNot) {
        undo(moved);
      } else if (moved != null) {
        intake.moved(moved.campaign.value()); // on disk already, or by the next start
      }
      throw e;
    } catch (StoreException e) {
      if (moved == null || !moved.mustNot) {
        throw e;
      }
      tally.count(Happening.START_REFUSED);
      trace.note("start refused");
      undo(moved);
      store.dontCrash();
      events.in(timing.nextLong(5 * SECOND_NS), this::start);
      return;
    }
    store.dontCrash();
    if (moved != null && moved.mustNot) {
      throw failure(
          Checker.TARGET,
          "the start would have sent what waits for %s to another target, and was let",
          moved.campaign);
    } else if (moved != null) {
      tally.count(Happening.LANE_MOVED);
      intake.moved(moved.campaign.value());
    }
    holder[0] = born;
    life = born;
    if (born.index.isDue()) {
      indexTurn(born);
    }
    intake.checkCounts(born.dispatcher.lanes());
    intake.checkAgainst(recount, born.dispatcher.lanes());
    trace.note("started");
    dispatchIn(born, 0);
    for (Body body : knocking) {
      events.in(timing.nextLong(5 * SECOND_NS), () -> offer(body));
    }
    knocking.clear();
  }

  /** Builds one life of the service by the configuration in force. */
  private Life build(GateLedger gates, Life[] holder) {
    var lines = new ArrayList<SimulatedTarget.Line>();
    var rules = new ArrayList<List<String>>();
    for (int i = 0; i < targets.size(); i++) {
      int index = i;
      List<CampaignId> its = campaigns.stream().filter(id -> home(id.value()) == index).toList();
      var fairness =
          new FairnessLedger(
              this::failure, clock, intake, gates, tally, its, settings.dispatch().windowItems());
      lines.add(targets.get(i).new Line(gates, fairness));
      rules.add(its.stream().map(CampaignId::value).toList());
    }
    return new Life(
        wiring,
        settings,
        store,
        lines,
        rules,
        clock,
        gates,
        parts.split(),
        message -> trace.note("alarm: %s", message),
        () -> {
          if (holder[0] != null) {
            dispatchIn(holder[0], timing.nextLong(100 * US));
          }
        },
        () -> {
          if (holder[0] != null) {
            indexTurn(holder[0]);
          }
        });
  }

  /**
   * A campaign that the configuration sends elsewhere from now on.
   *
   * @param mustNot something waits for where it was
   */
  private record Moved(CampaignId campaign, int from, boolean mustNot) {}

  private @Nullable Moved drawMove(StoreRecount recount) {
    if (healed || targets.size() < 2 || timing.nextInt(3) != 0) {
      return null;
    }
    CampaignId campaign = campaigns.get(timing.nextInt(campaigns.size()));
    int from = home(campaign.value());
    homes.put(campaign.value(), 1 - from);
    return new Moved(campaign, from, IntakeLedger.hasOpen(recount, campaign.value()));
  }

  private void undo(@Nullable Moved moved) {
    if (moved != null) {
      homes.put(moved.campaign.value(), moved.from);
    }
  }

  private void die(SimulatedCrash crash) {
    Life dying = life;
    crashes++;
    trace.note("crash %s", crash.getMessage());
    tally.count(crash.where());
    if (dying != null) {
      dying.lines.forEach(SimulatedTarget.Line::cut);
    }
    life = null;
    store.loseUnsynced(timing);
    targets.forEach(SimulatedTarget::serviceDied);
    for (Waiting waiting : ring) {
      if (waiting.body != null) {
        unanswered.add(waiting.body);
      }
    }
    ring.clear();
    freeSlots.clear();
    slotsMade = 0;
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
    long downNs = downNs();
    passed(downNs);
    events.in(downNs, this::start);
  }

  private long downNs() {
    int kind = timing.nextInt(20);
    if (kind == 0) {
      return timing.nextLong(9L * 24 * 3600 * SECOND_NS);
    }
    return kind < 4 ? timing.nextLong(1200 * SECOND_NS) : timing.nextLong(5 * SECOND_NS);
  }

  private void dispatchIn(Life at, long delayNs) {
    long atNs = events.nowNs() + delayNs;
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
    long second = events.nowNs() / SECOND_NS;
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

  private void indexTurn(Life at) {
    if (!at.indexTurnComes) {
      at.indexTurnComes = true;
      events.in(
          index.nextLong(index.nextInt(4) == 0 ? 2 * SECOND_NS : 10 * MS),
          () -> {
            if (life == at) {
              at.indexTurnComes = false;
              if (at.index.runOnce() > 0) {
                indexTurn(at);
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
    for (int i = 0; i < targets.size(); i++) {
      targets.get(i).heal(settings.callsPerSecond().get(i));
    }
    if (clock.offMs() != 0 && world.nextBoolean()) {
      trace.note("wall clock is put right");
      clock.jump(-clock.offMs());
      clockJumped();
    }
    CampaignId left = world.nextInt(5) == 0 ? anyCampaign() : null;
    for (CampaignId id : campaigns) {
      SimulatedCampaign campaign = at(id);
      if (campaign.isDeleted()) {
        continue;
      }
      campaign.dialer(1_000, 1_000_000, clock.virtualNs());
      if (id.equals(left)) {
        move(campaign, CampaignState.STOPPED, world.nextBoolean());
      } else if (campaign.state() != CampaignState.STOPPED) {
        move(campaign, CampaignState.RUNNING, world.nextBoolean());
      }
      // What was refused alone is believed once another request of its campaign is taken.
      bodiesOutstanding++;
      offer(workload.healthy(campaign.id().value(), clock.epochMs()));
    }
    if (world.nextBoolean()) {
      lastRedriveToCome = true;
      events.in(
          world.nextLong(5 * SECOND_NS),
          () -> {
            lastRedriveToCome = false;
            redrive();
          });
    }
  }

  /** Returns how long it took once the service was up. */
  private long drain() {
    while (life == null) {
      runUntil(events.nextNs());
    }
    boolean anyDeleted = campaigns.stream().anyMatch(id -> at(id).isDeleted());
    long boundNs = anyDeleted ? DRAIN_DELETED_NS : DRAIN_NS;
    long beganNs = events.nowNs();
    long untilNs = beganNs + boundNs;
    while (bodiesOutstanding > 0
        || redrivesUnderWay > 0
        || lastRedriveToCome
        || !living().isIdle()) {
      if (events.nowNs() > untilNs) {
        throw failure(
            Checker.DRAIN,
            "not idle %d minutes after all faults ended: %s, %d bodies unanswered",
            boundNs / SECOND_NS / 60,
            living().unfinished(),
            bodiesOutstanding);
      }
      runUntil(events.nowNs() + SECOND_NS);
    }
    return events.nowNs() - beganNs;
  }
}
