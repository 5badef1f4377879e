package io.dialspool.dispatch;

import io.dialspool.config.DispatchConfig;
import io.dialspool.lane.Batch;
import io.dialspool.lane.Lane;
import io.dialspool.lane.LaneMessage;
import io.dialspool.lane.Mailbox;
import io.dialspool.lane.Parcel;
import io.dialspool.lane.Place;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.request.WaitingFor;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.Mark;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoreReply;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.StoredRequest;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle that owns every lane: {@link #runOnce} takes in what came, ends what expired, and
 * sends what may leave. It never blocks, sleeps, reads a clock or touches a disk; time comes as
 * arguments, everything else through queues.
 *
 * <p>Lanes that may have something to send stand in the queue of their target and take turns, a
 * batch each; the others are woken by what they wait for (a page, an answer, a gate, a time). So an
 * idle lane costs nothing, and a slow one delays nobody; nor does a slow target another.
 */
public final class Dispatcher {
  private static final long URGENT_MS = 120_000;
  private static final long TICK_NS = 1_000_000_000L;
  private static final int CALLS_A_TURN = 64;
  private static final int EVENTS_A_TURN = 10_000;
  private static final int ENDED_A_TURN = 500;
  private static final int CHANGED_EARLY_MAX = 10_000;

  private final DispatchConfig config;
  private final List<TargetControl> targets;
  private final List<GatePoller> pollers;
  private final StoreWorker store;
  private final Mailbox mailbox;
  private final ReplyHandler replies;
  private final Alarms alarms;
  private final RandomGenerator random;
  private final Runnable wake;

  private final SettleQueue settles;
  private final ExpirySweeper sweeper;

  private final Queue<Event> inbox = new ConcurrentLinkedQueue<>();
  private final Map<Integer, LaneControl> lanes = new HashMap<>();
  private final Map<CampaignId, LaneControl> byCampaign = new HashMap<>();
  private final PriorityQueue<Wake> wakes =
      new PriorityQueue<>(Comparator.comparingLong(Wake::timeNs));
  private final Map<Long, Consumer<RecallAnswer>> recalls = new HashMap<>();
  private final Map<Settled, List<Consumer<RecallAnswer>>> awaitingEnd = new HashMap<>();

  /** Life cycle calls through us for campaigns that have no lane yet; the oldest are forgotten. */
  private final Map<CampaignId, Change> changedEarly =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CampaignId, Change> eldest) {
          return size() > CHANGED_EARLY_MAX;
        }
      };

  /** Campaigns known as paused, as the store has or will have them; the target bounds how many. */
  private final Set<CampaignId> paused;

  private long recallTicket;
  private int loadedTotal;
  private int askedTotal;
  private boolean stopped;
  private long nextTickNs = Long.MIN_VALUE;
  private long unsettled;
  private volatile long unsettledPublished;

  private record Wake(long timeNs, LaneControl control) {}

  private record Settled(int lane, long sequence) {}

  private record Change(CampaignState state, long nowNs, long nowMs) {}

  /**
   * What the dispatcher is built from.
   *
   * @param targets one at least, the default first
   */
  public record Parts(
      DispatchConfig config,
      List<TargetControl> targets,
      StoreWorker store,
      Mailbox mailbox,
      ReplyHandler replies,
      Alarms alarms,
      RandomGenerator random,
      Runnable wake) {
    public Parts {
      targets = List.copyOf(targets);
    }
  }

  /**
   * @param restored lanes from before the start
   * @param paused campaigns that were paused then
   * @param seen told every campaign state that was read; dispatch thread
   */
  public Dispatcher(
      Parts parts,
      List<Spool.RestoredLane> restored,
      Set<CampaignId> paused,
      BiConsumer<CampaignId, CampaignState> seen) {
    config = parts.config();
    targets = parts.targets();
    store = parts.store();
    mailbox = parts.mailbox();
    replies = parts.replies();
    alarms = parts.alarms();
    random = parts.random();
    wake = parts.wake();
    settles = new SettleQueue(store);
    sweeper = new ExpirySweeper(store, alarms);
    pollers = targets.stream().map(control -> new GatePoller(control, this::later, seen)).toList();
    this.paused = new HashSet<>(paused);
    for (Spool.RestoredLane lane : restored) {
      addLane(new Lane(lane, settles));
    }
    unsettledPublished = unsettled;
  }

  /** Does {@code event} at the beginning of the next turn. Any thread. */
  public void later(Event event) {
    inbox.add(event);
    wake.run();
  }

  /** The store thread's way back. Any thread. */
  public void onStoreReply(StoreReply reply) {
    later((nowNs, nowMs) -> stored(reply, nowNs, nowMs));
  }

  /** One turn; returns the work done, 0 when idle. */
  public int runOnce(long nowNs, long nowMs) {
    sweeper.watch(nowNs, nowMs);
    int work = takeIn(nowNs, nowMs);
    if (nowNs >= nextTickNs) {
      nextTickNs = nowNs + TICK_NS;
      tick(nowNs, nowMs);
    }
    work += wakeDue(nowNs);
    for (GatePoller poller : pollers) {
      work += poller.poll(nowNs, this::gateMoved);
    }
    for (TargetControl target : targets) {
      work += send(target, nowNs, nowMs);
    }
    settles.flush();
    unsettledPublished = unsettled;
    return work;
  }

  /** Until when there is surely nothing to do unless something comes in; monotonic nanoseconds. */
  public long idleUntilNs() {
    long untilNs = nextTickNs;
    Wake next = wakes.peek();
    if (next != null) {
      untilNs = Math.min(untilNs, next.timeNs());
    }
    for (TargetControl target : targets) {
      if (!target.ready.isEmpty()) {
        untilNs = Math.min(untilNs, target.sendBlockedUntilNs);
      }
    }
    return untilNs;
  }

  // --- taking in

  private int takeIn(long nowNs, long nowMs) {
    int work = 0;
    LaneMessage message;
    while (work < EVENTS_A_TURN && (message = mailbox.poll()) != null) {
      work++;
      if (message instanceof LaneMessage.Appended appended) {
        appended(appended.page(), nowNs);
      } else if (message instanceof LaneMessage.Recall recall) {
        recall(recall, nowMs);
      }
    }
    Event event;
    while (work < EVENTS_A_TURN && (event = inbox.poll()) != null) {
      work++;
      event.at(nowNs, nowMs);
    }
    return work;
  }

  private void appended(AppendedPage page, long nowNs) {
    LaneControl control = lanes.get(page.lane().number());
    if (control == null) {
      control = addLane(new Lane(page.lane(), settles));
    }
    settleTarget(control);
    Lane lane = control.lane();
    if (!lane.hasUnsettled()) {
      control.target().lookAtGatesFrom(control.gate().askNs());
    }
    int before = lane.loadedCount();
    lane.appended(page, control.gate().isOpen(nowNs) ? room(lane) : 0, nowNs);
    loadedTotal += lane.loadedCount() - before;
    unsettled += page.count();
    // A request accepted with hardly any time left may come after its bucket was swept.
    control.sweptThrough = Math.min(control.sweptThrough, lane.firstBucket() - 1);
    makeReady(control);
  }

  private LaneControl addLane(Lane lane) {
    TargetControl target = targetOf(lane.info());
    var control = new LaneControl(lane, new Occupancy(random), target);
    lanes.put(lane.info().number(), control);
    target.lanes.put(lane.info().number(), control);
    byCampaign.put(lane.info().campaign(), control);
    unsettled += lane.counts().queued();
    if (paused.contains(lane.info().campaign())) {
      control.gate().beginPaused();
      control.pauseKept = true;
    }
    Change early = changedEarly.remove(lane.info().campaign());
    if (early != null) {
      control.gate().changedByUs(early.state(), early.nowNs(), early.nowMs());
      gateMoved(control);
    }
    makeReady(control);
    return control;
  }

  private TargetControl targetOf(LaneInfo lane) {
    for (TargetControl target : targets) {
      if (target.target().identity().mayBe(lane.target())) {
        return target;
      }
    }
    // Its target is configured no longer and nothing in it waits: the next request says where it
    // goes.
    return targets.get(0);
  }

  /** A lane of a target that is gone has got another, together with its first request since. */
  private void settleTarget(LaneControl control) {
    LaneInfo lane = control.lane().info();
    if (!control.target().target().identity().mayBe(lane.target())) {
      control.target().lanes.remove(lane.number());
      control.target().ready.remove(control);
      control.ready = false;
      control.moveTo(targetOf(lane));
      control.target().lanes.put(lane.number(), control);
    }
  }

  private int room(Lane lane) {
    int mine = config.windowItems() - lane.loadedCount();
    int everyones = config.windowItemsTotal() - loadedTotal - askedTotal;
    // However many lanes there are, each may hold two batches, or it could never send.
    return Math.max(Math.min(mine, everyones), 2 * Batch.ITEMS_MAX - lane.loadedCount());
  }

  private void stored(StoreReply reply, long nowNs, long nowMs) {
    if (reply instanceof StoreReply.ReadAheadDone done) {
      LaneControl control = control(done.lane());
      askedTotal -= control.asked;
      control.asked = 0;
      int before = control.lane().loadedCount();
      control.lane().loaded(done.requests(), done.next(), nowNs);
      loadedTotal += control.lane().loadedCount() - before;
      makeReady(control);
    } else if (reply instanceof StoreReply.Settled settled) {
      settled(settled.settlements());
      settles.settled(settled.settlements().size());
    } else if (reply instanceof StoreReply.MarksWritten written) {
      control(written.lane()).lane().markWritten(written.marks());
      makeReady(control(written.lane()));
    } else if (reply instanceof StoreReply.PauseWritten written) {
      written.then().run();
    } else if (reply instanceof StoreReply.Swept swept) {
      sweeper.swept(control(swept.lane()), swept, nowNs, nowMs);
    } else if (reply instanceof StoreReply.FindDone found) {
      found(found, nowMs);
    }
  }

  private void settled(List<Settlement> settlements) {
    LaneControl control = null;
    int before = 0;
    for (Settlement settlement : settlements) {
      LaneInfo lane = settlement.request().lane();
      if (control == null || control.lane().info() != lane) {
        if (control != null) {
          someSettled(control, before);
        }
        control = control(lane);
        before = control.lane().loadedCount();
      }
      control.lane().settled(settlement);
      unsettled--;
      if (!awaitingEnd.isEmpty()) {
        tellRecalls(settlement);
      }
    }
    if (control != null) {
      someSettled(control, before);
    }
  }

  private void someSettled(LaneControl control, int loadedBefore) {
    loadedTotal += control.lane().loadedCount() - loadedBefore;
    if (control.lane().hasMoreOnDisk()) {
      feed(control);
    }
  }

  private void tellRecalls(Settlement settlement) {
    StoredRequest request = settlement.request();
    var waiting = awaitingEnd.remove(new Settled(request.lane().number(), request.sequence()));
    if (waiting != null) {
      waiting.forEach(reply -> reply.accept(answer(settlement.state())));
    }
  }

  private LaneControl control(LaneInfo lane) {
    LaneControl control = lanes.get(lane.number());
    if (control == null) {
      throw new IllegalStateException("lane " + lane.number() + " is unknown to dispatch");
    }
    return control;
  }

  // --- recall

  private void recall(LaneMessage.Recall recall, long nowMs) {
    LaneControl control = lanes.get(recall.lane());
    if (control == null) {
      throw new IllegalStateException("lane " + recall.lane() + " is unknown to dispatch");
    }
    Lane lane = control.lane();
    if (!recallLoaded(lane, recall.sequence(), recall.reply(), nowMs)) {
      long ticket = ++recallTicket;
      recalls.put(ticket, recall.reply());
      store.offer(new StoreCommand.Find(lane.info(), recall.sequence(), ticket));
    }
  }

  private boolean recallLoaded(Lane lane, long sequence, Consumer<RecallAnswer> reply, long nowMs) {
    QueuedRequest request = lane.find(sequence);
    if (request == null && !lane.isSettlingOnDisk(sequence)) {
      return false;
    }
    if (request != null) {
      if (request.place() == Place.IN_FLIGHT) {
        reply.accept(new RecallAnswer.TooLate(RequestState.IN_FLIGHT));
        return true;
      }
      boolean ending =
          request.place() == Place.SETTLING_FROM_FLIGHT
              || request.place() == Place.SETTLING_FROM_QUEUE;
      if (!ending) {
        if (request.maybeSent() || request.place() == Place.HELD) {
          reply.accept(new RecallAnswer.TooLate(RequestState.QUEUED));
          return true;
        }
        lane.settle(request, RequestState.CANCELLED, Reason.NONE, null, nowMs);
      }
    }
    answerOnceSettled(lane, sequence, reply);
    return true;
  }

  private void answerOnceSettled(Lane lane, long sequence, Consumer<RecallAnswer> reply) {
    awaitingEnd
        .computeIfAbsent(new Settled(lane.info().number(), sequence), key -> new ArrayList<>())
        .add(reply);
  }

  private void found(StoreReply.FindDone done, long nowMs) {
    Consumer<RecallAnswer> reply = recalls.remove(done.ticket());
    if (reply == null) {
      return;
    }
    Lane lane = control(done.lane()).lane();
    Spool.Found found = done.found();
    if (found == null) {
      reply.accept(new RecallAnswer.Unknown());
    } else if (found.outcome() != null) {
      reply.accept(answer(found.outcome().state()));
    } else if (!recallLoaded(lane, done.sequence(), reply, nowMs)) {
      if (lane.mayHaveBeenSent(found.request())) {
        reply.accept(new RecallAnswer.TooLate(RequestState.QUEUED));
      } else if (lane.settleOnDisk(found.request(), RequestState.CANCELLED, Reason.NONE, nowMs)) {
        answerOnceSettled(lane, done.sequence(), reply);
      } else {
        // It was loaded, sent and settled while the store looked: look again.
        long ticket = ++recallTicket;
        recalls.put(ticket, reply);
        store.offer(new StoreCommand.Find(lane.info(), done.sequence(), ticket));
      }
    }
  }

  private static RecallAnswer answer(RequestState end) {
    return end == RequestState.CANCELLED
        ? new RecallAnswer.Cancelled()
        : new RecallAnswer.TooLate(end);
  }

  // --- gates

  /**
   * A life cycle call was answered through us; no call leaves against the new state afterwards, not
   * even after a crash. Dispatch thread.
   *
   * @param whenApplied run once that holds
   */
  public void campaignChanged(
      CampaignId campaign, CampaignState state, long nowNs, long nowMs, Runnable whenApplied) {
    LaneControl control = byCampaign.get(campaign);
    if (state == CampaignState.PAUSED) {
      keepPause(campaign, true, whenApplied);
    } else {
      keepPause(campaign, false, () -> {});
      whenApplied.run();
    }
    if (control == null) {
      changedEarly.put(campaign, new Change(state, nowNs, nowMs));
    } else {
      control.gate().changedByUs(state, nowNs, nowMs);
      control.pauseKept = state == CampaignState.PAUSED;
      gateMoved(control);
    }
  }

  // A restart would open the gate at the first Running that it reads, which may be older than the
  // pause.
  private void keepPause(CampaignId campaign, boolean isPaused, Runnable whenSynced) {
    boolean changes = isPaused ? paused.add(campaign) : paused.remove(campaign);
    if (changes || isPaused) { // a pause that is known may still be on its way to the disk
      store.offer(new StoreCommand.WritePause(campaign, isPaused, whenSynced));
    }
  }

  /** The campaign was deleted through us. Dispatch thread. */
  public void campaignDeleted(CampaignId campaign) {
    LaneControl control = byCampaign.get(campaign);
    changedEarly.remove(campaign); // a resume of before says nothing any more
    if (control != null) {
      control.gate().deleted();
      gateMoved(control);
    }
    keepPause(campaign, false, () -> {});
  }

  private void gateMoved(LaneControl control) {
    control.target().lookAtGatesFrom(control.gate().askNs());
    if (control.gate().isAfterPause() != control.pauseKept) {
      control.pauseKept = !control.pauseKept;
      keepPause(control.lane().info().campaign(), control.pauseKept, () -> {});
    }
    boolean failed = control.gate().state() == CampaignState.FAILED;
    if (failed && !control.failureTold) {
      alarms.raise(
          Alarms.Kind.CAMPAIGN_FAILED,
          "campaign " + control.lane().info().campaign() + " has failed; it is held");
    }
    control.failureTold = failed;
    if (control.ending() == null) {
      if (control.gate().isGone()) {
        control.end(Reason.CAMPAIGN_GONE);
      } else if (control.gate().isStopped() && config.onStopped().equals("end")) {
        control.end(Reason.CAMPAIGN_STOPPED);
      }
    }
    makeReady(control);
  }

  // --- sending

  private void makeReady(LaneControl control) {
    if (!control.ready) {
      control.ready = true;
      control.target().ready.add(control);
      control.target().sendBlockedUntilNs = Long.MIN_VALUE;
    }
  }

  private int wakeDue(long nowNs) {
    int woken = 0;
    Wake wakeUp = wakes.peek();
    while (wakeUp != null && wakeUp.timeNs() <= nowNs) {
      wakes.remove();
      if (wakeUp.control().wakeNs == wakeUp.timeNs()) {
        wakeUp.control().wakeNs = Long.MAX_VALUE;
        makeReady(wakeUp.control());
        woken++;
      }
      wakeUp = wakes.peek();
    }
    return woken;
  }

  private void wakeAt(LaneControl control, long timeNs) {
    if (timeNs < control.wakeNs) {
      control.wakeNs = timeNs;
      wakes.add(new Wake(timeNs, control));
    }
  }

  private int send(TargetControl target, long nowNs, long nowMs) {
    if (nowNs < target.sendBlockedUntilNs) {
      return 0;
    }
    int work = 0;
    int turns = target.ready.size() + CALLS_A_TURN;
    while (work < CALLS_A_TURN && turns-- > 0 && !target.ready.isEmpty()) {
      LaneControl control = target.ready.getFirst();
      if (control.ending() != null) {
        target.ready.removeFirst();
        control.ready = false;
        work += endAll(control, nowMs);
        continue;
      }
      if (target.inFlight >= config.inFlightMax()) {
        target.sendBlockedUntilNs = Long.MAX_VALUE; // an answer makes its lane ready and unblocks
        break;
      }
      Batch batch = decide(control, nowNs, nowMs);
      if (batch == null) {
        target.ready.removeFirst();
        control.ready = false;
        continue;
      }
      if (!mayCall(control, nowNs)) {
        break;
      }
      target.ready.removeFirst();
      target.ready.addLast(control);
      call(control, take(control, batch), nowNs, nowMs);
      work++;
    }
    return work;
  }

  // Ask the budget last: a permit taken and not used is quota thrown away.
  private static boolean mayCall(LaneControl control, long nowNs) {
    TargetControl target = control.target();
    if (!target.breaker().tryAcquire()) {
      control.waitingFor = WaitingFor.TARGET_DOWN;
      target.sendBlockedUntilNs = nowNs + Breaker.ASK_AGAIN_NS;
      return false;
    }
    if (!target.budget().tryAcquire(nowNs)) {
      target.breaker().giveBack();
      control.waitingFor = WaitingFor.CALL_BUDGET;
      target.sendBlockedUntilNs = target.budget().askAgainNs();
      return false;
    }
    return true;
  }

  /**
   * What the lane would send now, still in its place, or null with a wake-up set for when that may
   * change.
   */
  private @Nullable Batch decide(LaneControl control, long nowNs, long nowMs) {
    Lane lane = control.lane();
    if (stopped) {
      return null;
    }
    lane.wakeBackedOff(nowNs);
    if (!control.gate().isOpen(nowNs)) {
      control.waitingFor = control.gate().waitingFor(nowNs);
      if (control.gate().isHeldByAlarm(nowNs)) {
        wakeAt(control, control.gate().alarmUntilNs());
      }
      control.wasOpen = false;
      return null;
    }
    if (!control.wasOpen) {
      control.wasOpen = true;
      control.occupancy().resumed(nowNs);
    }
    feed(control);
    if (nowNs < control.holdUntilNs()) {
      control.waitingFor = WaitingFor.BACKOFF;
      wakeAt(control, control.holdUntilNs());
      return null;
    }
    Parcel parcel = lane.dueParcel(nowNs);
    if (parcel != null) {
      Batch repeated = decideParcel(control, parcel, nowNs, nowMs);
      if (repeated != null) {
        return repeated;
      }
    }
    return decideFresh(control, nowNs, nowMs);
  }

  private @Nullable Batch decideParcel(LaneControl control, Parcel parcel, long nowNs, long nowMs) {
    Lane lane = control.lane();
    for (QueuedRequest request : parcel.requests()) {
      if (request.place() == Place.IN_PARCEL) {
        endIfTooLate(control, request, nowNs, nowMs);
      }
    }
    if (!parcel.equals(lane.dueParcel(nowNs))) {
      wakeAt(control, nowNs); // all of it ended just now
      return null;
    }
    // Those of it that ended meanwhile have no say: a past deadline would hold the others for ever.
    List<QueuedRequest> left =
        parcel.requests().stream().filter(r -> r.place() == Place.IN_PARCEL).toList();
    if (anyTooLate(control, left, nowMs)) {
      wakeAt(control, nowNs + TICK_NS); // expiry is paused
      return null;
    }
    if (control.occupancy().permits(left.size(), true, nowNs) == 0) {
      control.waitingFor = WaitingFor.DIALER_FULL;
      wakeAt(control, control.occupancy().nextNs(nowNs));
      return null;
    }
    if (parcel.bisecting() && !control.target().bisecting.isAvailable(nowNs)) {
      control.waitingFor = WaitingFor.BACKOFF;
      wakeAt(control, nowNs + control.target().bisecting.intervalNs());
      return null;
    }
    if (!marked(control, left, nowMs)) {
      return null; // it never left, and the mark was of a clock that was ahead
    }
    return new Batch(left, parcel);
  }

  private @Nullable Batch decideFresh(LaneControl control, long nowNs, long nowMs) {
    Lane lane = control.lane();
    CallBudget budget = control.target().budget();
    List<QueuedRequest> next = lane.peek(Batch.ITEMS_MAX);
    while (endTooLate(control, next, nowNs, nowMs)) {
      next = lane.peek(Batch.ITEMS_MAX);
    }
    if (next.isEmpty()) {
      control.waitingFor = lane.hasQueued() ? WaitingFor.BACKOFF : WaitingFor.BATCH;
      wakeWhenDue(control, nowNs);
      return null;
    }
    if (anyTooLate(control, next, nowMs)) {
      wakeAt(control, nowNs + TICK_NS); // expiry is paused
      return null;
    }
    boolean full = next.size() == Batch.ITEMS_MAX || lane.waitingCount() > next.size();
    if (!full && !isUrgent(next, nowMs)) {
      boolean more = lane.hasMoreOnDisk();
      int lingerMs = more || budget.isScarce(nowNs) ? config.lingerScarceMs() : config.lingerMs();
      long untilNs = next.get(0).waitingSinceNs() + lingerMs * 1_000_000L;
      if (nowNs < untilNs) {
        control.waitingFor = WaitingFor.BATCH;
        wakeAt(control, untilNs);
        wakeWhenDue(control, nowNs);
        if (budget.isScarce(nowNs)) {
          wakeAt(control, nowNs + TICK_NS / 2); // it may become plenty
        }
        return null;
      }
    }
    int permitted = control.occupancy().permits(next.size(), budget.isScarce(nowNs), nowNs);
    if (permitted > 0
        && control.occupancy().isProbing()
        && !control.target().probing.isAvailable(nowNs)) {
      control.waitingFor = WaitingFor.DIALER_FULL;
      wakeAt(control, nowNs + control.target().probing.intervalNs());
      return null;
    }
    if (permitted == 0) {
      control.waitingFor = WaitingFor.DIALER_FULL;
      wakeAt(control, control.occupancy().nextNs(nowNs));
      return null;
    }
    next = next.subList(0, Math.min(permitted, next.size()));
    if (!marked(control, next, nowMs)) {
      return null; // the mark's sync wakes the lane
    }
    return new Batch(next, null);
  }

  // A parcel that is due and may not leave yet has set its own time; to wake for it now would spin.
  private void wakeWhenDue(LaneControl control, long nowNs) {
    long dueNs = control.lane().nextDueNs();
    if (dueNs > nowNs && dueNs != Long.MAX_VALUE) {
      wakeAt(control, dueNs);
    }
  }

  /**
   * Whether all may leave; asks for the next mark early, so that a steady flow never waits for it.
   */
  private boolean marked(LaneControl control, List<QueuedRequest> requests, long nowMs) {
    Lane lane = control.lane();
    long last = 0;
    for (QueuedRequest request : requests) {
      last = Math.max(last, request.sequence());
    }
    long onTargetMs = control.target().nowMs(nowMs);
    long chunk = (long) config.inFlightMax() * Batch.ITEMS_MAX;
    if (last + chunk / 2 > lane.markedThrough()) {
      askMark(control, Math.min(last + chunk, lane.tail() - 1), onTargetMs);
    }
    if (lane.isMarked(last, onTargetMs)) {
      return true;
    }
    askMark(control, last, onTargetMs); // unless that is under way
    return false;
  }

  private void askMark(LaneControl control, long through, long onTargetMs) {
    List<Mark> marks = control.lane().askMark(through, onTargetMs);
    if (marks != null) {
      store.offer(new StoreCommand.WriteMarks(control.lane().info(), marks));
    }
  }

  private boolean isUrgent(List<QueuedRequest> requests, long nowMs) {
    for (QueuedRequest request : requests) {
      if (request.deadlineMs() - nowMs <= URGENT_MS) {
        return true;
      }
    }
    return false;
  }

  private boolean endTooLate(
      LaneControl control, List<QueuedRequest> requests, long nowNs, long nowMs) {
    boolean any = false;
    for (QueuedRequest request : requests) {
      any |= endIfTooLate(control, request, nowNs, nowMs);
    }
    return any;
  }

  private boolean endIfTooLate(LaneControl control, QueuedRequest request, long nowNs, long nowMs) {
    Lane lane = control.lane();
    // A clock that has just jumped must end nothing, neither for its deadline nor for its token.
    if (sweeper.isPaused(nowNs)) {
      return false;
    }
    if (isTokenDead(control, request, nowMs)) {
      lane.settle(request, RequestState.UNDELIVERABLE, Reason.IN_DOUBT, null, nowMs);
      return true;
    }
    if (isTooLate(control, request, nowMs)) {
      lane.settle(request, RequestState.EXPIRED, Reason.NONE, null, nowMs);
      return true;
    }
    return false;
  }

  private static boolean anyTooLate(LaneControl control, List<QueuedRequest> requests, long nowMs) {
    for (QueuedRequest request : requests) {
      if (isTokenDead(control, request, nowMs) || isTooLate(control, request, nowMs)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTokenDead(LaneControl control, QueuedRequest request, long nowMs) {
    return request.tokenAliveUntilMs() <= control.target().nowMs(nowMs);
  }

  private static boolean isTooLate(LaneControl control, QueuedRequest request, long nowMs) {
    long onTargetMs = nowMs + control.target().clockAheadMs();
    // A second more than the client asks for, so that writing the call never finds it too late.
    return request.deadlineMs() - onTargetMs < OutgoingBatch.LEFT_MIN_MS + 1_000;
  }

  private static Batch take(LaneControl control, Batch decided) {
    Parcel parcel = decided.parcel();
    return parcel == null
        ? control.lane().take(decided.requests())
        : control.lane().takeParcel(parcel);
  }

  private void call(LaneControl control, Batch batch, long nowNs, long nowMs) {
    var items = new ArrayList<OutgoingItem>(batch.requests().size());
    var tokens = new ArrayList<String>(batch.requests().size());
    for (QueuedRequest request : batch.requests()) {
      request.sentAt(nowMs);
      var stored = request.stored();
      String token = outgoingToken(control, stored.clientToken());
      tokens.add(token);
      items.add(
          new OutgoingItem(
              token,
              stored.deadlineMs(),
              stored.bytes(),
              stored.payloadAt(),
              stored.payloadBytes()));
    }
    TargetControl target = control.target();
    if (batch.parcel() != null && batch.parcel().bisecting()) {
      target.bisecting.take();
    } else if (control.occupancy().isProbing()) {
      target.probing.take();
    }
    target.inFlight++;
    target.calls++;
    target.batchItems += items.size();
    control.countBatch(items.size());
    control.occupancy().sent(items.size());
    if (target.budget().isScarce(nowNs)) {
      target.batchesWhileScarce++;
      target.itemsWhileScarce += items.size();
    }
    var call = new Call(control, batch, tokens, nowNs, target.nowMs(nowMs));
    target
        .target()
        .put(
            new OutgoingBatch(
                control.lane().info().campaign(), items, config.expiryWindow().toMillis()),
            target.timeoutNs(),
            reply -> later((replyNs, replyMs) -> answered(call, reply, replyNs, replyMs)));
  }

  private void answered(Call call, BatchReply reply, long nowNs, long nowMs) {
    TargetControl target = call.control().target();
    target.inFlight--;
    target.sendBlockedUntilNs = Long.MIN_VALUE;
    target.meter().called(outcome(reply), call.batch().requests().size(), nowNs - call.beganNs());
    replies.onReply(call, reply, nowNs, nowMs);
    gateMoved(call.control());
  }

  private static String outcome(BatchReply reply) {
    if (reply instanceof BatchReply.Answered) {
      return "answered";
    } else if (reply instanceof BatchReply.Refused refused) {
      return refused.status() == 429 ? "throttled" : "refused";
    }
    return reply instanceof BatchReply.Unanswered ? "unanswered" : "not-sent";
  }

  // How AWS scopes tokens is undocumented; under account scope the token goes out as a hash of
  // campaign and token.
  private String outgoingToken(LaneControl control, String clientToken) {
    if (config.tokenScope().equals("campaign")) {
      return clientToken;
    }
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(control.lane().info().campaign().value().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(sha.digest(clientToken.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends what waits in a lane whose campaign has ended. */
  private int endAll(LaneControl control, long nowMs) {
    Lane lane = control.lane();
    Reason reason = control.ending();
    int ended = 0;
    for (Place place : List.of(Place.WAITING, Place.BACKING_OFF, Place.IN_PARCEL, Place.HELD)) {
      if (lane.count(place) > 0) {
        for (QueuedRequest request : lane.inPlace(place)) {
          if (ended == ENDED_A_TURN) {
            makeReady(control);
            return ended;
          }
          lane.settle(
              request,
              RequestState.UNDELIVERABLE,
              reason == null ? Reason.CAMPAIGN_STOPPED : reason,
              null,
              nowMs);
          ended++;
        }
      }
    }
    feed(control);
    return ended;
  }

  /** Reads ahead if the lane has room. */
  private void feed(LaneControl control) {
    Lane lane = control.lane();
    if (lane.isReading()
        || !lane.hasMoreOnDisk()
        || lane.loadedCount() > config.windowItems() / 2
        || (control.ending() == null && control.gate().state() != CampaignState.RUNNING)) {
      return;
    }
    int room = room(lane);
    if (room > 0) {
      control.asked = room;
      askedTotal += room;
      store.offer(new StoreCommand.ReadAhead(lane.info(), lane.beginReading(), lane.tail(), room));
    }
  }

  // --- once a second

  private void tick(long nowNs, long nowMs) {
    boolean sweep = sweeper.isDue(nowNs);
    for (LaneControl control : lanes.values()) {
      if (control.lane().hasUnsettled()) {
        if (replies.onTick(control, nowNs, nowMs)) {
          makeReady(control);
        }
        if (sweep) {
          sweeper.sweep(control, nowMs);
        }
      }
    }
  }

  // --- looking

  /** No new calls from now on; answers are still taken. Dispatch thread. */
  public void stopSending() {
    stopped = true;
  }

  /** Whether no call is without its answer and no end on its way to the disk. Dispatch thread. */
  public boolean isQuiet() {
    return inFlight() == 0 && settles.underWay() == 0;
  }

  /** Accepted and not yet ended; any thread. */
  public long unsettled() {
    return unsettledPublished;
  }

  /** Dispatch thread. */
  public @Nullable LaneControl find(CampaignId campaign) {
    return byCampaign.get(campaign);
  }

  /** Dispatch thread. */
  public Collection<LaneControl> lanes() {
    return lanes.values();
  }

  /** Where calls go, the default first. Any thread. */
  public List<TargetControl> targets() {
    return targets;
  }

  int inFlight() {
    int sum = 0;
    for (TargetControl target : targets) {
      sum += target.inFlight;
    }
    return sum;
  }
}
