package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The settles of one synced write: gathered by page, so that a page gets one part and a counter one
 * operand however many calls they came from. Knows what is settled in every page that settling has
 * begun on, and which pages it need not look up: those above all that had any outcome at the start.
 * Store thread only.
 */
final class SettleGroup {
  private static final int PAGES_REMEMBERED_MAX = 50_000;
  private static final int INDEX_MAX = 0xffff;

  private record PageKey(int lane, long first) {}

  private record Counter(int lane, boolean isBucket, int code) {}

  private static final class LanePages {
    final SettledRanges ranges;

    /** No page beyond has outcomes on disk, but those in {@link #begun}. */
    long looksThrough;

    LanePages(SettledRanges ranges, long looksThrough) {
      this.ranges = ranges;
      this.looksThrough = looksThrough;
    }
  }

  private static final class Begun {
    final PageKey page;

    /** By index, what is settled. */
    final BitSet settled;

    final List<Settlement> pending = new ArrayList<>();

    Begun(PageKey page, BitSet settled) {
      this.page = page;
      this.settled = settled;
    }
  }

  private final OrderedStore store;
  private final OrderedStore.Batch batch;
  private final OutcomeIndex outcomes;
  private final Map<Integer, LanePages> lanes = new HashMap<>();
  private final Map<PageKey, Begun> begun = new HashMap<>();

  private final List<Begun> pending = new ArrayList<>();
  private final Map<Counter, Long> counters = new HashMap<>();
  private final Set<Integer> moved = new LinkedHashSet<>(); // lanes whose ranges grew

  SettleGroup(OrderedStore store, OrderedStore.Batch batch) {
    this.store = store;
    this.batch = batch;
    this.outcomes = new OutcomeIndex(store, batch);
  }

  /**
   * Takes in the settles that one turn of dispatch decided.
   *
   * @throws IllegalStateException if one of them has ended before
   */
  void add(List<Settlement> settlements) {
    Begun page = null;
    int size = settlements.size();
    for (int i = 0; i < size; i++) {
      Settlement one = settlements.get(i);
      StoredRequest request = one.request();
      int lane = request.lane().number();
      if (page == null || page.page.first != request.pageFirst() || page.page.lane != lane) {
        page = begun(lane, request.pageFirst());
      }
      if (page.settled.get(request.index())) {
        throw new IllegalStateException(
            "ds-" + lane + "-" + request.sequence() + " would be settled twice");
      }
      page.settled.set(request.index());
      if (page.pending.isEmpty()) {
        pending.add(page);
      }
      page.pending.add(one);
    }
    count(settlements);
  }

  // Requests that were accepted together and leave together mostly share lane, bucket and end.
  private void count(List<Settlement> settlements) {
    Settlement of = settlements.get(0);
    long run = 0;
    for (Settlement one : settlements) {
      if (one.state() != of.state()
          || one.request().lane() != of.request().lane()
          || DeadlineBucket.of(one.request().deadlineMs())
              != DeadlineBucket.of(of.request().deadlineMs())) {
        count(of, run);
        of = one;
        run = 0;
      }
      run++;
    }
    count(of, run);
  }

  private void count(Settlement of, long run) {
    int lane = of.request().lane().number();
    counters.merge(new Counter(lane, false, of.state().code()), run, Long::sum);
    counters.merge(
        new Counter(lane, true, DeadlineBucket.of(of.request().deadlineMs())), -run, Long::sum);
  }

  private Begun begun(int lane, long first) {
    var page = new PageKey(lane, first);
    Begun known = begun.get(page);
    if (known == null) {
      known = new Begun(page, settledOnDisk(lane, first));
      begun.put(page, known);
    }
    return known;
  }

  /** Puts all that was taken in into the batch. */
  void write() {
    for (Begun page : pending) {
      writePart(page);
    }
    pending.clear();
    counters.forEach(
        (counter, change) ->
            batch.add(
                Keys.COUNTERS,
                counter.isBucket
                    ? Keys.bucketCounter(counter.lane, counter.code)
                    : Keys.stateCounter(counter.lane, counter.code),
                change));
    counters.clear();
    for (int lane : moved) {
      batch.put(Keys.CURSORS, Keys.lane(lane), ranges(lane).encode());
    }
    moved.clear();
    outcomes.endOfBatch();
    if (begun.size() > PAGES_REMEMBERED_MAX) {
      forget();
    }
  }

  private void writePart(Begun page) {
    Settlement first = page.pending.get(0);
    batch.put(
        Keys.SETTLED,
        Keys.settled(page.page.lane, page.page.first, first.request().index()),
        SettledPart.encode(page.pending));
    outcomes.add(page.page.lane, page.page.first, page.pending);
    page.pending.clear();
    int count = first.request().pageCount();
    if (page.settled.cardinality() == count) {
      begun.remove(page.page);
      ranges(page.page.lane).add(page.page.first, count);
      moved.add(page.page.lane);
    }
  }

  // From now on what was known is read anew from the store when needed.
  private void forget() {
    for (PageKey page : begun.keySet()) {
      LanePages lane = lane(page.lane);
      lane.looksThrough = Math.max(lane.looksThrough, page.first);
    }
    begun.clear();
  }

  /** What of a page has ended, by index; for looking only. Write first. */
  BitSet settled(int lane, long first) {
    Begun known = begun.get(new PageKey(lane, first));
    return known == null ? settledOnDisk(lane, first) : known.settled;
  }

  private BitSet settledOnDisk(int lane, long first) {
    var settled = new BitSet();
    LanePages pages = lane(lane);
    if (pages.ranges.skip(first) > first) {
      settled.set(0, INDEX_MAX + 1);
    } else if (first <= pages.looksThrough) {
      SettledPart.ofPage(store, lane, first).keySet().forEach(settled::set);
    }
    return settled;
  }

  /** Which sequences of a lane are settled, as whole pages. */
  SettledRanges ranges(int lane) {
    return lane(lane).ranges;
  }

  private LanePages lane(int lane) {
    LanePages known = lanes.get(lane);
    if (known == null) {
      byte[] cursor = store.get(Keys.CURSORS, Keys.lane(lane));
      OrderedStore.Entry last =
          store.floor(
              Keys.SETTLED, Keys.page(lane, 0), Keys.settled(lane, Long.MAX_VALUE, INDEX_MAX));
      known =
          new LanePages(
              cursor == null ? new SettledRanges() : SettledRanges.decode(cursor),
              last == null ? Long.MIN_VALUE : ByteBuffer.wrap(last.key()).getLong(4));
      lanes.put(lane, known);
    }
    return known;
  }
}
