package io.dialspool.intake;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import io.dialspool.audit.AuditEntry;
import io.dialspool.config.IntakeConfig;
import io.dialspool.http.ApiError;
import io.dialspool.http.Entrance;
import io.dialspool.http.HandChannel;
import io.dialspool.http.HandLoop;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the data port and what is behind it, all on one thread and without a socket:
 * the real pipeline, the real ring and a spool of a few lines. Nothing moves but by a call.
 */
final class HandDoor implements Backstage, IntakeMeters, Clock {
  static final long NOW_MS = DoorFixture.NOW_MS;

  /** The smallest bounds that there can be, so that few bytes reach them. */
  static final IntakeConfig CONFIG =
      new IntakeConfig("127.0.0.1", 0, 1, 64, 1, 60_000, 2048, 1024, 4096, 1_000_000, false);

  private static final NumberRule NUMBERS = NumberRule.load(false);

  // Slots keep their arrays, so one ring serves all.
  private static final RingBuffer<DialSlot> RING =
      RingBuffer.createMultiProducer(DialSlot::new, CONFIG.ringSize());
  private static final EventPoller<DialSlot> CONSUMER = RING.newPoller();

  static {
    RING.addGatingSequences(CONSUMER.getSequence());
  }

  final HandLoop loop = new HandLoop();
  final HandChannel channel = new HandChannel();
  final Intake intake = Intake.unbound(CONFIG, RING, this, this, this);
  private final ValidateStage validate = new ValidateStage(NUMBERS);
  private final AcknowledgeStage acknowledge = new AcknowledgeStage();
  private final Map<String, Long> sequences = new HashMap<>();
  private final Queue<Runnable> later = new ArrayDeque<>();

  boolean admitsNever;
  boolean admitsLater;
  Admission admission = new Admission.Admitted();
  @Nullable ApiError overload;
  RawAnswer targetAnswer = new RawAnswer.Unanswered("not scripted");

  void open(Entrance entrance) {
    consume(Integer.MAX_VALUE);
    intake.fit(channel.pipeline(), entrance);
    loop.register(channel);
    channel.read();
  }

  /** The ring has no place left. */
  void fillRing() {
    while (RING.hasAvailableCapacity(1)) {
      RING.publish(RING.next());
    }
  }

  /** The spool takes up to so many slots, in one group; false if there was nothing. */
  boolean consume(int slotsMax) {
    int[] slots = {0};
    var group = new ArrayList<DialSlot>();
    try {
      CONSUMER.poll(
          (slot, sequence, endOfBatch) -> {
            spool(slot);
            group.add(slot);
            return ++slots[0] < slotsMax;
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    acknowledge.endOfGroup(group);
    group.forEach(DialSlot::clear);
    return slots[0] > 0;
  }

  /** What was put off is answered; false if there was nothing. */
  boolean answerLater() {
    Runnable next = later.poll();
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }

  private void spool(DialSlot slot) {
    validate.on(slot);
    if (slot.isRecall()) {
      slot.recallReply()
          .accept(
              sequences.containsKey(slot.items().token(0))
                  ? new RecallAnswer.Cancelled()
                  : new RecallAnswer.Unknown());
      return;
    }
    slot.lane(7);
    DialItems items = slot.items();
    for (int i = 0; i < items.count(); i++) {
      if (items.verdict(i) == Verdict.FINE) {
        String token = items.token(i);
        Long first = sequences.get(token);
        if (first != null) {
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
    Runnable answer = () -> then.accept(admission);
    if (admitsNever) {
      return;
    }
    if (admitsLater) {
      later.add(answer);
    } else {
      answer.run();
    }
  }

  @Override
  public void forward(RawCall call, Consumer<RawAnswer> then) {
    later.add(() -> then.accept(targetAnswer));
  }

  @Override
  public void campaignChanged(CampaignId campaign, CampaignState state, Runnable whenApplied) {
    later.add(whenApplied);
  }

  @Override
  public void campaignDeleted(CampaignId campaign, Runnable whenApplied) {
    later.add(whenApplied);
  }

  @Override
  public void status(
      CampaignId campaign, ClientToken token, Consumer<Optional<RequestStatus>> then) {
    later.add(() -> then.accept(Optional.empty()));
  }

  @Override
  public void status(CampaignId campaign, RequestId id, Consumer<Optional<RequestStatus>> then) {
    later.add(() -> then.accept(Optional.empty()));
  }

  @Override
  public void outcomes(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then) {
    later.add(
        () ->
            then.accept(
                new OutcomePage(OutcomePage.Found.READ, List.of(), 1, query.after(), true)));
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
    later.add(() -> reply.done(new RedriveReport(0, 0, 0, 0, null, null)));
  }

  @Override
  public boolean isRecallPlace(String after) {
    return after.isEmpty() || after.equals("1-2");
  }

  @Override
  public void recall(CampaignId campaign, RecallOrder order, RecallReply reply) {
    later.add(() -> reply.done(new RecallReport(0, 0, 0, Map.of(), 0, null, null)));
  }

  @Override
  public void audit(AuditEntry entry, Runnable then) {
    later.add(then);
  }

  @Override
  public void campaignReport(CampaignId campaign, Consumer<Optional<CampaignReport>> then) {
    later.add(() -> then.accept(Optional.empty()));
  }

  @Override
  public void campaignReports(Consumer<List<CampaignReport>> then) {
    later.add(() -> then.accept(List.of()));
  }

  @Override
  public void spoolReport(Consumer<SpoolReport> then) {
    later.add(() -> then.accept(SpoolReport.of(Counts.NONE, List.of())));
  }

  @Override
  public long nanoTime() {
    return loop.nowNs();
  }

  @Override
  public long epochMs() {
    return NOW_MS;
  }

  @Override
  public void accepted(int items) {}

  @Override
  public void duplicates(int items) {}

  @Override
  public void refused(String reason, int count) {}

  @Override
  public void ringFree(IntSupplier slots) {}
}
