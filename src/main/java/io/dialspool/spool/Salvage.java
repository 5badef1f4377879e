package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.Damage;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import io.dialspool.store.Wreck;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Makes a new spool of what can still be read of a damaged one. Pages and outcomes are copied; what
 * follows from them (tokens, deadlines, cursors, counters) is made anew.
 *
 * <p>Nobody is dialled twice, at the price of delivery: a request whose end may be among what was
 * lost ends {@code UNDELIVERABLE}/{@code IN_DOUBT}, for a person to decide; where the marks were
 * lost, all that waits counts as maybe sent since it was accepted, so that it is repeated only
 * while its token lives at the target. The feed is copied; where some of it is lost all of it is
 * told anew, by page and not by end, behind every cursor that was given. Of a backup it makes
 * another backup. The source isn't changed.
 */
public final class Salvage {
  private static final int PAGES_A_WRITE = 64;
  private static final int LOST_MAX = 10_000;

  private final Wreck wreck;
  private final OrderedStore into;
  private final LongConsumer progress;
  private final Seeds seeds;
  private final Hasher64 fingerprints;
  private final boolean feedLost;
  private final boolean marksLost;
  private final long backupTakenAtMs;
  private final List<SpoolFault> lost = new ArrayList<>();
  private final Set<PageKey> doubtfulPages = new HashSet<>();
  private long lostCount;
  private long entries;

  private record PageKey(int lane, long first) {}

  /**
   * What was saved of one campaign.
   *
   * @param inDoubt of the undeliverable ones, those that this made so
   * @param missing accepted once and not there now; what was let go of long ago is not counted
   */
  public record Saved(
      CampaignId campaign, int lane, long requests, long[] byState, long inDoubt, long missing) {
    public long queued() {
      return byState[RequestState.QUEUED.code()];
    }
  }

  /**
   * @param lost at most the first 10,000
   */
  public record Result(List<Saved> saved, List<SpoolFault> lost, long lostCount) {}

  /**
   * @param into an empty store, opened with {@link Spool#spaces}
   * @param progress told how many entries were copied, now and then
   * @throws StoreException if the source is no spool, or a newer version wrote it
   */
  public Salvage(Wreck wreck, OrderedStore into, LongConsumer progress) {
    this.wreck = wreck;
    this.into = into;
    this.progress = progress;
    byte[] format = wreck.get(Keys.META, Keys.text("format"));
    if (format != null) {
      Spool.checkFormat(format);
    }
    // Of one that doesn't even tell its format nobody knows whether it was a backup.
    this.marksLost = format == null || wreck.isDamaged(Keys.MARKS);
    this.backupTakenAtMs = Backup.takenAtMs(wreck::get);
    this.seeds = Spool.begin(into);
    this.fingerprints = seeds.fingerprintHasher();
    this.feedLost = wreck.isDamaged(Keys.OUTCOMES);
  }

  /**
   * Copies and makes anew.
   *
   * @param nowMs when requests in doubt end; milliseconds since 1970
   */
  public Result run(long nowMs) {
    wreck.damages().stream().map(SpoolFault::of).forEach(this::lose);
    copy(Keys.LANES);
    copy(Keys.PAUSES);
    copyMarks();
    copy(Keys.PAGES);
    copy(Keys.REDRIVEN);
    if (!feedLost) {
      copy(Keys.OUTCOMES);
    }
    List<Damage> unreadOutcomes = copyOutcomes();
    var saved = new ArrayList<Saved>();
    var lanes = new TreeMap<Integer, LaneInfo>();
    into.scan(
        Keys.LANES,
        Keys.lane(0),
        Keys.lane(Integer.MAX_VALUE),
        (key, value) -> {
          int number = ByteBuffer.wrap(key).getInt();
          lanes.put(number, LaneInfo.decode(number, value, 1, seeds));
          return true;
        });
    lanes.forEach((number, lane) -> saved.add(new OneLane(lane, unreadOutcomes, nowMs).rebuild()));
    orphans(lanes);
    if (backupTakenAtMs == 0) {
      Spool.finish(into);
    } else {
      try (OrderedStore.Batch batch = into.newBatch()) {
        Backup.mark(batch, backupTakenAtMs);
        into.write(batch, true);
      }
    }
    return new Result(saved, lost, lostCount);
  }

