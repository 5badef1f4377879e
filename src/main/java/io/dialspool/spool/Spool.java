package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.Traceparent;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.StoreException;
import io.dialspool.target.TargetIdentity;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The spool on an ordered store: who has a lane, what was restored at the start, and look-ups by
 * token. The stages write to it ({@link DedupeStage}, {@link SpoolStage}), the {@link StoreWorker}
 * settles in it.
 *
 * <p>Requests are written in pages, not one by one: a store charges for random keys, and a page is
 * one key for up to 256 of them. Starting costs a few look-ups a lane, however much is waiting.
 */
public final class Spool {
  static final byte FORMAT = 2;

  /** All tokens in their space, no log of the newest ones; it becomes 2 as it is opened. */
  private static final byte OLDEST_FORMAT = 1;

  /** A spool that is to be restored, not served; see {@link Backup}. */
  static final byte BACKUP = (byte) 0xb0;

  private static final int UNFINISHED = 0;

  private final OrderedStore store;
  private final Route route;
  private final Seeds seeds;
  private final TokenIndex index;
  private final Map<CampaignId, LaneInfo> lanes = new ConcurrentHashMap<>();
  private final List<RestoredLane> restored = new ArrayList<>();
  private final Set<CampaignId> paused = new LinkedHashSet<>();
  private int lastLane;

  /** Held by the ring's thread while a group redrives, and by the store thread while it purges. */
  private final ReentrantLock tokens = new ReentrantLock();

  private Spool(OrderedStore store, Route route, Seeds seeds, int tokensTogether) {
    this.store = store;
    this.route = route;
    this.seeds = seeds;
    this.index = new TokenIndex(store, tokensTogether);
  }

  /**
   * What a lane brought over from before the start.
   *
   * @param settledByState counts by {@link RequestState#code}, accepted at that of QUEUED
   * @param unsettledByBucket unsettled requests by deadline bucket
   * @param firstUnsettled everything below is settled
   * @param oldestAcceptedAtMs of the first page that is not settled whole; 0 for none
   * @param marks requests at or below may have been sent before the start
   */
  public record RestoredLane(
      LaneInfo lane,
      long[] settledByState,
      TreeMap<Integer, Long> unsettledByBucket,
      long firstUnsettled,
      long nextSequence,
      long oldestAcceptedAtMs,
      List<Mark> marks) {}

  /**
   * Opens the spool that lies in the store, or lays a new one.
   *
   * @param route where the requests of each campaign are to go
   * @throws StoreException if a newer version wrote it, it can't be read, or a lane with unsettled
   *     requests would go elsewhere than it did
   */
  public static Spool open(OrderedStore store, Route route) {
    return open(store, route, TokenIndex.TABLE_ITEMS);
  }

  /**
   * @param tokensTogether the index writes its newest tokens once there are so many
   */
  public static Spool open(OrderedStore store, Route route, int tokensTogether) {
    byte[] format = store.get(Keys.META, Keys.text("format"));
    if (format == null) {
      return new Spool(store, route, writeHead(store, FORMAT), tokensTogether);
    }
    if (format.length == 1 && format[0] == BACKUP) {
      throw new StoreException(
          "the spool is a backup, and what waits in it may have been sent since (expected: spool"
              + " restore)");
    }
    var spool = new Spool(store, route, seeds(store), tokensTogether);
    if (format[0] != FORMAT) {
      finish(store); // an older version would not look into the log
    }
    try {
      spool.restore();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new StoreException("the spool holds an entry that can't be read", e);
    }
    return spool;
  }

  /**
   * The seeds of the spool, or of the backup of one, that lies in the store.
   *
   * @throws StoreException if there is none, or a newer version wrote it
   */
  static Seeds seeds(OrderedStore store) {
    byte[] format = store.get(Keys.META, Keys.text("format"));
    if (format == null) {
      throw new StoreException("there is no spool in the store");
    }
    checkFormat(format);
    byte[] seeds = store.get(Keys.META, Keys.text("seeds"));
    if (seeds == null) {
      throw new StoreException("the spool has lost its hash seeds");
    }
    return Seeds.decode(seeds);
  }

  /**
   * @throws StoreException if a newer version wrote it
   */
  static void checkFormat(byte[] format) {
    if (format.length == 1 && format[0] == UNFINISHED) {
      throw new StoreException("the spool is what a salvage left that didn't end");
    }
    boolean whole = format.length == 1;
    boolean served = whole && format[0] >= OLDEST_FORMAT && format[0] <= FORMAT;
    if (!served && !(whole && format[0] == BACKUP)) {
      throw new StoreException(
          "the spool is of format "
              + (format.length == 1 ? "" + format[0] : "unknown")
              + ", this version reads formats "
              + OLDEST_FORMAT
              + " to "
              + FORMAT);
    }
  }

  /** Begins a spool that nobody can open before {@link #finish}. */
  static Seeds begin(OrderedStore store) {
    return writeHead(store, UNFINISHED);
  }

