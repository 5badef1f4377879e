package io.dialspool.spool;

import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which sequences of a lane are settled, as whole pages merged into ranges: what a start may skip.
 * One old request that waits for its deadline doesn't make the next start read everything that was
 * settled behind it.
 */
final class SettledRanges {
  /** More gaps than this are not stored; the start then reads a few pages in vain. */
  private static final int STORED_MAX = 64;

  /** From (inclusive) to (exclusive); ranges don't touch. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  /** Adds {@code count} sequences from {@code first}. */
  void add(long first, long count) {
    long from = first;
    long to = first + count;
    Map.Entry<Long, Long> before = ranges.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      from = before.getKey();
      to = Math.max(to, before.getValue());
    }
    Map.Entry<Long, Long> after = ranges.ceilingEntry(from + 1);
    while (after != null && after.getKey() <= to) {
      to = Math.max(to, after.getValue());
      ranges.remove(after.getKey());
      after = ranges.ceilingEntry(from + 1);
    }
    ranges.put(from, to);
  }

  /** {@code sequence} if it is not known as settled, else the first one behind that isn't. */
  long skip(long sequence) {
    Map.Entry<Long, Long> range = ranges.floorEntry(sequence);
    return range != null && range.getValue() > sequence ? range.getValue() : sequence;
  }

  /** Where the next range behind {@code sequence} begins; {@code Long.MAX_VALUE} if none does. */
  long nextFrom(long sequence) {
    Long from = ranges.higherKey(sequence);
    return from == null ? Long.MAX_VALUE : from;
  }

  byte[] encode() {
    int stored = Math.min(ranges.size(), STORED_MAX);
    ByteBuffer out = ByteBuffer.allocate(16 * stored);
    for (Map.Entry<Long, Long> range : ranges.entrySet()) {
      if (stored-- == 0) {
        break;
      }
      out.putLong(range.getKey()).putLong(range.getValue());
    }
    return out.array();
  }

  /**
   * @throws StoreException if the bytes are no ranges, each behind the one before
   */
  static SettledRanges decode(byte[] value) {
    var settled = new SettledRanges();
    ByteBuffer in = ByteBuffer.wrap(value);
    long behind = 0;
    while (in.hasRemaining()) {
      if (in.remaining() < 16) {
        throw new StoreException("a lane's settled ranges are cut off");
      }
      long from = in.getLong();
      long to = in.getLong();
      // One that ends where it begins, or before, would hide that something waits.
      if (from <= behind || to <= from) {
        throw new StoreException("a lane's settled ranges are out of order");
      }
      settled.ranges.put(from, to);
      behind = to;
    }
    return settled;
  }
}
