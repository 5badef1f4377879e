package io.dialspool.dispatch;

import io.dialspool.config.DispatchConfig;
import io.dialspool.lane.EnqueueStage;
import io.dialspool.lane.Mailbox;
import io.dialspool.lane.Place;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.reconcile.Reconciler;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Stages;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.Lead;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.RedriveChunk;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolStage;
import io.dialspool.spool.StoreWorker;
import io.dialspool.store.OrderedStore;
import io.dialspool.target.TargetIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The real stages on one thread over a store in memory, a scripted target and a clock that the test
 * moves.
 */
public final class Dispatching {
  public static final DispatchConfig CONFIG =
      new DispatchConfig(Duration.ofMinutes(5), 20, 5_000, 4, 8, 200, 1_000, "campaign", "end");
  private static final long STEP_MS = 10;
  private static final int TURNS_MAX = 10_000;

  public final MovedClock clock;
  public final ScriptedTarget target = new ScriptedTarget();

  /** Where campaigns go whose id begins with {@code eu-}, if there is a second target at all. */
  public final ScriptedTarget eu =
      new ScriptedTarget(new TargetIdentity("connect-campaigns", "", "eu-central-1", ""));

  public final Alarms alarms = new Alarms();
  public final List<TargetControl> controls = new ArrayList<>();
  public final CallBudget budget;
  public final Breaker breaker;
  public final Reconciler reconciler;
  public final Dispatcher dispatcher;
  public final List<RecallAnswer> recalls = new ArrayList<>();
  private final Spool spool;
  private final Stages ring;
  private final StoreWorker worker;
  private boolean storeStands;
  private int tokens;

  public Dispatching(OrderedStore store) {
    this(store, CONFIG, 1_000, new MovedClock());
  }

  public Dispatching(
      OrderedStore store, DispatchConfig config, double callsPerSecond, MovedClock clock) {
    this(store, config, callsPerSecond, clock, 0);
  }

  /**
   * @param euCallsPerSecond of the second target; 0 for none
   */
  public Dispatching(
      OrderedStore store,
      DispatchConfig config,
      double callsPerSecond,
      MovedClock clock,
      double euCallsPerSecond) {
    this.clock = clock;
    spool = Spool.open(store, campaign -> targetOf(campaign).identity());
    var mailbox = new Mailbox(() -> {});
    var spooling = new SpoolStage(spool, clock, (requests, syncNs) -> {});
    ring = Stages.inOrder(10_000, spooling.dedupe(), spooling, new EnqueueStage(spooling, mailbox));
    budget = new CallBudget(callsPerSecond, clock);
    breaker = new Breaker(clock);
    controls.add(control("default", target, budget, breaker));
    if (euCallsPerSecond > 0) {
      controls.add(control("eu", eu, new CallBudget(euCallsPerSecond, clock), new Breaker(clock)));
    }
    var random = new Random(1);
    reconciler = new Reconciler(alarms, config.attemptsMax(), random);
    // The worker's replies come only once runOnce is called, when the dispatcher is there.
    var replies = new ArrayList<Dispatcher>();
    worker = new StoreWorker(spool, reply -> replies.get(0).onStoreReply(reply));
    dispatcher =
        new Dispatcher(
            new Dispatcher.Parts(
                config, controls, worker, mailbox, reconciler, alarms, random, () -> {}),
            spool.restored(),
            spool.paused(),
            (campaign, state) -> {});
    replies.add(dispatcher);
    for (Spool.RestoredLane lane : spool.restored()) {
      tokens += (int) lane.nextSequence(); // no token of the life before
    }
  }

  private static TargetControl control(
      String name, ScriptedTarget target, CallBudget budget, Breaker breaker) {
    return new TargetControl(name, target, 10_000_000_000L, budget, breaker, DispatchMeter.NONE);
  }

  private ScriptedTarget targetOf(CampaignId campaign) {
    return campaign.value().startsWith("eu-") ? eu : target;
  }

  // --- what happens

  /** Accepts {@code count} new requests in one group; returns their tokens. */
  public List<String> accept(CampaignId campaign, int count, long aheadMs) {
    targetOf(campaign).states.putIfAbsent(campaign, CampaignState.RUNNING);
    var all = new ArrayList<String>();
    var slots = new ArrayList<DialSlot>();
    for (int from = 0; from < count; from += 25) {
      var leads = new ArrayList<Lead>();
      for (int i = from; i < Math.min(count, from + 25); i++) {
        String token = campaign + "-" + ++tokens;
        leads.add(Lead.of(token, clock.epochMs() + aheadMs));
        all.add(token);
      }
      slots.add(Lead.slot(campaign, leads, clock.epochMs()));
    }
    for (int i = 0; i < slots.size(); i++) {
      ring.onEvent(slots.get(i), i, i == slots.size() - 1);
    }
    return all;
  }