  /** Syncs all that was written since it was begun, and lets it be opened. */
  static void finish(OrderedStore store) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.META, Keys.text("format"), new byte[] {FORMAT});
      store.write(batch, true);
    }
  }

  private static Seeds writeHead(OrderedStore store, int format) {
    Seeds seeds = Seeds.random();
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.META, Keys.text("format"), new byte[] {(byte) format});
      batch.put(Keys.META, Keys.text("seeds"), seeds.encode());
      store.write(batch, true);
    }
    return seeds;
  }

  /** The key spaces that the store must be opened with. */
  public static List<io.dialspool.store.Space> spaces() {
    return Keys.ALL;
  }

  private void restore() {
    index.restore();
    store.scan(
        Keys.LANES,
        Keys.lane(0),
        Keys.lane(Integer.MAX_VALUE),
        (key, value) -> {
          restoreLane(ByteBuffer.wrap(key).getInt(), value);
          return true;
        });
    store.scan(
        Keys.PAUSES,
        new byte[0],
        new byte[] {(byte) 0xFF}, // no UTF-8 begins so
        (key, nothing) -> {
          paused.add(new CampaignId(new String(key, StandardCharsets.UTF_8)));
          return true;
        });
  }

  private void restoreLane(int number, byte[] value) {
    OrderedStore.Entry last =
        store.floor(Keys.PAGES, Keys.page(number, 0), Keys.page(number, Long.MAX_VALUE));
    long nextSequence =
        last == null ? 1 : ByteBuffer.wrap(last.key()).getLong(4) + Page.count(last.value());
    LaneInfo lane = LaneInfo.decode(number, value, nextSequence, seeds);
    byte[] cursor = store.get(Keys.CURSORS, Keys.lane(number));
    long firstUnsettled = cursor == null ? 1 : SettledRanges.decode(cursor).skip(1);
    byte[] marks = store.get(Keys.MARKS, Keys.lane(number));
    long[] byState = new long[RequestState.values().length];
    var byBucket = new TreeMap<Integer, Long>();
    store.scan(
        Keys.COUNTERS,
        Keys.lane(number),
        Keys.lane(number + 1),
        (key, count) -> {
          long n = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
          ByteBuffer in = ByteBuffer.wrap(key, 4, key.length - 4);
          if (in.get() == 0) {
            byState[in.get()] = n;
          } else if (n != 0) {
            byBucket.put(in.getInt(), n);
          }
          return true;
        });
    aim(lane, !byBucket.isEmpty());
    lanes.put(lane.campaign(), lane);
    restored.add(
        new RestoredLane(
            lane,
            byState,
            byBucket,
            firstUnsettled,
            nextSequence,
            oldestAcceptedAtMs(lane, firstUnsettled),
            marks == null ? List.of() : Mark.decode(marks)));
    lastLane = Math.max(lastLane, number);
  }

  private long oldestAcceptedAtMs(LaneInfo lane, long from) {
    long[] oldest = {0};
    store.scan(
        Keys.PAGES,
        Keys.page(lane.number(), from),
        Keys.page(lane.number(), Long.MAX_VALUE),
        (key, page) -> {
          StoredRequest request = Page.request(lane, ByteBuffer.wrap(key).getLong(4), page, 0);
          oldest[0] = request == null ? 0 : request.acceptedAtMs();
          return false;
        });
    return oldest[0];
  }

  /** Holds a restored lane to its target, or gives it the one that it is to have from now on. */
  private void aim(LaneInfo lane, boolean waiting) {
    TargetIdentity stored = lane.target();
    TargetIdentity now = route.ofStored(lane.campaign(), stored, waiting).orElse(null);
    if (waiting && (now == null || !now.mayBe(stored))) {
      throw new StoreException(
          "campaign "
              + lane.campaign()
              + " has requests waiting for "
              + stored
              + ", the configuration "
              + (now == null ? "has no such target" : "would send them to " + now));
    }
    if (now == null) {
      lane.unrouted(); // its next request says where it goes
    } else if (!now.equals(stored) && !(waiting && now.account().isEmpty())) {
      // Nothing in it waits, or it only learns its account. Were that not written down, a later
      // start would take the requests to come for the old target's.
      lane.sendTo(now);
      try (OrderedStore.Batch batch = store.newBatch()) {
        batch.put(Keys.LANES, Keys.lane(lane.number()), lane.encode());
        store.write(batch, true);
      }
    }
  }

  /** Lanes that were there at the start. */
  public List<RestoredLane> restored() {
    return restored;
  }

  /** Campaigns that were last known as paused when the process before this one ended. */
  public Set<CampaignId> paused() {
    return paused;
  }

  /** The campaign's lane, or null if nothing was ever accepted for it. Any thread. */
  public @Nullable LaneInfo lane(CampaignId campaign) {
    return lanes.get(campaign);
  }

  /** All lanes there are. Any thread. */
  Collection<LaneInfo> lanes() {
    return lanes.values();
  }

  /** Ring's thread only; the caller writes the lane with its group. */
  LaneInfo makeLane(CampaignId campaign) {
    var lane = new LaneInfo(++lastLane, campaign, route.of(campaign), 1, seeds);
    lanes.put(campaign, lane);
    return lane;
  }

  /** Until {@link #letTokensGo} nothing is purged; again does nothing. */
  void keepTokens() {
    if (!tokens.isHeldByCurrentThread()) {
      tokens.lock();
    }
  }

  /** The same, unless another thread does it now. */
  boolean tryKeepTokens() {
    return tokens.tryLock();
  }

  void letTokensGo() {
    if (tokens.isHeldByCurrentThread()) {
      tokens.unlock();
    }
  }

  /** Ring's thread only, for a lane whose target is gone; the caller writes it with its group. */
  void routeAnew(LaneInfo lane) {
    lane.sendTo(route.of(lane.campaign()));
  }

  OrderedStore store() {
    return store;
  }

  public TokenIndex index() {
    return index;
  }

  Seeds seeds() {
    return seeds;
  }

  /**
   * A request as the store knows it.
   *
   * @param outcome how it ended; null while it is unsettled
   * @param redrivenAs sequence of the request that it was redriven as; 0 for none
   * @param trace that it came with; null for none
   */
  public record Found(
      StoredRequest request,
      @Nullable Settlement outcome,
      long redrivenAs,
      @Nullable Traceparent trace) {

    /** Its status as far as the store tells: an unsettled one is QUEUED here. */
    public RequestStatus status() {
      Settlement end = outcome;
      Evidence evidence = end == null ? null : end.evidence();
      return new RequestStatus(
          request.lane().campaign(),
          new ClientToken(request.clientToken()),
          new RequestId(request.lane().number(), request.sequence()),
          end == null ? RequestState.QUEUED : end.state(),
          null,
          request.phoneNumber(),
          request.acceptedAtMs(),
          request.deadlineMs(),
          end == null ? 0 : end.firstSentAtMs(),
          end == null ? 0 : end.settledAtMs(),
          end == null ? 0 : end.attempts(),
          evidence == null ? null : evidence.lastFailure(),
          end == null ? Reason.NONE : end.reason(),
          end == null ? null : end.targetDialRequestId(),
          request.redriveOf() == 0
              ? null
              : new RequestId(request.lane().number(), request.redriveOf()),
          redrivenAs == 0 ? null : new RequestId(request.lane().number(), redrivenAs),
          evidence,
          trace);
    }
  }

  /** Looks a token up; reads the disk. Any thread but an event loop. */
  public Optional<Found> find(CampaignId campaign, ClientToken token) {
    LaneInfo lane = lanes.get(campaign);
    if (lane == null) {
      return Optional.empty();
    }
    byte[] bytes = token.value().getBytes(StandardCharsets.US_ASCII);
    TokenEntry entry = index.find(tokenKey(lane, bytes, 0, bytes.length));
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.check() != lane.checkHasher.hashBytesToLong(bytes)) {
      return Optional.empty();
    }
    return find(lane, entry.sequence());
  }

  /**
   * Looks an id up, if it is one of the campaign's; reads the disk. Any thread but an event loop.
   */
  public Optional<Found> find(CampaignId campaign, RequestId id) {
    LaneInfo lane = lanes.get(campaign);
    return lane == null || lane.number() != id.lane()
        ? Optional.empty()
        : find(lane, id.sequence());
  }

  /** The request at a place in its lane. */
  Optional<Found> find(LaneInfo lane, long sequence) {
    OrderedStore.Entry page =
        store.floor(Keys.PAGES, Keys.page(lane.number(), 0), Keys.page(lane.number(), sequence));
    if (page == null) {
      return Optional.empty();
    }
    long first = ByteBuffer.wrap(page.key()).getLong(4);
    int index = (int) Math.min(SettledPart.INDEX_MAX, sequence - first);
    StoredRequest request = Page.request(lane, first, page.value(), index);
    if (request == null) {
      return Optional.empty();
    }
    SettledPart.Outcome outcome = SettledPart.ofPage(store, lane.number(), first).get(index);
    return Optional.of(
        new Found(
            request,
            outcome == null ? null : outcome.of(request),
            outcome == null ? 0 : redrivenAs(lane, sequence),
            Page.trace(lane, first, page.value(), index)));
  }

  /** Sequence of the request that a dead letter was redriven as; 0 for none. */
  long redrivenAs(LaneInfo lane, long sequence) {
    byte[] as = store.get(Keys.REDRIVEN, Keys.redriven(lane.number(), sequence));
    if (as == null) {
      return 0;
    }
    if (as.length != Long.BYTES) {
      throw new StoreException("the mark of a redrive has " + as.length + " bytes");
    }
    return ByteBuffer.wrap(as).getLong();
  }

  static byte[] tokenKey(LaneInfo lane, byte[] bytes, int at, int length) {
    var high = new long[1];
    var low = new long[1];
    lane.tokenHasher.hash(bytes, at, length, high, low, 0);
    return ByteBuffer.allocate(16).putLong(high[0]).putLong(low[0]).array();
  }
}
