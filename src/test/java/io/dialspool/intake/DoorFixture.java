package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.TimeoutException;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import io.dialspool.audit.AuditEntry;
import io.dialspool.config.IntakeConfig;
import io.dialspool.http.ApiError;
import io.dialspool.http.Entrance;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.WebhookReport;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.time.Clock;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The door on a real port, with a spool of a few lines behind the ring and a scripted backstage.
 */
final class DoorFixture implements AutoCloseable, Backstage, IntakeMeters, Clock {
  static final long NOW_MS = 1_763_683_200_000L;
  static final String DEADLINE = "2025-11-21T02:00:00Z"; // two hours after NOW_MS
  static final IntakeConfig CONFIG =
      new IntakeConfig(
          "127.0.0.1", 0, 1, 64, 100, 30_000, 64 << 10, 4 << 10, 1 << 20, 1_000_000, false);
  private static final NumberRule NUMBERS = NumberRule.load(false);

  final Intake intake;
  final RingBuffer<DialSlot> ring;
  private final Disruptor<DialSlot> disruptor;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  // --- the fake spool, on the ring's thread
  private final ValidateStage validate = new ValidateStage(NUMBERS);
  private final AcknowledgeStage acknowledge = new AcknowledgeStage();
  private final List<DialSlot> group = new ArrayList<>();
  private final Map<String, Long> sequences = new HashMap<>();
  private volatile @Nullable CountDownLatch gate;
  private final Semaphore stalled = new Semaphore(0);
  final List<Integer> chunkSizes = new CopyOnWriteArrayList<>();
  final Map<String, String> colliding = new ConcurrentHashMap<>();
  volatile RecallAnswer recallAnswer = new RecallAnswer.Unknown();
  final List<String> recalled = new CopyOnWriteArrayList<>();

  /** Of each slot of requests, in words. */
  final List<String> traces = new CopyOnWriteArrayList<>();

  // --- the scripted backstage
  volatile @Nullable ApiError overload;
  volatile @Nullable ApiError refusal;
  volatile @Nullable Consumer<Runnable> admitting;
  volatile Optional<RequestStatus> status = Optional.empty();
  final Queue<OutcomePage> outcomes = new ConcurrentLinkedQueue<>();
  final List<OutcomeQuery> queries = new CopyOnWriteArrayList<>();
  final List<RedriveOrder> redrives = new CopyOnWriteArrayList<>();
  volatile RedriveReport redriveReport = new RedriveReport(0, 0, 0, 0, null, null);
  volatile @Nullable ApiError redriveError;
  final List<RecallOrder> recalls = new CopyOnWriteArrayList<>();
  volatile RecallReport recallReport = new RecallReport(0, 0, 0, Map.of(), 0, null, null);
  volatile @Nullable ApiError recallError;

  /** What was written down before it was answered. */
  final List<String> audited = new CopyOnWriteArrayList<>();

  volatile Optional<CampaignReport> report = Optional.empty();
  volatile List<CampaignReport> reports = List.of();
  volatile @Nullable SpoolReport spoolReport;
  volatile RawAnswer targetAnswer = new RawAnswer.Unanswered("not scripted");
  final List<RawCall> forwarded = new CopyOnWriteArrayList<>();
  final List<String> changes = new CopyOnWriteArrayList<>();
  volatile Consumer<Runnable> applying = Runnable::run;

  // --- the clock and the meters
  final AtomicLong nowNs = new AtomicLong();
  volatile long nsPerLook;
  final Map<String, AtomicInteger> counted = new ConcurrentHashMap<>();

  DoorFixture() {
    this(CONFIG);
  }

  DoorFixture(IntakeConfig config) {
    this(config, Entrance.OPEN);
  }

  DoorFixture(IntakeConfig config, Entrance entrance) {
    disruptor =
        new Disruptor<>(
            DialSlot::new,
            config.ringSize(),
            DaemonThreadFactory.INSTANCE,
            ProducerType.MULTI,
            new BlockingWaitStrategy());
    disruptor.handleEventsWith((slot, sequence, endOfBatch) -> consume(slot, endOfBatch));
    ring = disruptor.start();
    intake = Intake.start(config, entrance, loops, ring, this, this, this);
  }

  RawClient client() {
    return new RawClient(intake.url());
  }

  static String item(String token) {
    return "{\"clientToken\":\""
        + token
        + "\",\"phoneNumber\":\"+12065550100\",\"expirationTime\":\""
        + DEADLINE
        + "\",\"attributes\":{\"name\":\"Ann\"}}";
  }

  static String batch(String... tokens) {
    var items = new ArrayList<String>();
    for (String token : tokens) {
      items.add(item(token));
    }
    return "{\"dialRequests\":[" + String.join(",", items) + "]}";
  }

  /** Until the ring's consumer stands still at a slot. */
  void awaitStalled() throws InterruptedException {
    assertTrue(stalled.tryAcquire(10, TimeUnit.SECONDS));
  }

  /** The ring's consumer stops at its next slot, until the latch is counted down. */
  CountDownLatch stall() {
    var latch = new CountDownLatch(1);
    gate = latch;
    return latch;
  }

  /** Fills the ring with empty slots behind a stalled consumer. */
  CountDownLatch stallWithFullRing() {
    CountDownLatch latch = stall();
    fillRing();
    return latch;
  }

  void fillRing() {
    while (ring.hasAvailableCapacity(1)) {
      ring.publish(ring.next());
    }
  }

  int counted(String what) {
    return counted.getOrDefault(what, new AtomicInteger()).get();
  }