  public void recall(CampaignId campaign, String token) {
    var slot = new DialSlot();
    slot.recall(campaign, token, clock.epochMs(), recalls::add);
    ring.onEvent(slot, 0, true);
  }

  /** Sends all dead letters that the order means through the ring again. */
  public void redrive(CampaignId campaign, long aheadMs, boolean inDoubt) {
    var order =
        new RedriveOrder(
            null,
            null,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            List.of(),
            inDoubt,
            clock.epochMs() + aheadMs,
            false,
            "");
    var look = new DeadLetters(spool, new OutcomeFeed(spool)).look(campaign, order, "");
    var slot = new DialSlot();
    slot.redrive(
        campaign,
        new RedriveChunk(look.candidates(), order.deadlineMs(), done -> {}),
        clock.epochMs());
    ring.onEvent(slot, 0, true);
  }

  /** From now on nothing reaches the disk, or all of it does again. */
  public void storeStands(boolean stands) {
    storeStands = stands;
  }

  /** Turns at the present moment until nothing is left to do. */
  public void settleDown() {
    for (int turn = 0; turn < TURNS_MAX; turn++) {
      int work = dispatcher.runOnce(clock.nanoTime(), clock.epochMs());
      work += storeStands ? 0 : worker.runOnce();
      work += target.deliver() + eu.deliver();
      if (work == 0) {
        return;
      }
    }
    throw new AssertionError("the dispatcher spins");
  }

  /** Lets time pass in small steps. */
  public void run(long ms) {
    settleDown();
    for (long passed = 0; passed < ms; passed += STEP_MS) {
      clock.advanceMs(Math.min(STEP_MS, ms - passed));
      settleDown();
    }
  }

  /** Lets time pass as the dispatcher's own thread would: it sleeps until something is due. */
  public void runByItself(long ms) {
    long endNs = clock.nanoTime() + ms * 1_000_000;
    settleDown();
    while (clock.nanoTime() < endNs) {
      long untilNs = Math.min(endNs, dispatcher.idleUntilNs());
      clock.advanceMs(Math.max(1, (untilNs - clock.nanoTime() + 999_999) / 1_000_000));
      settleDown();
    }
  }

  /** A gate that is open, without waiting for the poller. */
  public void open(CampaignId campaign) {
    change(campaign, CampaignState.RUNNING);
  }

  /** The campaign was changed through us. */
  public void change(CampaignId campaign, CampaignState state) {
    change(campaign, state, () -> {});
  }

  public void change(CampaignId campaign, CampaignState state, Runnable whenApplied) {
    targetOf(campaign).states.put(campaign, state);
    dispatcher.campaignChanged(campaign, state, clock.nanoTime(), clock.epochMs(), whenApplied);
  }

  // --- what is seen

  public LaneControl control(CampaignId campaign) {
    LaneControl control = dispatcher.find(campaign);
    if (control == null) {
      throw new AssertionError("no lane for " + campaign);
    }
    return control;
  }

  public boolean isOpen(CampaignId campaign) {
    return control(campaign).gate().isOpen(clock.nanoTime());
  }

  public boolean isHeldByAlarm(CampaignId campaign) {
    return control(campaign).gate().isHeldByAlarm(clock.nanoTime());
  }

  public String stateName(CampaignId campaign) {
    return control(campaign).gate().stateName();
  }

  public boolean isBreakerOpen() {
    return breaker.isOpen();
  }

  public double callsPerSecond() {
    return budget.perSecond();
  }

  public Counts counts(CampaignId campaign) {
    Counts counts = control(campaign).lane().counts();
    if (!counts.conserved()) {
      throw new AssertionError(counts.toString());
    }
    return counts;
  }

  /** What is stored of a request. */
  public RequestStatus status(CampaignId campaign, String token) {
    return spool.find(campaign, new ClientToken(token)).orElseThrow().status();
  }

  public RequestState state(CampaignId campaign, String token) {
    return status(campaign, token).state();
  }

  /** The request while it is loaded. */
  public QueuedRequest queued(CampaignId campaign, String token) {
    QueuedRequest request = control(campaign).lane().find(status(campaign, token).id().sequence());
    if (request == null) {
      throw new AssertionError(token + " is not loaded");
    }
    return request;
  }

  public Place place(CampaignId campaign, String token) {
    return queued(campaign, token).place();
  }

  /** Tokens of the puts since the last look. */
  public List<List<String>> takePuts() {
    List<List<String>> seen = target.puts.stream().map(ScriptedTarget.Put::tokens).toList();
    target.puts.clear();
    return seen;
  }

  /** Sizes of the puts since the last look. */
  public List<Integer> takeSizes() {
    return takePuts().stream().map(List::size).toList();
  }

  public Spool spool() {
    return spool;
  }
}
