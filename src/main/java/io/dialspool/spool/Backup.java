package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A spool as it was at one time. Since then the spool itself may have sent anything that waited in
 * it, so a backup is no spool: no process serves it, until {@link #restore} has marked all that
 * waits in it as maybe sent since then.
 */
public final class Backup {
  private static final byte[] TAKEN_AT = Keys.text("backupTakenAt");

  private Backup() {}

  /**
   * What a backup holds of one campaign.
   *
   * @param requests accepted ones, of all states
   * @param waiting of these, neither sent nor ended when it was taken
   */
  public record Held(CampaignId campaign, int lane, long requests, long waiting) {}

  /**
   * @param takenAtMs milliseconds since 1970
   */
  public record Restored(long takenAtMs, List<Held> held) {
    /** Until when what waits may be sent again under its tokens; milliseconds since 1970. */
    public long tokensAliveUntilMs() {
      return takenAtMs + ClientToken.LIFE_MS;
    }
  }

  /**
   * Makes a backup of a copy of a spool.
   *
   * @param takenAtMs not after the spool it was copied from could send again; milliseconds since
   *     1970
   * @throws StoreException if it isn't a spool that could be served
   */
  public static List<Held> seal(OrderedStore copy, long takenAtMs) {
    Spool.seeds(copy);
    if (takenAtMs(copy) != 0) {
      throw new StoreException("the spool is a backup already");
    }
    try (OrderedStore.Batch batch = copy.newBatch()) {
      mark(batch, takenAtMs);
      copy.write(batch, true);
    }
    return held(copy);
  }

  static void mark(OrderedStore.Batch batch, long takenAtMs) {
    batch.put(Keys.META, TAKEN_AT, ByteBuffer.allocate(8).putLong(takenAtMs).array());
    batch.put(Keys.META, Keys.text("format"), new byte[] {Spool.BACKUP});
  }

  /**
   * When it was taken, in milliseconds since 1970; 0 if it is no backup.
   *
   * @throws StoreException if the time is lost
   */
  public static long takenAtMs(OrderedStore store) {
    return takenAtMs(store::get);
  }

  /** A way to look a key up. */
  interface Look {
    byte @Nullable [] get(Space space, byte[] key);
  }

  static long takenAtMs(Look store) {
    byte[] format = store.get(Keys.META, Keys.text("format"));
    if (format == null || format.length != 1 || format[0] != Spool.BACKUP) {
      return 0;
    }
    byte[] taken = store.get(Keys.META, TAKEN_AT);
    if (taken == null || taken.length != 8) {
      throw new StoreException("the backup doesn't tell when it was taken");
    }
    return ByteBuffer.wrap(taken).getLong();
  }

  /**
   * Makes a spool of a copy of a backup, in one synced write: all that waits in it counts as maybe
   * sent since the backup was taken, so that it is sent again under its token only while that
   * lives. The feed counts on behind every cursor that may have been given since.
   *
   * @param nowMs milliseconds since 1970
   * @throws StoreException if it isn't a backup
   */
  public static Restored restore(OrderedStore store, long nowMs) {
    Spool.seeds(store);
    long takenAtMs = takenAtMs(store);
    if (takenAtMs == 0) {
      throw new StoreException("the spool is no backup");
    }
    List<Held> held = held(store);
    try (OrderedStore.Batch batch = store.newBatch()) {
      for (Held one : held) {
        markAll(store, batch, one.lane(), takenAtMs);
        batch.put(
            Keys.OUTCOMES,
            Keys.outcomes(
                one.lane(),
                OutcomeIndex.ALL,
                Math.max(nowMs, OutcomeIndex.last(store, one.lane(), OutcomeIndex.ALL) + 1)),
            ByteBuffer.allocate(OutcomeIndex.HEAD_BYTES).putLong(nowMs).array());
      }
      batch.delete(Keys.META, TAKEN_AT);
      batch.put(Keys.META, Keys.text("format"), new byte[] {Spool.FORMAT});
      store.write(batch, true);
    }
    return new Restored(takenAtMs, held);
  }

  private static void markAll(
      OrderedStore store, OrderedStore.Batch batch, int lane, long takenAtMs) {
    OrderedStore.Entry last =
        store.floor(Keys.PAGES, Keys.page(lane, 0), Keys.page(lane, Long.MAX_VALUE));
    if (last == null) {
      return;
    }
    long through = ByteBuffer.wrap(last.key()).getLong(4) + Page.count(last.value()) - 1;
    byte[] stored = store.get(Keys.MARKS, Keys.lane(lane));
    List<Mark> marks = stored == null ? new ArrayList<>() : Mark.decode(stored);
    if (marks.isEmpty() || marks.get(marks.size() - 1).through() < through) {
      marks.add(new Mark(through, takenAtMs));
      batch.put(Keys.MARKS, Keys.lane(lane), Mark.encode(marks));
    }
  }

  private static List<Held> held(OrderedStore store) {
    Seeds seeds = Spool.seeds(store);
    var lanes = new TreeMap<Integer, CampaignId>();
    store.scan(
        Keys.LANES,
        Keys.lane(0),
        Keys.lane(Integer.MAX_VALUE),
        (key, value) -> {
          int number = ByteBuffer.wrap(key).getInt();
          lanes.put(number, LaneInfo.decode(number, value, 1, seeds).campaign());
          return true;
        });
    var held = new ArrayList<Held>();
    lanes.forEach((number, campaign) -> held.add(held(store, number, campaign)));
    return held;
  }

  private static Held held(OrderedStore store, int lane, CampaignId campaign) {
    long[] counts = new long[2];
    store.scan(
        Keys.COUNTERS,
        Keys.lane(lane),
        Keys.lane(lane + 1),
        (key, count) -> {
          long n = ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).getLong();
          if (key[4] == 1) {
            counts[1] += n;
          } else if (key[5] == 0) {
            counts[0] = n;
          }
          return true;
        });
    return new Held(campaign, lane, counts[0], counts[1]);
  }
}