  private void lose(SpoolFault one) {
    lostCount++;
    if (lost.size() < LOST_MAX) {
      lost.add(one);
    }
  }

  // --- copying

  private List<Damage> copy(Space space) {
    return copy(space, (key, value) -> true);
  }

  private List<Damage> copy(Space space, OrderedStore.Visitor isGood) {
    try (OrderedStore.Batch batch = into.newBatch()) {
      List<Damage> unread =
          wreck.read(
              space,
              (key, value) -> {
                if (isGood.visit(key, value)) {
                  batch.put(space, key, value);
                  if (batch.size() >= PAGES_A_WRITE) {
                    into.write(batch, false);
                    batch.clear();
                  }
                }
                if (++entries % 1_000 == 0) {
                  progress.accept(entries);
                }
                return true;
              });
      into.write(batch, false);
      unread.stream()
          .filter(one -> !wreck.damages().contains(one))
          .map(SpoolFault::of)
          .forEach(this::lose);
      return unread;
    }
  }

  // A mark that is out of date would make a request that was sent look fresh.
  private void copyMarks() {
    if (!marksLost) {
      copy(Keys.MARKS);
    }
  }

  private List<Damage> copyOutcomes() {
    return copy(
        Keys.SETTLED,
        (key, value) -> {
          try {
            SettledPart.decode(value, (index, outcome) -> {});
            return key.length == 14;
          } catch (StoreException e) {
            int lane = SpoolFault.lane(key);
            long first = SpoolFault.sequence(key);
            doubtfulPages.add(new PageKey(lane, first));
            lose(SpoolFault.of(Keys.SETTLED.name(), lane, first, "can't be read"));
            return false;
          }
        });
  }

  private void orphans(Map<Integer, LaneInfo> lanes) {
    var counts = new TreeMap<Integer, Long>();
    try (OrderedStore.Batch batch = into.newBatch()) {
      into.scan(
          Keys.PAGES,
          Keys.lane(0),
          Keys.lane(Integer.MAX_VALUE),
          (key, value) -> {
            if (!lanes.containsKey(SpoolFault.lane(key))) {
              counts.merge(SpoolFault.lane(key), (long) Page.count(value), Long::sum);
              batch.delete(Keys.PAGES, key);
            }
            return true;
          });
      into.write(batch, false);
    }
    counts.forEach(
        (lane, requests) ->
            lose(
                SpoolFault.of(
                    Keys.LANES.name(),
                    lane,
                    0,
                    "whose campaign it is is lost, with " + requests + " requests")));
  }

  // --- making anew

  private final class OneLane {
    private final LaneInfo lane;
    private final int number;
    private final List<Damage> unreadOutcomes;
    private final long nowMs;
    private final SettledRanges ranges = new SettledRanges();
    private final SettledRanges rangesBefore;
    private final long[] byState = new long[RequestState.values().length];
    private final TreeMap<Integer, Long> unsettledByBucket = new TreeMap<>();
    private long requests;
    private long inDoubt;
    private long missing;
    private long expected = 1;
    private long oldestUnsettledMs = Long.MAX_VALUE;

    OneLane(LaneInfo lane, List<Damage> unreadOutcomes, long nowMs) {
      this.lane = lane;
      this.number = lane.number();
      this.unreadOutcomes = unreadOutcomes;
      this.nowMs = nowMs;
      byte[] cursor = wreck.get(Keys.CURSORS, Keys.lane(number));
      this.rangesBefore =
          cursor == null || cursor.length % 16 != 0
              ? new SettledRanges()
              : SettledRanges.decode(cursor);
    }

