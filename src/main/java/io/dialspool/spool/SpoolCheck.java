package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import io.dialspool.request.CampaignId;
import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds everything that a spool says about its requests against each other: every page, outcome,
 * token, deadline, cursor, mark and counter. Counts anew from pages and outcomes alone, so that
 * conservation is proved and not repeated. Writes nothing; keeps one page in memory at a time.
 */
public final class SpoolCheck {
  private static final byte[] END = new byte[32];

  static {
    Arrays.fill(END, (byte) 0xff);
  }

  private final OrderedStore store;
  private final Consumer<SpoolFault> faults;
  private final LongConsumer progress;
  private final Seeds seeds;
  private final Hasher64 fingerprints;
  private final List<Lane> lanes = new ArrayList<>();

  /** Tokens that are in the log; where the store holds others for them, these stand. */
  private final TokenTable newest = new TokenTable();

  private long tokensMatched;
  private long requestsSeen;

  /**
   * One campaign, counted anew.
   *
   * @param requests that lie in pages
   * @param byState of them, by {@link RequestState#code}; unsettled ones at QUEUED
   * @param letGo ended long ago and let go of since, as the counters tell
   */
  public record Lane(
      CampaignId campaign,
      int number,
      long pages,
      long requests,
      long[] byState,
      long letGo,
      long faults) {
    public long queued() {
      return byState[RequestState.QUEUED.code()];
    }
  }

  /**
   * @param progress told how many requests were looked at, now and then
   * @throws StoreException if it is no spool, or a newer version wrote it
   */
  public SpoolCheck(OrderedStore store, Consumer<SpoolFault> faults, LongConsumer progress) {
    this.store = store;
    this.faults = faults;
    this.progress = progress;
    this.seeds = Spool.seeds(store);
    this.fingerprints = seeds.fingerprintHasher();
  }

  /** Looks at everything; by lane. */
  public List<Lane> run() {
    all(
        Keys.TOKENLOG,
        (key, tokens) -> {
          if (key.length != 8 || !newest.read(tokens)) {
            tell(Keys.TOKENLOG, 0, 0, "holds tokens that can't be read");
          }
        });
    var numbers = new TreeMap<Integer, byte[]>();
    all(Keys.LANES, (key, value) -> numbers.put(ByteBuffer.wrap(key).getInt(), value));
    var campaigns = new HashMap<CampaignId, Integer>();
    numbers.forEach(
        (number, value) -> {
          LaneInfo info = decode(number, value);
          if (info == null) {
            return;
          }
          Integer other = campaigns.put(info.campaign(), number);
          if (other != null) {
            tell(Keys.LANES, number, 0, "is of the same campaign as lane " + other);
          }
          guarded(Keys.PAGES, number, () -> lanes.add(new OneLane(info).check()));
        });
    strays(numbers);
    tokens();
    return lanes;
  }

  private @Nullable LaneInfo decode(int number, byte[] value) {
    try {
      return LaneInfo.decode(number, value, 1, seeds);
    } catch (RuntimeException e) {
      tell(Keys.LANES, number, 0, "can't be read");
      return null;
    }
  }

  // A read that fails ends the lane, not the check.
  private void guarded(Space space, int lane, Runnable look) {
    try {
      look.run();
    } catch (StoreException e) {
      tell(space, lane, 0, String.valueOf(e.getMessage()));
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      tell(space, lane, 0, "has an entry that can't be read");
    }
  }

  private void tell(Space space, int lane, long sequence, String what) {
    faults.accept(SpoolFault.of(space.name(), lane, sequence, what));
  }

  private void all(Space space, EachEntry each) {
    guarded(
        space,
        0,
        () ->
            store.scan(
                space,
                new byte[0],
                END,
                (key, value) -> {
                  each.entry(key, value);
                  return true;
                }));
  }

  private interface EachEntry {
    void entry(byte[] key, byte[] value);
  }

