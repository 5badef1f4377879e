package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Verdict;
import io.dialspool.store.OrderedStore;
import io.dialspool.target.TargetIdentity;
import io.dialspool.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The spool's two stages over a store, and what they found about each item. */
public final class Spooling {
  public static final TargetIdentity TARGET = new TargetIdentity("embedded", "", "", "");
  private static final Clock STILL =
      new Clock() {
        @Override
        public long nanoTime() {
          return 0;
        }

        @Override
        public long epochMs() {
          return 0;
        }
      };

  public record Found(Verdict verdict, long sequence, RequestState state, @Nullable Fault fault) {}

  public final Spool spool;
  public final SpoolStage stage;
  public final List<AppendedPage> appended = new ArrayList<>();
  public final List<Integer> commits = new ArrayList<>();

  public Spooling(OrderedStore store) {
    this(store, TARGET);
  }

  public Spooling(OrderedStore store, TargetIdentity target) {
    this(store, campaign -> target);
  }

  public Spooling(OrderedStore store, Route route) {
    this(Spool.open(store, route, 1));
  }

  Spooling(Spool spool) {
    this.spool = spool;
    stage = new SpoolStage(spool, STILL, (requests, syncNs) -> commits.add(requests));
  }

  /** Some bodies in one group; what was found, body after body. */
  public List<List<Found>> group(List<DialSlot> slots) {
    List<Stage> stages = List.of(stage.dedupe(), stage);
    for (DialSlot slot : slots) {
      stages.forEach(one -> one.on(slot));
    }
    stages.forEach(one -> one.endOfGroup(slots));
    appended.addAll(stage.takeAppended());
    while (spool.index().runOnce() > 0) {
      // until all tokens are in the store
    }
    var all = new ArrayList<List<Found>>();
    for (DialSlot slot : slots) {
      var found = new ArrayList<Found>();
      for (int i = 0; i < slot.items().count(); i++) {
        found.add(
            new Found(
                slot.items().verdict(i),
                slot.items().sequence(i),
                slot.items().state(i),
                slot.items().fault(i)));
      }
      all.add(found);
    }
    return all;
  }

  /** One body in a group of its own. */
  public List<Found> take(CampaignId campaign, Lead... leads) {
    return group(List.of(Lead.slot(campaign, List.of(leads), 1_000))).get(0);
  }

  /** One new request; returns its lane. */
  public LaneInfo accept(CampaignId campaign, String token) {
    take(campaign, Lead.of(token, 3_600_000));
    return Objects.requireNonNull(spool.lane(campaign));
  }

  /** Every request so far ends. */
  public void endAll() {
    StoreWorker worker = worker(reply -> {});
    worker.offer(
        new StoreCommand.Settle(
            requests().stream()
                .map(
                    request ->
                        new Settlement(request, RequestState.CANCELLED, Reason.NONE, 0, 0, 6, null))
                .toList()));
    worker.runOnce();
  }

  /** {@code count} leads {@code prefix-1}, {@code prefix-2}, … in one group. */
  public void fill(CampaignId campaign, String prefix, int count, long deadlineMs) {
    var slots = new ArrayList<DialSlot>();
    for (int from = 1; from <= count; from += 25) {
      var leads = new ArrayList<Lead>();
      for (int i = from; i < from + 25 && i <= count; i++) {
        leads.add(Lead.of(prefix + "-" + i, deadlineMs));
      }
      slots.add(Lead.slot(campaign, leads, 1_000));
    }
    group(slots);
  }

  /** Accepts the campaign's first dead letters anew; how many that were. */
  public int redrive(CampaignId campaign, long nowMs, long deadlineMs) {
    var order =
        new RedriveOrder(
            null, null, Long.MIN_VALUE, Long.MAX_VALUE, List.of(), true, deadlineMs, false, "");
    var look = new DeadLetters(spool, new OutcomeFeed(spool)).look(campaign, order, "");
    var chunk = new RedriveChunk(look.candidates(), deadlineMs, done -> {});
    var slot = new DialSlot();
    slot.redrive(campaign, chunk, nowMs);
    group(List.of(slot));
    return chunk.redriven().size();
  }

  /** All requests of the pages so far. */
  public List<StoredRequest> requests() {
    var all = new ArrayList<StoredRequest>();
    for (AppendedPage page : appended) {
      byte[] key = Keys.page(page.lane().number(), page.first());
      all.addAll(
          Page.read(
              page.lane(),
              page.first(),
              Objects.requireNonNull(spool.store().get(Keys.PAGES, key))));
    }
    return all;
  }

  public StoreWorker worker(Consumer<StoreReply> replies) {
    return new StoreWorker(spool, replies);
  }
}