    Saved rebuild() {
      int[] pages = {0};
      try (OrderedStore.Batch batch = into.newBatch()) {
        var feed = new OutcomeIndex(into, batch);
        if (feedLost) {
          feed.beginBehind(number, nowMs); // more than were ever counted
        }
        into.scan(
            Keys.PAGES,
            Keys.lane(number),
            Keys.lane(number + 1),
            (key, value) -> {
              page(batch, feed, SpoolFault.sequence(key), value);
              if (++pages[0] % PAGES_A_WRITE == 0) {
                feed.endOfBatch();
                into.write(batch, false);
                batch.clear();
              }
              return true;
            });
        feed.endOfBatch();
        gap(acceptedBefore() + 1);
        dropOutcomes(batch, Long.MAX_VALUE);
        batch.put(Keys.CURSORS, Keys.lane(number), ranges.encode());
        marks(batch);
        counters(batch);
        into.write(batch, false);
      }
      return new Saved(lane.campaign(), number, requests, byState, inDoubt, missing);
    }

    // Sequences are given once each, so as many were given as requests were accepted.
    private long acceptedBefore() {
      byte[] count = wreck.get(Keys.COUNTERS, Keys.stateCounter(number, 0));
      return count == null || count.length != 8
          ? 0
          : ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private void page(OrderedStore.Batch batch, OutcomeIndex feed, long first, byte[] value) {
      List<StoredRequest> stored;
      long[] prints;
      try {
        stored = Page.read(lane, first, value);
        prints = new long[stored.size()];
        for (StoredRequest request : stored) {
          prints[request.index()] = Fingerprint.of(request, fingerprints);
        }
      } catch (StoreException e) {
        lose(SpoolFault.of(Keys.PAGES.name(), number, first, String.valueOf(e.getMessage())));
        batch.delete(Keys.PAGES, Keys.page(number, first));
        return; // its sequences are missing, as the gap before the next page
      }
      gap(first);
      dropOutcomes(batch, first);
      if (first > expected) {
        ranges.add(expected, first - expected); // nothing there to be read at the next start
      }
      expected = first + stored.size();
      requests += stored.size();
      Map<Integer, SettledPart.Outcome> outcomes = SettledPart.ofPage(into, number, first);
      boolean doubtful = isDoubtful(first);
      var ending = new ArrayList<Settlement>();
      var buckets = new HashSet<Integer>();
      for (StoredRequest request : stored) {
        int bucket = DeadlineBucket.of(request.deadlineMs());
        buckets.add(bucket);
        SettledPart.Outcome outcome = outcomes.get(request.index());
        if (outcome != null) {
          byState[outcome.state().code()]++;
        } else if (doubtful) {
          ending.add(inDoubt(request));
        } else {
          byState[0]++;
          unsettledByBucket.merge(bucket, 1L, Long::sum);
          oldestUnsettledMs = Math.min(oldestUnsettledMs, request.acceptedAtMs());
        }
        token(batch, request, prints[request.index()]);
        if (request.redriveOf() != 0) {
          batch.put(
              Keys.REDRIVEN,
              Keys.redriven(number, request.redriveOf()),
              ByteBuffer.allocate(8).putLong(request.sequence()).array());
        }
      }
      if (feedLost) {
        feedAnew(feed, first, stored);
      }
      for (int bucket : buckets) {
        batch.put(Keys.DEADLINES, Keys.deadline(number, bucket, first), new byte[0]);
      }
      if (!ending.isEmpty()) {
        inDoubt += ending.size();
        byState[RequestState.UNDELIVERABLE.code()] += ending.size();
        batch.put(
            Keys.SETTLED,
            Keys.settled(number, first, ending.get(0).request().index()),
            SettledPart.encode(ending));
        feed.add(number, first, ending);
      }
      if (outcomes.size() + ending.size() >= stored.size()) {
        ranges.add(first, stored.size());
      }
    }

    private void feedAnew(OutcomeIndex feed, long first, List<StoredRequest> stored) {
      into.scan(
          Keys.SETTLED,
          Keys.page(number, first),
          Keys.page(number, first + 1),
          (key, value) -> {
            var part = new ArrayList<Settlement>();
            SettledPart.decode(
                value,
                (index, outcome) -> {
                  if (index < stored.size()) {
                    part.add(outcome.of(stored.get(index)));
                  }
                });
            if (!part.isEmpty()) {
              feed.add(number, first, part);
            }
            return true;
          });
    }

    // Sequences behind the last page are given again: an outcome that lay there would be another's.
    private void dropOutcomes(OrderedStore.Batch batch, long before) {
      into.scan(
          Keys.SETTLED,
          Keys.page(number, expected),
          Keys.page(number, before),
          (key, value) -> {
            batch.delete(Keys.SETTLED, key);
            return true;
          });
    }

    private Settlement inDoubt(StoredRequest request) {
      return new Settlement(
          request,
          RequestState.UNDELIVERABLE,
          Reason.IN_DOUBT,
          0,
          0,
          nowMs,
          null,
          new Evidence(Evidence.Doubt.OUTCOME_LOST, Evidence.Policy.SALVAGE, 0, 0, null));
    }

    /** Whether an outcome of the page may be among what is lost. */
    private boolean isDoubtful(long first) {
      if (wreck.isLogDamaged() || doubtfulPages.contains(new PageKey(number, first))) {
        return true;
      }
      byte[] from = Keys.page(number, first);
      byte[] to = Keys.page(number, first + 1);
      for (Damage damage : unreadOutcomes) {
        byte[] begin = damage.from();
        byte[] end = damage.to();
        if ((begin == null || Arrays.compareUnsigned(begin, to) < 0)
            && (end == null || Arrays.compareUnsigned(end, from) > 0)) {
          return true;
        }
      }
      return false;
    }

    /** What lies between the pages was let go of, or is lost. */
    private void gap(long next) {
      long at = expected;
      while (at < next) {
        long settledThrough = rangesBefore.skip(at);
        if (settledThrough == at) {
          long end = Math.min(next, rangesBefore.nextFrom(at));
          missing += end - at;
          lose(new SpoolFault("", Keys.PAGES.name(), number, at, end - 1, "is not there"));
          settledThrough = end;
        }
        at = settledThrough;
      }
    }

    // The first of two with one token had ended when the second came.
    private void token(OrderedStore.Batch batch, StoredRequest request, long fingerprint) {
      byte[] token = request.clientToken().getBytes(StandardCharsets.US_ASCII);
      var entry =
          new TokenEntry(
              number, request.sequence(), lane.checkHasher.hashBytesToLong(token), fingerprint);
      batch.put(Keys.TOKENS, Spool.tokenKey(lane, token, 0, token.length), entry.encode());
    }

    private void marks(OrderedStore.Batch batch) {
      var marks = new ArrayList<Mark>();
      byte[] stored = into.get(Keys.MARKS, Keys.lane(number));
      if (marksLost) {
        if (byState[0] > 0) {
          marks.add(new Mark(expected - 1, oldestUnsettledMs));
        }
      } else if (stored != null && stored.length % 16 == 0) {
        for (Mark mark : Mark.decode(stored)) {
          marks.add(new Mark(Math.min(mark.through(), expected - 1), mark.sinceMs()));
        }
      }
      if (!marks.isEmpty()) {
        batch.put(Keys.MARKS, Keys.lane(number), Mark.encode(marks));
      }
    }

    private void counters(OrderedStore.Batch batch) {
      batch.add(Keys.COUNTERS, Keys.stateCounter(number, 0), requests);
      for (int state = 1; state < byState.length; state++) {
        if (byState[state] > 0) {
          batch.add(Keys.COUNTERS, Keys.stateCounter(number, state), byState[state]);
        }
      }
      unsettledByBucket.forEach(
          (bucket, count) -> batch.add(Keys.COUNTERS, Keys.bucketCounter(number, bucket), count));
    }
  }
}
