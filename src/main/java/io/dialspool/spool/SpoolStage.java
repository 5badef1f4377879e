package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Traceparent;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Verdict;
import io.dialspool.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes it durable: what one group gathered is one atomic write and one sync. An exception from
 * here means that the store failed; nothing of the group was acknowledged, and the service halts.
 */
public final class SpoolStage implements Stage {
  /** Told after each sync, on the ring's thread. */
  public interface CommitMeter {
    void committed(int requests, long syncNs);
  }

  private static final byte[] NOTHING = {};

  private final Spool spool;
  private final CommitGroup group;
  private final Clock clock;
  private final CommitMeter meter;
  private final DedupeStage dedupe;

  public SpoolStage(Spool spool, Clock clock, CommitMeter meter) {
    this.spool = spool;
    this.group = new CommitGroup(spool.store());
    this.clock = clock;
    this.meter = meter;
    this.dedupe = new DedupeStage(spool, group);
  }

  /** The stage before this one; both fill the same group. */
  public DedupeStage dedupe() {
    return dedupe;
  }

  @Override
  public void on(DialSlot slot) {
    if (slot.isEmpty() || slot.isRecall()) {
      return;
    }
    if (slot.redrive() instanceof RedriveChunk chunk) {
      append(slot.campaign(), chunk, slot.receivedAtMs());
      return;
    }
    DialItems items = slot.items();
    LaneInfo lane = null;
    for (int i = 0; i < items.count(); i++) {
      if (items.verdict(i) == Verdict.FINE) {
        if (lane == null) {
          lane = spool.lane(slot.campaign());
          if (lane == null) {
            throw new IllegalStateException("dedupe has not seen this slot");
          }
          group.touched.add(lane);
        }
        append(lane, items, i, slot.receivedAtMs(), slot.trace());
      }
    }
  }

  private void append(
      LaneInfo lane, DialItems items, int i, long acceptedAtMs, @Nullable Traceparent trace) {
    PageBuilder page = lane.page;
    if (page.isEmpty()) {
      page.first = items.sequence(i);
      page.firstAcceptedAtMs = acceptedAtMs;
    }
    page.add(items, i, acceptedAtMs);
    if (trace != null) {
      page.belongsTo(trace);
    }
    group.items++;
    if (page.isFull()) {
      writePage(lane);
    }
  }

  private void append(CampaignId campaign, RedriveChunk chunk, long acceptedAtMs) {
    LaneInfo lane = spool.lane(campaign);
    List<RedriveChunk.Taken> taken = chunk.taken();
    if (lane == null || taken.isEmpty()) {
      return;
    }
    if (!lane.page.isEmpty()) {
      writePage(lane); // its sequences come before
    }
    group.items += taken.size();
    int[] buckets = new int[taken.size()];
    Arrays.fill(buckets, DeadlineBucket.of(chunk.deadlineMs()));
    byte[] page = RedrivenPage.of(taken, chunk.deadlineMs(), acceptedAtMs);
    write(lane, taken.get(0).sequence(), taken.size(), acceptedAtMs, page, page.length, buckets);
  }

  private void writePage(LaneInfo lane) {
    PageBuilder builder = lane.page;
    byte[] page = builder.finish();
    write(
        lane,
        builder.first,
        builder.count(),
        builder.firstAcceptedAtMs,
        page,
        builder.length(),
        builder.sortedBuckets());
    builder.clear();
  }

  private void write(
      LaneInfo lane,
      long first,
      int count,
      long acceptedAtMs,
      byte[] page,
      int pageBytes,
      int[] buckets) {
    group.batch.put(Keys.PAGES, Keys.page(lane.number(), first), page, pageBytes);
    group.batch.add(Keys.COUNTERS, Keys.stateCounter(lane.number(), 0), count);
    int distinct = 1;
    for (int i = 1; i < count; i++) {
      distinct += buckets[i] == buckets[i - 1] ? 0 : 1;
    }
    int[] counted = new int[2 * distinct];
    int at = 0;
    for (int from = 0; from < count; ) {
      int to = from + 1;
      while (to < count && buckets[to] == buckets[from]) {
        to++;
      }
      group.batch.put(Keys.DEADLINES, Keys.deadline(lane.number(), buckets[from], first), NOTHING);
      group.batch.add(Keys.COUNTERS, Keys.bucketCounter(lane.number(), buckets[from]), to - from);
      counted[at++] = buckets[from];
      counted[at++] = to - from;
      from = to;
    }
    group.appended.add(
        new AppendedPage(
            lane,
            first,
            count,
            acceptedAtMs,
            counted,
            lane.takesPages() ? Arrays.copyOf(page, pageBytes) : null));
  }

  @Override
  public void endOfGroup(List<DialSlot> slots) {
    for (LaneInfo lane : group.touched) {
      if (!lane.page.isEmpty()) {
        writePage(lane);
      }
    }
    if (group.tokens.size() > 0) {
      spool.index().log(group.tokens, group.batch);
    }
    if (group.batch.size() > 0) {
      long beganNs = clock.nanoTime();
      spool.store().write(group.batch, true);
      meter.committed(group.items, clock.nanoTime() - beganNs);
    }
    if (group.tokens.size() > 0) {
      spool.index().add(group.tokens);
    }
    spool.letTokensGo();
  }

  /**
   * Pages that the group wrote, for the stage that hands them to their lanes; then the group is
   * empty.
   */
  public List<AppendedPage> takeAppended() {
    List<AppendedPage> pages = List.copyOf(group.appended);
    group.clear();
    return pages;
  }
}
