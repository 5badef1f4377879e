package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The store thread's one turn of work: carries out what dispatch asked, with all settles and marks
 * of a turn in one synced write. Reads come after the settles before them are written, so that
 * dispatch never meets a request again that it has settled.
 *
 * <p>{@link #offer} is for any thread; its callers bound what is outstanding. {@link #runOnce} is
 * for one thread only.
 */
public final class StoreWorker {
  private static final int COMMANDS_A_TURN = 256;
  private static final int PURGED_TOGETHER_MAX = 64;
  private static final int GROUPS_PURGED_TOGETHER_MAX = 10_000;
  private static final int SWEEP_REQUESTS_MAX = 2_000;
  private static final long READ_BYTES_MAX = 8L << 20;

  private final Spool spool;
  private final OrderedStore store;
  private final OrderedStore.Batch batch;
  private final Consumer<StoreReply> replies;
  private final Runnable wake;
  private final Queue<StoreCommand> commands = new ConcurrentLinkedQueue<>();

  private final List<StoreReply> afterSync = new ArrayList<>();
  private final SettleGroup settles;

  /**
   * @param replies called on the thread that calls {@link #runOnce}
   */
  public StoreWorker(Spool spool, Consumer<StoreReply> replies) {
    this(spool, replies, () -> {});
  }

  /**
   * @param wake called after each command
   */
  public StoreWorker(Spool spool, Consumer<StoreReply> replies, Runnable wake) {
    this.wake = wake;
    this.spool = spool;
    this.store = spool.store();
    this.batch = store.newBatch();
    this.settles = new SettleGroup(store, batch);
    this.replies = replies;
  }

  public void offer(StoreCommand command) {
    commands.add(command);
    wake.run();
  }

  /** Carries out what is waiting; returns how many commands that was. */
  public int runOnce() {
    int done = 0;
    StoreCommand command;
    while (done < COMMANDS_A_TURN && (command = commands.poll()) != null) {
      done++;
      if (command instanceof StoreCommand.Settle settle) {
        settles.add(settle.settlements());
        afterSync.add(new StoreReply.Settled(settle.settlements()));
      } else if (command instanceof StoreCommand.WriteMarks write) {
        batch.put(Keys.MARKS, Keys.lane(write.lane().number()), Mark.encode(write.marks()));
        afterSync.add(new StoreReply.MarksWritten(write.lane(), write.marks()));
      } else if (command instanceof StoreCommand.WritePause write) {
        byte[] key = Keys.campaign(write.campaign());
        if (write.paused()) {
          batch.put(Keys.PAUSES, key, new byte[0]);
        } else {
          batch.delete(Keys.PAUSES, key);
        }
        afterSync.add(new StoreReply.PauseWritten(write.whenSynced()));
      } else if (command instanceof StoreCommand.Purge purge) {
        flush();
        purge(purge);
      } else {
        flush();
        replies.accept(read(command));
      }
    }
    flush();
    return done;
  }

  private void flush() {
    settles.write();
    if (batch.size() > 0) {
      store.write(batch, true);
      batch.clear();
    }
    for (StoreReply reply : afterSync) {
      replies.accept(reply);
    }
    afterSync.clear();
  }

  private StoreReply read(StoreCommand command) {
    if (command instanceof StoreCommand.ReadAhead ahead) {
      return readAhead(ahead);
    } else if (command instanceof StoreCommand.Sweep sweep) {
      return sweep(sweep);
    } else if (command instanceof StoreCommand.Find find) {
      return new StoreReply.FindDone(
          find.lane(),
          find.sequence(),
          find.ticket(),
          spool.find(find.lane(), find.sequence()).orElse(null));
    }
    throw new IllegalStateException("no read: " + command);
  }

  private StoreReply readAhead(StoreCommand.ReadAhead ahead) {
    LaneInfo lane = ahead.lane();
    SettledRanges settled = settles.ranges(lane.number());
    var requests = new ArrayList<StoredRequest>();
    long[] next = {settled.skip(ahead.from())};
    long[] bytes = {0};
    boolean[] goOn = {true};
    while (goOn[0] && next[0] < ahead.before()) {
      goOn[0] = false;
      long wanted = next[0];
      next[0] = ahead.before();
      store.scan(
          Keys.PAGES,
          Keys.page(lane.number(), pageOf(lane, wanted)),
          Keys.page(lane.number(), ahead.before()),
          (key, page) -> {
            long first = ByteBuffer.wrap(key).getLong(4);
            long skipped = settled.skip(first);
            if (skipped
                > Math.max(
                    first, wanted)) { // settled while we wait for something older: jump over it
              next[0] = skipped;
              goOn[0] = true;
              return false;
            }
            next[0] = first + Page.count(page);
            bytes[0] += page.length;
            if (ahead.isExact()) {
              next[0] = addSome(ahead, wanted, first, page, requests);
            } else {
              addUnsettled(lane, wanted, first, page, requests);
            }
            return requests.size() < ahead.requestsMax() && bytes[0] < READ_BYTES_MAX;
          });
    }
    return new StoreReply.ReadAheadDone(lane, requests, Math.min(next[0], ahead.before()));
  }

  // An exact read may have ended within a page.
  private long pageOf(LaneInfo lane, long sequence) {
    OrderedStore.Entry page =
        store.floor(Keys.PAGES, Keys.page(lane.number(), 0), Keys.page(lane.number(), sequence));
    return page == null ? sequence : ByteBuffer.wrap(page.key()).getLong(4);
  }

  /** Some of a page, each with bytes of its own; returns where to read on. */
  private long addSome(
      StoreCommand.ReadAhead ahead,
      long from,
      long first,
      byte[] page,
      List<StoredRequest> requests) {
    BitSet settled = settles.settled(ahead.lane().number(), first);
    for (StoredRequest request : Page.read(ahead.lane(), first, page)) {
      if (request.sequence() >= from && !settled.get(request.index())) {
        if (requests.size() == ahead.requestsMax()) {
          return request.sequence();
        }
        requests.add(request.apart());
      }
    }
    return first + Page.count(page);
  }

  private void addUnsettled(
      LaneInfo lane, long from, long first, byte[] page, List<StoredRequest> requests) {
    BitSet settled = settles.settled(lane.number(), first);
    for (StoredRequest request : Page.read(lane, first, page)) {
      if (request.sequence() >= from && !settled.get(request.index())) {
        requests.add(request);
      }
    }
  }

  private StoreReply sweep(StoreCommand.Sweep sweep) {
    LaneInfo lane = sweep.lane();
    var pages = new ArrayList<Long>();
    store.scan(
        Keys.DEADLINES,
        Keys.deadline(lane.number(), sweep.bucket(), sweep.fromPage()),
        Keys.deadline(lane.number(), sweep.bucket(), sweep.before()),
        (key, nothing) -> {
          pages.add(ByteBuffer.wrap(key).getLong(8));
          return pages.size() <= SWEEP_REQUESTS_MAX;
        });
    var expired = new ArrayList<StoredRequest>();
    for (long first : pages) {
      if (expired.size() >= SWEEP_REQUESTS_MAX) {
        return new StoreReply.Swept(lane, sweep.bucket(), expired, first);
      }
      byte[] page = store.get(Keys.PAGES, Keys.page(lane.number(), first));
      if (page != null && settles.ranges(lane.number()).skip(first) == first) {
        var unsettledOnes = new ArrayList<StoredRequest>();
        addUnsettled(lane, first, first, page, unsettledOnes);
        for (StoredRequest request : unsettledOnes) {
          if (DeadlineBucket.of(request.deadlineMs()) == sweep.bucket()) {
            expired.add(request);
          }
        }
      }
    }
    boolean more = pages.size() > SWEEP_REQUESTS_MAX;
    return new StoreReply.Swept(
        lane, sweep.bucket(), expired, more ? pages.get(pages.size() - 1) + 1 : 0);
  }

  /** The lane's last page always stays: the next sequence is told by it. */
  private void purge(StoreCommand.Purge purge) {
    LaneInfo lane = purge.lane();
    SettledRanges settled = settles.ranges(lane.number());
    long[] next = {0};
    int[] seen = {0};
    var page = new Object[2]; // the page before the one at hand, since the last one stays
    store.scan(
        Keys.PAGES,
        Keys.page(lane.number(), purge.fromPage()),
        Keys.page(lane.number(), Long.MAX_VALUE),
        (key, value) -> {
          if (page[0] != null && !purgePage(purge, settled, (long) page[0], (byte[]) page[1])) {
            next[0] = (long) page[0];
            seen[0] = PURGED_TOGETHER_MAX + 1; // there is more
            return false;
          }
          page[0] = ByteBuffer.wrap(key).getLong(4);
          page[1] = value;
          next[0] = (long) page[0];
          return ++seen[0] <= PURGED_TOGETHER_MAX;
        });
    boolean more = seen[0] > PURGED_TOGETHER_MAX;
    if (!more) {
      purgeCounters(purge);
    }
    OutcomeIndex.purge(
        store,
        batch,
        lane.number(),
        OutcomeIndex.ALL,
        purge.feedBeforeMs(),
        GROUPS_PURGED_TOGETHER_MAX);
    OutcomeIndex.purge(
        store,
        batch,
        lane.number(),
        OutcomeIndex.DEAD_LETTERS,
        purge.deadBeforeMs(),
        GROUPS_PURGED_TOGETHER_MAX);
    if (batch.size() > 0) {
      store.write(batch, false); // lost in a crash, it is purged again
      batch.clear();
    }
    purge.done().accept(more ? next[0] : 0);
  }

  /** Returns false if the page must wait until its tokens have left the index's memory. */
  private boolean purgePage(
      StoreCommand.Purge purge, SettledRanges settled, long first, byte[] value) {
    LaneInfo lane = purge.lane();
    if (settled.skip(first) == first) {
      return true; // some of it has not ended
    }
    for (SettledPart.Outcome outcome : SettledPart.ofPage(store, lane.number(), first).values()) {
      boolean dead = OutcomeIndex.isDead(outcome.state());
      if (outcome.settledAtMs() >= (dead ? purge.deadBeforeMs() : purge.endedBeforeMs())) {
        return true;
      }
    }
    if (!spool.tryKeepTokens()) {
      return true; // a redrive is at it; the next round comes by again
    }
    try {
      boolean gone = letGo(lane, first, value);
      if (gone) {
        store.write(batch, false); // lost in a crash, it is purged again
      }
      batch.clear();
      return gone;
    } finally {
      spool.letTokensGo();
    }
  }

  private boolean letGo(LaneInfo lane, long first, byte[] value) {
    store.scan(
        Keys.SETTLED,
        Keys.page(lane.number(), first),
        Keys.page(lane.number(), first + 1),
        (key, part) -> {
          batch.delete(Keys.SETTLED, key);
          return true;
        });
    for (StoredRequest request : Page.read(lane, first, value)) {
      byte[] token = request.clientToken().getBytes(StandardCharsets.US_ASCII);
      byte[] key = Spool.tokenKey(lane, token, 0, token.length);
      if (!spool.index().letGo(key, request.sequence(), batch)) {
        return false;
      }
      batch.delete(Keys.REDRIVEN, Keys.redriven(lane.number(), request.sequence()));
      batch.delete(
          Keys.DEADLINES,
          Keys.deadline(lane.number(), DeadlineBucket.of(request.deadlineMs()), first));
    }
    batch.delete(Keys.PAGES, Keys.page(lane.number(), first));
    return true;
  }

  private void purgeCounters(StoreCommand.Purge purge) {
    int lane = purge.lane().number();
    store.scan(
        Keys.COUNTERS,
        Keys.bucketCounter(lane, 0),
        Keys.bucketCounter(lane, purge.countersBeforeBucket()),
        (key, count) -> {
          if (ByteBuffer.wrap(count).getLong() == 0) {
            batch.delete(Keys.COUNTERS, key);
          }
          return true;
        });
  }
}
