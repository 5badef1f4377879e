package io.dialspool.rehearsal;

import io.dialspool.config.Config;
import io.dialspool.dispatch.Alarms;
import io.dialspool.dispatch.Breaker;
import io.dialspool.dispatch.CallBudget;
import io.dialspool.dispatch.DispatchMeter;
import io.dialspool.dispatch.Dispatcher;
import io.dialspool.dispatch.LaneControl;
import io.dialspool.dispatch.Reports;
import io.dialspool.dispatch.Routes;
import io.dialspool.dispatch.TargetControl;
import io.dialspool.intake.AcknowledgeStage;
import io.dialspool.lane.EnqueueStage;
import io.dialspool.lane.Mailbox;
import io.dialspool.reconcile.Reconciler;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.Counts;
import io.dialspool.request.WaitingFor;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Stages;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolStage;
import io.dialspool.spool.StoreReply;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.TokenIndex;
import io.dialspool.store.OrderedStore;
import io.dialspool.target.Target;
import io.dialspool.time.VirtualClock;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The parts of production between the door and the target, turned by hand. */
final class Service {
  private static final int TURNS_AT_ONCE_MAX = 1_000;

  private final VirtualClock clock;
  private final Dispatcher dispatcher;
  private final Reports reports;
  private final StoreWorker worker;
  private final TokenIndex index;
  private final Stages stages;
  private long slots;

  Service(Config config, OrderedStore store, Target target, VirtualClock clock) {
    this.clock = clock;
    var random = new SplittableRandom(config.campaignService().seed());
    var routes =
        new Routes(List.of(new Routes.Entry(Config.DEFAULT_TARGET, target, List.of())), false);
    Spool spool = Spool.open(store, routes);
    index = spool.index();
    index.runBeside(() -> {}, index::runOnce, () -> {});
    var mailbox = new Mailbox(() -> {});
    worker = new StoreWorker(spool, this::stored);
    var alarms = new Alarms(message -> {});
    var control =
        new TargetControl(
            Config.DEFAULT_TARGET,
            target,
            config.target().timeoutMs() * 1_000_000L,
            new CallBudget(config.target().callsPerSecond(), clock),
            new Breaker(clock),
            DispatchMeter.NONE);
    dispatcher =
        new Dispatcher(
            new Dispatcher.Parts(
                config.dispatch(),
                List.of(control),
                worker,
                mailbox,
                new Reconciler(alarms, config.dispatch().attemptsMax(), random.split()),
                alarms,
                random.split(),
                () -> {}),
            spool.restored(),
            Set.of(),
            (campaign, state) -> {});
    reports = new Reports(dispatcher);
    var spoolStage = new SpoolStage(spool, clock, (requests, syncNs) -> {});
    stages =
        Stages.inOrder(
            config.spool().groupItemsMax(),
            new ValidateStage(NumberRule.load(config.intake().fullNumberCheck())),
            spoolStage.dedupe(),
            spoolStage,
            new EnqueueStage(spoolStage, mailbox),
            new AcknowledgeStage());
  }

  private void stored(StoreReply reply) {
    dispatcher.onStoreReply(reply);
  }

  /**
   * Takes a filled slot in.
   *
   * @param last whether to sync what was taken in
   */
  void take(DialSlot slot, boolean last) {
    stages.onEvent(slot, slots++, last);
  }

  /** Does all that is to be done at this instant. */
  void settleDown() {
    int work = 1;
    for (int turns = 0; work > 0 && turns < TURNS_AT_ONCE_MAX; turns++) {
      work = dispatcher.runOnce(clock.nanoTime(), clock.epochMs());
      work += worker.runOnce();
      work += index.isDue() ? index.runOnce() : 0;
    }
  }

  /** Until when nothing is to be done unless something comes in; of the monotonic clock. */
  long idleUntilNs() {
    return dispatcher.idleUntilNs();
  }

  /** Accepted and not yet ended. */
  long unsettled() {
    return dispatcher.unsettled();
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

  /** What holds the campaign's queue; null while nothing is queued. */
  @Nullable WaitingFor waitingFor(CampaignId campaign) {
    LaneControl control = dispatcher.find(campaign);
    return control == null ? null : reports.waitingFor(control, clock.nanoTime());
  }

  /** How the campaign stands; null before its first request. */
  @Nullable CampaignReport report(CampaignId campaign) {
    LaneControl control = dispatcher.find(campaign);
    return control == null ? null : reports.campaign(control, clock.nanoTime(), clock.epochMs());
  }
}