  /** Entries of lanes that don't exist. */
  private void strays(Map<Integer, byte[]> numbers) {
    for (Space space :
        List.of(
            Keys.PAGES,
            Keys.SETTLED,
            Keys.OUTCOMES,
            Keys.REDRIVEN,
            Keys.DEADLINES,
            Keys.COUNTERS,
            Keys.CURSORS,
            Keys.MARKS)) {
      guarded(
          space,
          0,
          () -> {
            // From lane to lane, without reading what lies in them.
            byte[] from = new byte[0];
            while (from.length <= Integer.BYTES) {
              int[] found = {0};
              store.scan(
                  space,
                  from,
                  END,
                  (key, value) -> {
                    found[0] = ByteBuffer.wrap(key).getInt();
                    return false;
                  });
              if (found[0] == 0) {
                return;
              }
              if (!numbers.containsKey(found[0])) {
                tell(space, found[0], 0, "belongs to no lane that is known");
              }
              if (found[0] == -1) {
                return; // behind the last number comes the first again
              }
              from = Keys.lane(found[0] + 1);
            }
          });
    }
  }

  private void tokens() {
    long[] count = {newest.size()};
    all(
        Keys.TOKENS,
        (key, value) -> {
          ByteBuffer in = ByteBuffer.wrap(key);
          if (key.length != 16 || newest.find(in.getLong(), in.getLong()) < 0) {
            count[0]++;
          }
        });
    if (count[0] != tokensMatched) {
      tell(
          Keys.TOKENS,
          0,
          0,
          count[0] + " entries (expected: " + tokensMatched + ", one for each request's token)");
    }
  }

  /** One lane's pass. */
  private final class OneLane {
    private final LaneInfo lane;
    private final int number;
    private final long[] byState = new long[RequestState.values().length];
    private final TreeMap<Integer, Long> unsettledByBucket = new TreeMap<>();
    private SettledRanges ranges = new SettledRanges();
    private long markedThrough;
    private long pages;
    private long requests;
    private long settledParts;
    private long deadlines;
    private long nextFirst;
    private long faultsOfLane;

    OneLane(LaneInfo lane) {
      this.lane = lane;
      this.number = lane.number();
    }

    Lane check() {
      cursor();
      marks();
      store.scan(
          Keys.PAGES,
          Keys.lane(number),
          Keys.lane(number + 1),
          (key, value) -> {
            page(ByteBuffer.wrap(key).getLong(4), value);
            return true;
          });
      feed();
      count(Keys.SETTLED, settledParts, "parts (expected: the {} of its pages)");
      count(Keys.DEADLINES, deadlines, "entries (expected: the {} of its pages)");
      long letGo = counters();
      return new Lane(lane.campaign(), number, pages, requests, byState, letGo, faultsOfLane);
    }

    private void tell(Space space, long sequence, String what) {
      faultsOfLane++;
      SpoolCheck.this.tell(space, number, sequence, what);
    }

    private void cursor() {
      byte[] stored = store.get(Keys.CURSORS, Keys.lane(number));
      if (stored == null) {
        return;
      }
      if (stored.length % 16 != 0) {
        tell(Keys.CURSORS, 0, "has " + stored.length + " bytes (expected: a multiple of 16)");
        return;
      }
      ranges = SettledRanges.decode(stored);
    }

    private void marks() {
      byte[] stored = store.get(Keys.MARKS, Keys.lane(number));
      if (stored == null) {
        return;
      }
      if (stored.length % 16 != 0) {
        tell(Keys.MARKS, 0, "has " + stored.length + " bytes (expected: a multiple of 16)");
        return;
      }
      for (Mark mark : Mark.decode(stored)) {
        if (mark.through() < markedThrough) {
          tell(Keys.MARKS, mark.through(), "comes after " + markedThrough);
        }
        markedThrough = Math.max(markedThrough, mark.through());
      }
    }