  private void consume(DialSlot slot, boolean endOfBatch) throws InterruptedException {
    CountDownLatch latch = gate;
    if (latch != null && latch.getCount() > 0) {
      stalled.release();
    }
    if (latch != null && !latch.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the test never let the ring go on");
    }
    validate.on(slot);
    group.add(slot);
    if (slot.isRecall()) {
      recalled.add(slot.campaign() + "/" + slot.items().token(0));
      slot.recallReply().accept(recallAnswer);
    } else if (!slot.isEmpty()) {
      traces.add(String.valueOf(slot.trace()));
      spool(slot);
    }
    if (endOfBatch) {
      acknowledge.endOfGroup(group);
      group.forEach(DialSlot::clear);
      group.clear();
    }
  }

  private void spool(DialSlot slot) {
    slot.lane(7);
    DialItems items = slot.items();
    chunkSizes.add(items.count());
    for (int i = 0; i < items.count(); i++) {
      if (items.verdict(i) == Verdict.FINE) {
        String token = items.token(i);
        Long first = sequences.get(token);
        if (colliding.containsKey(token)) {
          items.collides(i);
        } else if (first != null) {
          items.duplicateOf(i, first, RequestState.SUBMITTED);
        } else {
          sequences.put(token, sequences.size() + 1L);
          items.spooledAs(i, sequences.size());
        }
      }
    }
  }

  @Override
  public @Nullable ApiError overload() {
    return overload;
  }

  @Override
  public void admit(CampaignId campaign, Consumer<Admission> then) {
    ApiError error = refusal;
    Admission admission = error == null ? new Admission.Admitted() : new Admission.Refused(error);
    Consumer<Runnable> later = admitting;
    if (later == null) {
      then.accept(admission);
    } else {
      later.accept(() -> then.accept(admission));
    }
  }

  @Override
  public void forward(RawCall call, Consumer<RawAnswer> then) {
    forwarded.add(call);
    then.accept(targetAnswer);
  }

  @Override
  public void campaignChanged(CampaignId campaign, CampaignState state, Runnable whenApplied) {
    changes.add(campaign + " " + state);
    applying.accept(whenApplied);
  }

  @Override
  public void campaignDeleted(CampaignId campaign, Runnable whenApplied) {
    changes.add(campaign + " deleted");
    applying.accept(whenApplied);
  }

  @Override
  public void status(
      CampaignId campaign, ClientToken token, Consumer<Optional<RequestStatus>> then) {
    then.accept(status);
  }

  @Override
  public void status(CampaignId campaign, RequestId id, Consumer<Optional<RequestStatus>> then) {
    then.accept(status.filter(found -> found.id().equals(id)));
  }

  @Override
  public void outcomes(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then) {
    queries.add(query);
    OutcomePage page = outcomes.poll();
    then.accept(
        page == null
            ? new OutcomePage(OutcomePage.Found.READ, List.of(), 1, query.after(), true)
            : page);
  }

  @Override
  public boolean isRedrivePlace(String after) {
    return after.isEmpty() || after.equals("1-2-3");
  }

  @Override
  public void webhooks(Consumer<List<WebhookReport>> then) {
    then.accept(List.of());
  }

  @Override
  public void deadDeliveries(String webhook, Consumer<Optional<List<DeadDelivery>>> then) {
    then.accept(Optional.empty());
  }

  @Override
  public void redeliver(
      String webhook, @Nullable CampaignId campaign, Consumer<OptionalLong> then) {
    then.accept(OptionalLong.empty());
  }

  @Override
  public void redrive(CampaignId campaign, RedriveOrder order, RedriveReply reply) {
    redrives.add(order);
    ApiError error = redriveError;
    if (error != null) {
      reply.refused(error);
    } else {
      reply.done(redriveReport);
    }
  }

  @Override
  public boolean isRecallPlace(String after) {
    return after.isEmpty() || after.equals("1-2");
  }

  @Override
  public void recall(CampaignId campaign, RecallOrder order, RecallReply reply) {
    recalls.add(order);
    ApiError error = recallError;
    if (error == null) {
      reply.done(recallReport);
    } else {
      reply.refused(error);
    }
  }

  @Override
  public void audit(AuditEntry entry, Runnable then) {
    audited.add(
        entry.who()
            + " "
            + entry.from()
            + " "
            + entry.action()
            + " "
            + entry.campaign()
            + " "
            + entry.details());
    then.run();
  }

  @Override
  public void campaignReport(CampaignId campaign, Consumer<Optional<CampaignReport>> then) {
    then.accept(report);
  }

  @Override
  public void campaignReports(Consumer<List<CampaignReport>> then) {
    then.accept(reports);
  }

  @Override
  public void spoolReport(Consumer<SpoolReport> then) {
    SpoolReport scripted = spoolReport;
    if (scripted != null) {
      then.accept(scripted);
    }
  }

  @Override
  public long nanoTime() {
    return nowNs.addAndGet(nsPerLook);
  }

  @Override
  public long epochMs() {
    return NOW_MS;
  }

  @Override
  public void accepted(int items) {
    add("accepted", items);
  }

  @Override
  public void duplicates(int items) {
    add("duplicates", items);
  }

  @Override
  public void refused(String reason, int count) {
    add(reason, count);
  }

  @Override
  public void ringFree(IntSupplier slots) {
    add("ringFree", slots.getAsInt());
  }

  private void add(String what, int count) {
    counted.computeIfAbsent(what, its -> new AtomicInteger()).addAndGet(count);
  }

  @Override
  public void close() throws TimeoutException {
    CountDownLatch latch = gate;
    if (latch != null) {
      latch.countDown();
    }
    intake.close();
    disruptor.shutdown(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
