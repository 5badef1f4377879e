package io.dialspool;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import io.dialspool.audit.AuditLog;
import io.dialspool.auth.Gates;
import io.dialspool.campaignservice.CampaignService;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigException;
import io.dialspool.dashboard.Dashboard;
import io.dialspool.dispatch.Campaigns;
import io.dialspool.dispatch.Dispatcher;
import io.dialspool.http.ApiError;
import io.dialspool.http.Binding;
import io.dialspool.http.Entrance;
import io.dialspool.http.HostRule;
import io.dialspool.http.TlsFiles;
import io.dialspool.intake.AcknowledgeStage;
import io.dialspool.intake.Intake;
import io.dialspool.lane.EnqueueStage;
import io.dialspool.lane.Mailbox;
import io.dialspool.metrics.Health;
import io.dialspool.metrics.ManagementServer;
import io.dialspool.metrics.Metrics;
import io.dialspool.outcomes.Feeds;
import io.dialspool.outcomes.Recalls;
import io.dialspool.outcomes.Redrives;
import io.dialspool.reconcile.Reconciler;
import io.dialspool.request.SpoolReport;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.HaltOnStageFailure;
import io.dialspool.ring.Stages;
import io.dialspool.spool.AcceptedRequests;
import io.dialspool.spool.Bookmarks;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Retention;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolStage;
import io.dialspool.spool.StoreReply;
import io.dialspool.spool.StoreWorker;
import io.dialspool.spool.TokenIndex;
import io.dialspool.store.PatientStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.StoreException;
import io.dialspool.time.Clock;
import io.dialspool.time.DutyThread;
import io.dialspool.time.PartTime;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import io.dialspool.webhooks.Webhooks;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole service, wired: every part is built here, in the order of the flow, and taken down in
 * the reverse.
 *
 * <pre>
 * event loops ▸ ring thread ▸ dispatch thread ▸ event loops (target) ▸ dispatch thread
 *                                 ▾ ▴
 *                             store thread
 * </pre>
 */