    private void page(long first, byte[] value) {
      pages++;
      if (first < nextFirst) {
        tell(Keys.PAGES, first, "overlaps the page before (expected: " + nextFirst + " or later)");
      }
      List<StoredRequest> stored;
      try {
        stored = Page.read(lane, first, value);
        Page.checkTraces(lane, first, value);
      } catch (StoreException e) {
        tell(Keys.PAGES, first, String.valueOf(e.getMessage()));
        nextFirst = first + 1;
        return;
      }
      nextFirst = first + stored.size();
      Map<Integer, SettledPart.Outcome> outcomes = outcomes(first, stored.size());
      var buckets = new TreeSet<Integer>();
      for (StoredRequest request : stored) {
        SettledPart.Outcome outcome = outcomes.get(request.index());
        int bucket = DeadlineBucket.of(request.deadlineMs());
        buckets.add(bucket);
        requests++;
        if (++requestsSeen % 10_000 == 0) {
          progress.accept(requestsSeen);
        }
        if (outcome == null) {
          byState[0]++;
          unsettledByBucket.merge(bucket, 1L, Long::sum);
        } else {
          byState[outcome.state().code()]++;
          // A redrive under its old token inherits when that was sent first.
          if (outcome.firstSentAtMs() > 0
              && request.sequence() > markedThrough
              && request.doubtUntilMs() == 0) {
            tell(Keys.MARKS, request.sequence(), "was sent, but was never marked as handed over");
          }
        }
        token(request, outcome != null);
        redrive(request);
      }
      for (int bucket : buckets) {
        if (store.get(Keys.DEADLINES, Keys.deadline(number, bucket, first)) == null) {
          tell(Keys.DEADLINES, first, "has no entry for deadline bucket " + bucket);
        } else {
          deadlines++;
        }
      }
      if (ranges.skip(first) != first && outcomes.size() < stored.size()) {
        tell(Keys.CURSORS, first, "counts as settled, but some of the page has not ended");
      }
    }

    private Map<Integer, SettledPart.Outcome> outcomes(long first, int count) {
      var outcomes = new HashMap<Integer, SettledPart.Outcome>();
      store.scan(
          Keys.SETTLED,
          Keys.page(number, first),
          Keys.page(number, first + 1),
          (key, value) -> {
            settledParts++;
            try {
              SettledPart.decode(
                  value,
                  (index, outcome) -> {
                    if (outcomes.put(index, outcome) != null) {
                      tell(Keys.SETTLED, first + index, "has ended twice");
                    }
                    if (index >= count || !outcome.state().isFinal()) {
                      tell(Keys.SETTLED, first + index, "is no end of a request of its page");
                    }
                  });
            } catch (StoreException e) {
              tell(Keys.SETTLED, first, "holds an outcome that can't be read");
            }
            return true;
          });
      return outcomes;
    }

    private void token(StoredRequest request, boolean ended) {
      byte[] token = request.clientToken().getBytes(StandardCharsets.US_ASCII);
      TokenEntry known = entry(Spool.tokenKey(lane, token, 0, token.length), request);
      if (known == null) {
        return;
      }
      if (known.sequence() > request.sequence() && known.lane() == number && ended) {
        return; // the token went to a request that came after this one's end
      }
      tokensMatched++;
      if (known.lane() != number || known.sequence() != request.sequence()) {
        tell(
            Keys.TOKENS,
            request.sequence(),
            "has a token that leads to ds-" + known.lane() + "-" + known.sequence());
        return;
      }
      if (known.check() != lane.checkHasher.hashBytesToLong(token)) {
        tell(Keys.TOKENS, request.sequence(), "has another token than its entry says");
      }
      try {
        if (known.fingerprint() != Fingerprint.of(request, fingerprints)) {
          tell(Keys.TOKENS, request.sequence(), "has other content than its entry says");
        }
      } catch (StoreException e) {
        tell(Keys.PAGES, request.sequence(), String.valueOf(e.getMessage()));
      }
    }

    private @Nullable TokenEntry entry(byte[] key, StoredRequest request) {
      ByteBuffer in = ByteBuffer.wrap(key);
      int index = newest.find(in.getLong(), in.getLong());
      if (index >= 0) {
        return newest.entry(index);
      }
      byte[] entry = store.get(Keys.TOKENS, key);
      if (entry == null) {
        tell(Keys.TOKENS, request.sequence(), "has no entry for its token");
      } else if (entry.length != TokenEntry.BYTES) {
        tell(Keys.TOKENS, request.sequence(), "has an entry that can't be read");
      } else {
        return TokenEntry.decode(entry);
      }
      return null;
    }

