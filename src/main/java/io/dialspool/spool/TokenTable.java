package io.dialspool.spool;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens in memory: open addressing on an array of indexes, the entries in a row behind it in the
 * order in which they came, nothing but primitive arrays. 48 bytes an entry and 8 to 16 for its
 * place. Later puts override. No locks.
 */
final class TokenTable {
  /** As an entry is written: key, then {@link TokenEntry}. */
  static final int STORED_BYTES = 16 + TokenEntry.BYTES;

  private static final int WORDS = 6;
  private static final int PIECE = 1 << 12;
  private static final int SLOTS_AT_START = 1 << 8;
  private static final int RADIX_BITS = 16;

  /** Index of the entry, plus one; 0 for none. */
  private int[] slots;

  /** Pieces of {@link #PIECE} entries: key's high and low half, lane, sequence, check, content. */
  private final List<long[]> pieces = new ArrayList<>();

  private int size;

  /** To sort in; kept, since arrays of this size, made anew, would set the collector going. */
  private int[] sorted = {};

  private long[] sortedHighs = {};

  /** So that the compiler leaves in what only warms the cache. */
  @SuppressWarnings("unused")
  private int lastTouched;

  TokenTable() {
    slots = new int[SLOTS_AT_START];
  }

  /**
   * @param items it has memory for, and places for as many again: neither is to be made while
   *     somebody waits
   */
  TokenTable(int items) {
    slots = new int[Math.max(SLOTS_AT_START, 4 * Integer.highestOneBit(items))];
    for (int room = 0; room < items; room += PIECE) {
      pieces.add(new long[PIECE * WORDS]);
    }
  }

  int size() {
    return size;
  }

  /** Index of the token's entry; -1 if it isn't there. */
  int find(long high, long low) {
    int mask = slots.length - 1;
    for (int at = (int) low & mask; slots[at] != 0; at = (at + 1) & mask) {
      int index = slots[at] - 1;
      long[] piece = pieces.get(index / PIECE);
      int word = index % PIECE * WORDS;
      if (piece[word] == high && piece[word + 1] == low) {
        return index;
      }
    }
    return -1;
  }

  void put(long high, long low, int lane, long sequence, long check, long fingerprint) {
    int index = find(high, low);
    if (index < 0) {
      index = add(low);
    }
    long[] piece = pieces.get(index / PIECE);
    int word = index % PIECE * WORDS;
    piece[word] = high;
    piece[word + 1] = low;
    piece[word + 2] = lane;
    piece[word + 3] = sequence;
    piece[word + 4] = check;
    piece[word + 5] = fingerprint;
  }

  private int add(long low) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    int index = size++;
    if (index / PIECE == pieces.size()) {
      pieces.add(new long[PIECE * WORDS]);
    }
    place(low, index);
    return index;
  }

  private void grow() {
    slots = new int[slots.length * 2];
    for (int index = 0; index < size; index++) {
      place(low(index), index);
    }
  }

  private void place(long low, int index) {
    int mask = slots.length - 1;
    int at = (int) low & mask;
    while (slots[at] != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = index + 1;
  }

  void putAll(TokenTable other) {
    // Places are all over memory: asked for one after the other, they come at once.
    int touched = 0;
    for (int i = 0; i < other.size; i++) {
      touched |= slots[(int) other.low(i) & (slots.length - 1)];
    }
    lastTouched = touched;
    for (int i = 0; i < other.size; i++) {
      long[] piece = other.pieces.get(i / PIECE);
      int word = i % PIECE * WORDS;
      put(
          piece[word],
          piece[word + 1],
          (int) piece[word + 2],
          piece[word + 3],
          piece[word + 4],
          piece[word + 5]);
    }
  }

  long high(int index) {
    return word(index, 0);
  }

  long low(int index) {
    return word(index, 1);
  }

  TokenEntry entry(int index) {
    return new TokenEntry((int) word(index, 2), word(index, 3), word(index, 4), word(index, 5));
  }

  private long word(int index, int word) {
    return pieces.get(index / PIECE)[index % PIECE * WORDS + word];
  }

  /** Keeps its memory for the next use. */
  void clear() {
    if (size < slots.length / 16) {
      for (int index = 0; index < size; index++) {
        int mask = slots.length - 1;
        int at = (int) low(index) & mask;
        while (slots[at] != 0) {
          slots[at] = 0;
          at = (at + 1) & mask;
        }
      }
    } else {
      Arrays.fill(slots, 0);
    }
    size = 0;
  }

  // --- on disk

  /** Appends all entries, in the order in which they came. */
  void write(ByteBuffer out) {
    for (int index = 0; index < size; index++) {
      writeKey(index, out);
      writeEntry(index, out);
    }
  }

  void writeKey(int index, ByteBuffer out) {
    out.putLong(word(index, 0)).putLong(word(index, 1));
  }

  void writeEntry(int index, ByteBuffer out) {
    out.putInt((int) word(index, 2))
        .putLong(word(index, 3))
        .putLong(word(index, 4))
        .putLong(word(index, 5));
  }

  /** Puts what {@link #write} wrote; returns false if it is nothing of the kind. */
  boolean read(byte[] written) {
    if (written.length % STORED_BYTES != 0) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(written);
    while (in.hasRemaining()) {
      long high = in.getLong();
      long low = in.getLong();
      put(high, low, in.getInt(), in.getLong(), in.getLong(), in.getLong());
    }
    return true;
  }

  /**
   * Indexes of all entries by key, in unsigned order; behind {@link #size} of them is nothing. Good
   * until the next call. Keys are hashes, evenly spread: counted into buckets by their first bits,
   * a handful are left to sort in each.
   *
   * @param breath called every few thousand entries
   */
  int[] sorted(Runnable breath) {
    var begins = new int[(1 << RADIX_BITS) + 1];
    for (int index = 0; index < size; index++) {
      begins[bucket(index) + 1]++;
    }
    for (int bucket = 0; bucket < 1 << RADIX_BITS; bucket++) {
      begins[bucket + 1] += begins[bucket];
    }
    if (sorted.length < size) {
      sorted = new int[size];
      sortedHighs = new long[size];
    }
    long[] highs = sortedHighs; // beside the indexes: to look each up would miss the cache
    int[] next = begins.clone();
    for (int index = 0; index < size; index++) {
      int at = next[bucket(index)]++;
      sorted[at] = index;
      highs[at] = high(index);
      if (index % PIECE == 0) {
        breath.run();
      }
    }
    for (int bucket = 0; bucket < 1 << RADIX_BITS; bucket++) {
      sort(sorted, highs, begins[bucket], begins[bucket + 1]);
      if (bucket % PIECE == 0) {
        breath.run();
      }
    }
    return sorted;
  }

  private int bucket(int index) {
    return (int) (high(index) >>> (Long.SIZE - RADIX_BITS));
  }

  private void sort(int[] indexes, long[] highs, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      int one = indexes[i];
      long high = highs[i];
      int at = i;
      while (at > from && isAfter(highs[at - 1], indexes[at - 1], high, one)) {
        indexes[at] = indexes[at - 1];
        highs[at] = highs[at - 1];
        at--;
      }
      indexes[at] = one;
      highs[at] = high;
    }
  }

  private boolean isAfter(long high, int index, long otherHigh, int other) {
    int order = Long.compareUnsigned(high, otherHigh);
    return order > 0 || (order == 0 && Long.compareUnsigned(low(index), low(other)) > 0);
  }
}
