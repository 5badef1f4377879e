package io.dialspool.spool;

import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order requests of a lane ended: one small key for each group of settles that says which
 * parts it wrote, a second one if dead letters are among them. The outcomes themselves stay in
 * their parts, so a delivered request costs the feed a byte or two, not a key. Written in the
 * settles' own batch. Store thread only.
 *
 * <pre>
 * group := settledAtMs:8  (first sequence of the page:8  index of the part's first item:2  items:2)*
 * </pre>
 */
final class OutcomeIndex {
  static final int ALL = 0;
  static final int DEAD_LETTERS = 1;
  static final int HEAD_BYTES = 8;
  static final int PART_BYTES = 12;

  /** Bounds what a reader skips who begins in the middle of a group. */
  private static final int GROUP_ITEMS_MAX = 1_000;

  private static final class Group {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final ByteArrayOutputStream dead = new ByteArrayOutputStream();
    private int items;
  }

  private final OrderedStore store;
  private final OrderedStore.Batch batch;
  private final Map<Integer, Group> open = new LinkedHashMap<>();
  private final Map<Integer, Long> lastNumbers = new HashMap<>();

  OutcomeIndex(OrderedStore store, OrderedStore.Batch batch) {
    this.store = store;
    this.batch = batch;
  }

  /** Counts on from a number, for a lane without any. */
  void beginBehind(int lane, long number) {
    lastNumbers.put(lane, number);
  }

  static boolean isDead(RequestState state) {
    return state.isFinal() && state != RequestState.SUBMITTED && state != RequestState.CANCELLED;
  }

  /** A part that the batch at hand writes. */
  void add(int lane, long first, List<Settlement> part) {
    Group group = open.computeIfAbsent(lane, number -> new Group());
    byte[] settledAt = ByteBuffer.allocate(HEAD_BYTES).putLong(part.get(0).settledAtMs()).array();
    byte[] reference =
        ByteBuffer.allocate(PART_BYTES)
            .putLong(first)
            .putShort((short) part.get(0).request().index())
            .putShort((short) part.size())
            .array();
    append(group.all, settledAt, reference);
    if (part.stream().anyMatch(one -> isDead(one.state()))) {
      append(group.dead, settledAt, reference);
    }
    group.items += part.size();
    if (group.items >= GROUP_ITEMS_MAX) {
      write(lane, group);
      open.remove(lane);
    }
  }

  private static void append(ByteArrayOutputStream to, byte[] head, byte[] reference) {
    if (to.size() == 0) {
      to.writeBytes(head);
    }
    to.writeBytes(reference);
  }

  /** Ends the groups of the batch at hand. */
  void endOfBatch() {
    open.forEach(this::write);
    open.clear();
  }

  private void write(int lane, Group group) {
    long number = lastNumbers.computeIfAbsent(lane, its -> last(store, its, ALL)) + 1;
    lastNumbers.put(lane, number);
    batch.put(Keys.OUTCOMES, Keys.outcomes(lane, ALL, number), group.all.toByteArray());
    if (group.dead.size() > 0) {
      batch.put(Keys.OUTCOMES, Keys.outcomes(lane, DEAD_LETTERS, number), group.dead.toByteArray());
    }
  }

  /** The running number that was given last; 0 for none. */
  static long last(OrderedStore store, int lane, int kind) {
    OrderedStore.Entry last =
        store.floor(
            Keys.OUTCOMES, Keys.outcomes(lane, kind, 0), Keys.outcomes(lane, kind, Long.MAX_VALUE));
    return last == null ? 0 : number(last.key());
  }

  /** A part that a group names. */
  interface PartReader {
    /** Returns whether to go on. */
    boolean part(long first, int index, int items);
  }

  /**
   * Gives each part that a group names.
   *
   * @throws StoreException if the bytes are no group
   */
  static void read(byte[] group, PartReader into) {
    if (group.length < HEAD_BYTES || (group.length - HEAD_BYTES) % PART_BYTES != 0) {
      throw new StoreException("a group of the feed is cut off");
    }
    ByteBuffer in = ByteBuffer.wrap(group, HEAD_BYTES, group.length - HEAD_BYTES);
    while (in.hasRemaining()
        && into.part(in.getLong(), in.getShort() & 0xffff, in.getShort() & 0xffff)) {}
  }

  /** When the outcomes of a group were settled, the first of them. */
  static long settledAtMs(byte[] group) {
    if (group.length < HEAD_BYTES) {
      throw new StoreException("a group of the feed is cut off");
    }
    return ByteBuffer.wrap(group).getLong();
  }

  /** Outcomes in a group. */
  static int items(byte[] group) {
    int[] all = {0};
    read(
        group,
        (first, index, items) -> {
          all[0] += items;
          return true;
        });
    return all[0];
  }

  static long number(byte[] key) {
    return ByteBuffer.wrap(key).getLong(5);
  }

  /** Deletes groups that were written before a time, but the last: it tells the next number. */
  static void purge(
      OrderedStore store, OrderedStore.Batch into, int lane, int kind, long beforeMs, int max) {
    long last = last(store, lane, kind);
    int[] left = {max};
    store.scan(
        Keys.OUTCOMES,
        Keys.outcomes(lane, kind, 0),
        Keys.outcomes(lane, kind, last),
        (key, group) -> {
          if (group.length < HEAD_BYTES) {
            throw new StoreException("a group of the feed is cut off");
          }
          if (ByteBuffer.wrap(group).getLong() >= beforeMs || left[0]-- == 0) {
            return false;
          }
          into.delete(Keys.OUTCOMES, key);
          return true;
        });
  }
}