    // The mark goes with the dead letter's page, which may be let go of first.
    private void redrive(StoredRequest request) {
      if (request.redriveOf() == 0) {
        return;
      }
      byte[] as = store.get(Keys.REDRIVEN, Keys.redriven(number, request.redriveOf()));
      OrderedStore.Entry page =
          store.floor(Keys.PAGES, Keys.page(number, 0), Keys.page(number, request.redriveOf()));
      boolean there =
          page != null
              && request.redriveOf()
                  < ByteBuffer.wrap(page.key()).getLong(4) + Page.count(page.value());
      if (as == null ? there : ByteBuffer.wrap(as).getLong() != request.sequence()) {
        tell(
            Keys.REDRIVEN,
            request.sequence(),
            "is a redrive of " + request.redriveOf() + ", which isn't marked so");
      }
    }

    /** The feed's groups; they go before the parts that they name. */
    private void feed() {
      store.scan(
          Keys.OUTCOMES,
          Keys.lane(number),
          Keys.lane(number + 1),
          (key, group) -> {
            if (key.length != 13
                || group.length < OutcomeIndex.HEAD_BYTES
                || (group.length - OutcomeIndex.HEAD_BYTES) % OutcomeIndex.PART_BYTES != 0) {
              tell(Keys.OUTCOMES, 0, "holds a group that can't be read");
            }
            return true;
          });
    }

    private void count(Space space, long expected, String what) {
      long[] count = {0};
      store.scan(
          space,
          Keys.lane(number),
          Keys.lane(number + 1),
          (key, value) -> {
            count[0]++;
            return true;
          });
      if (count[0] != expected) {
        tell(space, 0, count[0] + " " + what.replace("{}", "" + expected));
      }
    }

    /** Returns how many requests were let go of, as the counters tell. */
    private long counters() {
      long[] counted = new long[byState.length];
      var buckets = new TreeMap<Integer, Long>();
      store.scan(
          Keys.COUNTERS,
          Keys.lane(number),
          Keys.lane(number + 1),
          (key, value) -> {
            if (value.length != Long.BYTES) {
              tell(Keys.COUNTERS, 0, "has " + value.length + " bytes (expected: 8)");
              return true;
            }
            long n = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
            ByteBuffer in = ByteBuffer.wrap(key, 4, key.length - 4);
            if (in.get() != 0) {
              if (n != 0) {
                buckets.put(in.getInt(), n);
              }
              return true;
            }
            int state = in.get();
            if (state < 0 || state >= counted.length) {
              tell(Keys.COUNTERS, 0, "counts a state " + state + " that is unknown");
            } else {
              counted[state] = n;
            }
            return true;
          });
      if (!buckets.equals(unsettledByBucket)) {
        tell(
            Keys.COUNTERS,
            0,
            "waiting by deadline: "
                + sum(buckets)
                + " (expected: the "
                + sum(unsettledByBucket)
                + " of its pages, each in its bucket)");
      }
      // What was let go of is counted still; so each end may be counted more often than it is seen,
      // and all of them together must make up for what was accepted.
      long letGo = counted[0] - requests;
      long ends = 0;
      for (int state = 1; state < counted.length; state++) {
        ends += counted[state];
        if (counted[state] < byState[state]) {
          tell(
              Keys.COUNTERS,
              0,
              RequestState.ofCode(state)
                  + ": "
                  + counted[state]
                  + " (expected: at least the "
                  + byState[state]
                  + " of its pages)");
        }
      }
      if (counted[0] != byState[0] + ends) {
        tell(
            Keys.COUNTERS,
            0,
            "accepted: "
                + counted[0]
                + " (expected: "
                + byState[0]
                + " that wait and "
                + ends
                + " that ended)");
      }
      return Math.max(0, letGo);
    }

    private long sum(Map<Integer, Long> counts) {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