public final class Dialspool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dialspool.class);
  private static final int LOOK_UPS_WAITING_MAX = 10_000;
  private static final long DRAIN_MS = 15_000;
  private static final long INDEX_WAIT_NS = 200_000;
  private static final String KEY_FILE = "doors.keyFile";
  private static final long SCRUBBED_BYTES = 64L << 20;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CompletableFuture<Throwable> halted = new CompletableFuture<>();
  private final Config config;
  private final Metrics metrics = new Metrics();
  private final String targetUrl;
  private final FrontDesk desk;
  private final Intake intake;
  private final ManagementServer management;
  private final Dispatcher dispatcher;
  private volatile boolean draining;
  private volatile @Nullable PatientStore patience;
  private volatile @Nullable DutyThread store;
  private volatile @Nullable DutyThread dispatch;
  private volatile @Nullable Webhooks webhooks;

  private Dialspool(Config config, Clock clock) {
    this.config = config;
    try {
      own(metrics);
      checkBindings(config);
      TlsFiles tls = TlsFiles.open(config.doors(), clock);
      HostRule hosts = HostRule.of(config.doors().hosts());
      EventLoopGroup loops = loops("dialspool-io", config.intake().threads());
      EventLoopGroup targetLoops = loops("dialspool-target", 1);
      ScheduledExecutorService housekeeping = housekeeping();
      housekeeping.scheduleWithFixedDelay(tls::look, 1, 1, TimeUnit.SECONDS);

      // Who may come in.
      var gates = Gates.ofService(config, config.reachesAmazon(), clock);
      housekeeping.scheduleWithFixedDelay(gates::look, 1, 1, TimeUnit.SECONDS);

      // Where batches go.
      var alarms = Meters.alarms(metrics);
      Entrance inside = new Entrance(tls::contextForOurselves, gates.campaignService(), hosts);
      Targets.Embedded embedded = embedded(inside, tls, clock);
      Targets targets = own(Targets.open(config, embedded, targetLoops, clock, alarms));
      targetUrl = targets.url();

      // The spool, and what waits in it.
      Path directory = Path.of(config.spool().directory());
      RocksStore rocks = own(RocksStore.open(directory, Spool.spaces()));
      var store = new PatientStore(rocks); // waits where the disk is full
      patience = store;
      Spool spool = Spool.open(store, targets.routes());
      targets.fetchCredentials();
      var mailbox = new Mailbox(this::wakeDispatch);
      var worker = new StoreWorker(spool, this::storeReplied, this::wakeStore);
      RandomGenerator random = new SplittableRandom();
      var campaigns =
          new Campaigns(
              targets.routes(),
              clock,
              (ms, what) -> housekeeping.schedule(what, ms, TimeUnit.MILLISECONDS),
              campaign -> spool.lane(campaign) != null);
      dispatcher =
          new Dispatcher(
              new Dispatcher.Parts(
                  config.dispatch(),
                  targets.controls(metrics),
                  worker,
                  mailbox,
                  new Reconciler(alarms, config.dispatch().attemptsMax(), random),
                  alarms,
                  random,
                  this::wakeDispatch),
              spool.restored(),
              spool.paused(),
              campaigns::seen);

      // The ring.
      var spoolStage = new SpoolStage(spool, clock, new Meters.Commits(metrics));
      var ring =
          new Disruptor<>(
              DialSlot::new,
              config.intake().ringSize(),
              new DefaultThreadFactory("dialspool-ring"),
              ProducerType.MULTI,
              new BlockingWaitStrategy());
      ring.setDefaultExceptionHandler(new HaltOnStageFailure(this::halt));
      ring.handleEventsWith(
          Stages.inOrder(
              config.spool().groupItemsMax(),
              new ValidateStage(NumberRule.load(config.intake().fullNumberCheck())), // may it exist
              spoolStage.dedupe(), // is it new
              spoolStage, // one atomic write and one sync per group
              new EnqueueStage(spoolStage, mailbox), // hands over to its lane
              new AcknowledgeStage())); // intake answers, only from here on

      startIndex(spool.index(), clock);
      startThreads(worker, clock);
      ring.start();
      own(() -> shutDown(ring));

      var retention =
          new Retention(
              spool,
              worker,
              clock,
              config.spool().dedupeWindow(),
              config.spool().deadLetterWindow(),
              config.spool().feedWindow());
      housekeeping.scheduleWithFixedDelay(retention::runOnce, 10, 1, TimeUnit.SECONDS);

      // The doors, last: nobody is let in before everything stands.
      var disk = new DiskWatch(directory, config.spool().freeBytesMin(), this::halt);
      disk.look(clock.epochMs());
      housekeeping.scheduleWithFixedDelay(
          () -> {
            if (!draining) {
              disk.look(clock.epochMs());
            }
          },
          1,
          1,
          TimeUnit.SECONDS);
      housekeeping.scheduleWithFixedDelay(() -> lookAfter(rocks), 5, 5, TimeUnit.SECONDS);
      ThreadPoolExecutor lookUps = lookUps();
      var feed = new OutcomeFeed(spool);
      var feeds = new Feeds(spool, feed, lookUps);
      Webhooks hooks = own(openWebhooks(spool, feeds, clock));
      webhooks = hooks;
      var redrives =
          new Redrives(
              new DeadLetters(spool, feed),
              ring.getRingBuffer(),
              lookUps,
              (ms, what) -> housekeeping.schedule(what, ms, TimeUnit.MILLISECONDS),
              clock,
              () -> overload(disk, store));
      var recalls =
          new Recalls(
              new AcceptedRequests(spool),
              ring.getRingBuffer(),
              lookUps,
              (ms, what) -> housekeeping.schedule(what, ms, TimeUnit.MILLISECONDS),
              clock);
      AuditLog audit =
          own(AuditLog.start(AuditLog.of(config.audit(), directory), config.audit(), clock));
      desk =
          new FrontDesk(
              new PassThrough(targets.routes(), campaigns),
              campaigns,
              dispatcher,
              spool,
              feeds,
              redrives,
              recalls,
              audit,
              hooks,
              lookUps,
              () -> overload(disk, store));
      var door = new Meters.Door(metrics);
      intake =
          own(
              Intake.start(
                  config.intake(),
                  new Entrance(tls::context, gates.data(code -> door.refused(code, 1)), hosts),
                  loops,
                  ring.getRingBuffer(),
                  desk,
                  clock,
                  door));
      var dashboard = own(Dashboard.start(desk, intake::answer, clock));
      var gauges = new Meters.Gauges(metrics, desk, store::sizeBytes, disk, dispatcher, dashboard);
      housekeeping.scheduleWithFixedDelay(gauges::refresh, 0, 1, TimeUnit.SECONDS);
      management =
          own(
              ManagementServer.start(
                  config.management(),
                  new Entrance(tls::context, gates.management(), hosts),
                  loops,
                  metrics,
                  this::live,
                  () -> ready(disk, store),
                  dashboard::answer));
      hooks.start();
      targets.log();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Builds and starts everything.
   *
   * @throws io.dialspool.store.StoreException if the spool can't be had
   * @throws io.dialspool.http.PortUnavailableException if a port can't be bound
   */
  public static Dialspool start(Config config, Clock clock) {
    return new Dialspool(config, clock);
  }

  public String intakeUrl() {
    return intake.url();
  }

  public String managementUrl() {
    return management.url();
  }

  public String targetUrl() {
    return targetUrl;
  }

  /**
   * The counts over all campaigns and the call budget's figures, as they stand on the dispatch
   * thread.
   */
  public CompletableFuture<SpoolReport> report() {
    var report = new CompletableFuture<SpoolReport>();
    desk.spoolReport(report::complete);
    return report;
  }

  /** Completes if the service had to halt by itself, with the cause. */
  public CompletableFuture<Throwable> halted() {
    return halted;
  }

  /**
   * Looks whether the doors could be opened as the configuration says: where the ports listen,
   * certificates, keys. Resolves names and reads files.
   *
   * @throws ConfigException with what is wrong
   */
  public static void checkDoors(Config config, Clock clock) {
    checkBindings(config);
    TlsFiles.open(config.doors(), clock);
    Gates.ofService(config, config.reachesAmazon(), clock);
  }

  private static void checkBindings(Config config) {
    String keyFile = config.doors().keyFile();
    var bindings = new ArrayList<Binding>();
    bindings.add(new Binding("intake.address", config.intake().address(), KEY_FILE, keyFile));
    bindings.add(
        new Binding("management.address", config.management().address(), KEY_FILE, keyFile));
    if (config.target().isEmbedded()) {
      var embedded =
          new Binding(
              "campaignService.address",
              config.campaignService().address(),
              "campaignService.keyFile",
              config.campaignService().keyFile());
      bindings.add(embedded);
      // Its only client, this process, has no client certificate, so it asks for none.
      if (config.doors().tlsClientCertificates().equals("required") && !embedded.isLoopback()) {
        throw new ConfigException(
            List.of(
                "campaignService.address: "
                    + embedded.address()
                    + " (expected: a loopback address while client certificates are required; a"
                    + " campaign-service of its own may listen anywhere)"));
      }
    }
    Binding.check(config.doors(), bindings);
  }

  // --- parts

  private <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    return part;
  }

  private EventLoopGroup loops(String name, int threads) {
    var loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    own(() -> loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000));
    return loops;
  }

  private ScheduledExecutorService housekeeping() {
    var executor =
        Executors.newSingleThreadScheduledExecutor(
            new DefaultThreadFactory("dialspool-housekeeping", true));
    own(executor::shutdownNow);
    return executor;
  }

  private ThreadPoolExecutor lookUps() {
    var executor =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LOOK_UPS_WAITING_MAX),
            new DefaultThreadFactory("dialspool-look-up", true));
    own(
        () -> {
          executor.shutdown();
          executor.awaitTermination(5, TimeUnit.SECONDS);
        });
    return executor;
  }

  /** The embedded service, started; null if the default target is another. */
  private Targets.@Nullable Embedded embedded(Entrance entrance, TlsFiles tls, Clock clock) {
    if (!config.target().isEmbedded()) {
      return null;
    }
    var service = own(CampaignService.start(config.campaignService(), entrance, clock));
    return new Targets.Embedded(URI.create(service.url()), tls.ownClient());
  }

  // --- threads

  private void startThreads(StoreWorker worker, Clock clock) {
    var storeThread =
        new DutyThread(
            "dialspool-store",
            new DutyThread.Duty() {
              @Override
              public int runOnce() {
                return worker.runOnce();
              }

              @Override
              public long idleNs() {
                return Long.MAX_VALUE;
              }
            },
            this::halt);
    var dispatchThread =
        new DutyThread(
            "dialspool-dispatch",
            new DutyThread.Duty() {
              @Override
              public int runOnce() {
                return dispatcher.runOnce(clock.nanoTime(), clock.epochMs());
              }

              @Override
              public long idleNs() {
                return dispatcher.idleUntilNs() - clock.nanoTime();
              }
            },
            this::halt);
    store = storeThread;
    dispatch = dispatchThread;
    own(storeThread);
    own(dispatchThread);
    own(this::drain);
    storeThread.start();
    dispatchThread.start();
  }

  private void startIndex(TokenIndex index, Clock clock) {
    var thread =
        own(
            new DutyThread(
                "dialspool-index",
                new DutyThread.Duty() {
                  @Override
                  public int runOnce() {
                    return index.runOnce();
                  }

                  @Override
                  public long idleNs() {
                    return Long.MAX_VALUE;
                  }
                },
                this::halt));
    index.runBeside(
        thread::wake,
        () -> {
          if (failure.get() != null) {
            throw new StoreException("the token index has stopped");
          }
          LockSupport.parkNanos(INDEX_WAIT_NS);
        },
        new PartTime(clock));
    thread.start();
  }

  private void wakeDispatch() {
    DutyThread thread = dispatch;
    if (thread != null) {
      thread.wake();
    }
  }

  private void wakeStore() {
    DutyThread thread = store;
    if (thread != null) {
      thread.wake();
    }
  }

  private Webhooks openWebhooks(Spool spool, Feeds feeds, Clock clock) {
    return Webhooks.open(
        config,
        feeds,
        new Bookmarks(spool),
        spool.restored().stream().map(lane -> lane.lane().campaign()).toList(),
        name -> new Meters.Webhook(metrics, name),
        clock,
        this::halt);
  }

  private void storeReplied(StoreReply reply) {
    Webhooks hooks = webhooks;
    if (hooks != null && reply instanceof StoreReply.Settled settled) {
      hooks.ended(settled.settlements());
    }
    dispatcher.onStoreReply(reply);
  }

  // --- the disk

  // A failure on this thread would else end the task without a word.
  private void lookAfter(RocksStore store) {
    try {
      store.keepPrivate();
      store.sealLog();
      store.scrub(SCRUBBED_BYTES);
    } catch (RuntimeException e) {
      halt(e);
    }
  }

  // --- how it is

  /**
   * A promise of ours is broken: nothing more is taken in, and the process ends; the restart
   * replays.
   */
  private void halt(Throwable cause) {
    if (failure.compareAndSet(null, cause)) {
      LOG.error("halted: {}", cause.getMessage(), cause);
      halted.complete(cause);
    }
  }

  private @Nullable ApiError overload(DiskWatch disk, PatientStore store) {
    if (failure.get() != null) {
      return ApiError.unavailable("The spool has stopped; it must be started again.", 10);
    }
    if (draining) {
      return ApiError.unavailable("Shutting down.", 1);
    }
    if (store.isWaiting()) {
      return ApiError.throttled("The disk of the spool is full.", 10);
    }
    if (disk.isFull()) {
      return ApiError.throttled("The disk of the spool is almost full.", 10);
    }
    if (dispatcher.unsettled() >= config.intake().backlogMax()) {
      return ApiError.throttled("The backlog has reached its bound.", 10);
    }
    return null;
  }

  private Health live() {
    Throwable cause = failure.get();
    return cause == null ? Health.OK : new Health(false, "halted: " + cause.getMessage());
  }

  private Health ready(DiskWatch disk, PatientStore store) {
    ApiError error = overload(disk, store);
    return error == null ? live() : new Health(false, error.message());
  }

  // --- leaving

  private void shutDown(Disruptor<DialSlot> ring) {
    if (failure.get() == null) {
      try {
        ring.shutdown(DRAIN_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (com.lmax.disruptor.TimeoutException e) {
        LOG.warn("the ring did not empty in time");
      }
    }
    ring.halt();
  }

  /** Finishes the calls in flight and syncs their ends. */
  private void drain() {
    dispatcher.later((nowNs, nowMs) -> dispatcher.stopSending());
    long untilNs = Clock.SYSTEM.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MS);
    while (failure.get() == null && Clock.SYSTEM.nanoTime() < untilNs) {
      var quiet = new CompletableFuture<Boolean>();
      dispatcher.later((nowNs, nowMs) -> quiet.complete(dispatcher.isQuiet()));
      try {
        if (quiet.get(DRAIN_MS, TimeUnit.MILLISECONDS)) {
          return;
        }
        LockSupport.parkNanos(5_000_000);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        LOG.warn("leaving before every call was answered; its requests count as maybe sent");
        return;
      }
    }
  }

  /** Stops intake, finishes the calls in flight, syncs, and leaves. */
  @Override
  public void close() {
    draining = true;
    PatientStore waiting = patience;
    if (waiting != null) {
      waiting.giveUp(); // else a thread that waits for room would never end
    }
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("could not be closed: {}", e.toString());
      }
    }
  }
}
