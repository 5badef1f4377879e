package io.dialspool.simulation;

import io.dialspool.config.Config;
import io.dialspool.config.DispatchConfig;
import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.Breaker;
import io.dialspool.dispatch.CallBudget;
import io.dialspool.dispatch.DispatchMeter;
import io.dialspool.dispatch.Dispatcher;
import io.dialspool.dispatch.LaneControl;
import io.dialspool.dispatch.Routes;
import io.dialspool.dispatch.TargetControl;
import io.dialspool.lane.EnqueueStage;
import io.dialspool.lane.Mailbox;
import io.dialspool.lane.Place;
import io.dialspool.reconcile.Reconciler;
import io.dialspool.request.Counts;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Redrive;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Stages;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolStage;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.TokenIndex;
import io.dialspool.target.Target;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One life of the service, from its start to a crash: the parts of production, wired anew. */
final class Life {
  private static final NumberRule NUMBERS = NumberRule.load(false);

  /**
   * @param callsPerSecond of each target, in their order
   * @param timeoutNs of a call
   * @param groupItemsMax of one commit group
   * @param tokensTogether that the index brings into the store at once
   */
  record Settings(
      DispatchConfig dispatch,
      List<Double> callsPerSecond,
      long timeoutNs,
      int groupItemsMax,
      int tokensTogether) {}

  /** The last stage: answers go out, and the slots may be cleared. */
  private static final class Acknowledge implements Stage {
    @Override
    public void endOfGroup(List<DialSlot> group) {
      for (DialSlot slot : group) {
        Redrive redrive = slot.redrive();
        if (redrive != null) {
          redrive.synced();
        } else if (!slot.isRecall()) {
          slot.reply().synced(slot);
        }
      }
    }
  }

  final List<SimulatedTarget.Line> lines;
  final GateLedger gates;
  final Stages stages;
  final StoreWorker worker;
  final Dispatcher dispatcher;
  final Spool spool;
  final TokenIndex index;
  final OutcomeFeed feed;
  final DeadLetters deadLetters;

  // The simulation's
  long slots;
  long dispatchAtNs = Long.MAX_VALUE;
  boolean storeTurnComes;
  boolean ringTurnComes;
  boolean indexTurnComes;
  int turns;
  long turnsSecond;

  /**
   * Starts from what is in the store.
   *
   * @param lines to each target, the default first
   * @param campaigns of each target, by rule
   * @param wake called whenever dispatch has something to do
   * @param wakeIndex called whenever the token index has
   */
  Life(
      Wiring wiring,
      Settings settings,
      SimulatedStore store,
      List<SimulatedTarget.Line> lines,
      List<List<String>> campaigns,
      SimulatedClock clock,
      GateLedger gates,
      SplittableRandom random,
      Consumer<String> alarms,
      Runnable wake,
      Runnable wakeIndex) {
    this.lines = lines;
    this.gates = gates;
    var entries = new ArrayList<Routes.Entry>();
    var targets = new ArrayList<TargetControl>();
    for (int i = 0; i < lines.size(); i++) {
      String name = i == 0 ? Config.DEFAULT_TARGET : "second";
      Target target = wiring.target(i, lines);
      entries.add(new Routes.Entry(name, target, campaigns.get(i)));
      targets.add(
          new TargetControl(
              name,
              target,
              settings.timeoutNs(),
              new CallBudget(wiring.callsPerSecond(settings.callsPerSecond().get(i)), clock),
              new Breaker(clock),
              DispatchMeter.NONE));
    }
    spool = Spool.open(store, wiring.route(new Routes(entries, false)), settings.tokensTogether());
    index = spool.index();
    index.runBeside(wakeIndex, index::runOnce, () -> {});
    feed = new OutcomeFeed(spool);
    deadLetters = new DeadLetters(spool, feed);
    var mailbox = new Mailbox(wake);
    worker = new StoreWorker(spool, wiring.storeReplies(this::onStoreReply));
    var alarm = new Alarms(alarms);
    dispatcher =
        new Dispatcher(
            new Dispatcher.Parts(
                settings.dispatch(),
                targets,
                worker,
                mailbox,
                new Reconciler(alarm, settings.dispatch().attemptsMax(), random.split()),
                alarm,
                random.split(),
                wake),
            spool.restored(),
            wiring.paused(spool.paused()),
            (campaign, state) -> {});
    lines.forEach(line -> line.inbox(dispatcher::later));
    var spoolStage = new SpoolStage(spool, clock, (requests, syncNs) -> {});
    stages =
        Stages.inOrder(
            settings.groupItemsMax(),
            new ValidateStage(NUMBERS),
            spoolStage.dedupe(),
            spoolStage,
            new EnqueueStage(spoolStage, mailbox),
            new Acknowledge());
  }

  private void onStoreReply(io.dialspool.spool.StoreReply reply) {
    dispatcher.onStoreReply(reply);
  }

  /** Whether nothing is left to send or to settle. */
  boolean isIdle() {
    for (LaneControl control : dispatcher.lanes()) {
      Counts counts = control.lane().counts();
      if (counts.queued() != 0 || counts.inFlight() != 0) {
        return false;
      }
    }
    return dispatcher.isQuiet();
  }

  /** What keeps it from being idle. */
  String unfinished() {
    var text = new StringBuilder();
    for (LaneControl control : dispatcher.lanes()) {
      Counts counts = control.lane().counts();
      if (counts.queued() != 0 || counts.inFlight() != 0) {
        text.append(control.lane().info().campaign()).append(": ").append(counts);
        for (Place place : Place.values()) {
          text.append(' ').append(place).append('=').append(control.lane().count(place));
        }
        text.append(control.lane().hasMoreOnDisk() ? " more on disk" : "")
            .append(control.lane().isReading() ? " reading" : "")
            .append("; ");
      }
    }
    return text.append(dispatcher.isQuiet() ? "quiet" : "not quiet").toString();
  }
}
