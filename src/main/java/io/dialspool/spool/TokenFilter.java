package io.dialspool.spool;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells of most tokens that were never added that they weren't, and of none that was: a Bloom
 * filter in blocks of one cache line (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient
 * Bloom Filters), one bit in each of a block's eight words, sixteen bits a token. It grows by parts
 * twice as large as the last one, up to a bound; beyond, the last part says maybe more and more
 * often. Keys are hashes already. One thread at a time, but for {@link #prepare}.
 */
final class TokenFilter {
  private static final int WORDS = 8;
  private static final int TOKENS_A_BLOCK = WORDS * Long.SIZE / 16;
  private static final int PARTS_MAX = 4;

  /**
   * In pieces of a little less than a megabyte: while an array is filled with zeros no safepoint is
   * reached, and where memory is new to the process that takes 2 ms a megabyte (measured). Not
   * smaller, or the collector would copy them.
   */
  private static final int BLOCKS_A_PIECE = (1 << 14) - 1;

  private static final class Part {
    private final long[][] pieces;
    private final int tokens;
    private final int blocks;
    private int room;

    /**
     * @param breath called after each piece
     */
    Part(int tokens, Runnable breath) {
      this.tokens = tokens;
      blocks = Math.max(1, tokens / TOKENS_A_BLOCK);
      pieces = new long[(blocks - 1) / BLOCKS_A_PIECE + 1][];
      for (int piece = 0; piece < pieces.length; piece++) {
        int its = Math.min(BLOCKS_A_PIECE, blocks - piece * BLOCKS_A_PIECE);
        pieces[piece] = new long[its * WORDS];
        breath.run();
      }
      room = tokens;
    }

    // The high half chooses the block, the low one its bits.
    private int block(long high) {
      return (int) Math.multiplyHigh(high >>> 1, (long) blocks << 1);
    }

    long touch(long high) {
      int block = block(high);
      return pieces[block / BLOCKS_A_PIECE][block % BLOCKS_A_PIECE * WORDS];
    }

    boolean mayHave(long high, long low) {
      int block = block(high);
      long[] bits = pieces[block / BLOCKS_A_PIECE];
      int at = block % BLOCKS_A_PIECE * WORDS;
      for (int word = 0; word < WORDS; word++) {
        if ((bits[at + word] & (1L << (low >>> (word * 6)))) == 0) {
          return false;
        }
      }
      return true;
    }

    void add(long high, long low) {
      room--;
      int block = block(high);
      long[] bits = pieces[block / BLOCKS_A_PIECE];
      int at = block % BLOCKS_A_PIECE * WORDS;
      for (int word = 0; word < WORDS; word++) {
        bits[at + word] |= 1L << (low >>> (word * 6));
      }
    }
  }

  private final int tokensAtStart;
  private final List<Part> parts = new ArrayList<>();
  private volatile Part prepared;
  private boolean isEmpty = true;

  /** So that the compiler leaves in what only warms the cache. */
  @SuppressWarnings("unused")
  private long lastTouched;

  /**
   * @param tokensAtStart of the first part; the last is 8 times as large
   */
  TokenFilter(int tokensAtStart) {
    this.tokensAtStart = tokensAtStart;
    parts.add(new Part(tokensAtStart, () -> {}));
    prepared = parts.get(0);
  }

  boolean mayHave(long high, long low) {
    if (isEmpty) {
      return false;
    }
    for (int i = parts.size() - 1; i >= 0; i--) {
      if (parts.get(i).mayHave(high, low)) {
        return true;
      }
    }
    return false;
  }

  /** Asks memory for where the keys' bits are, all at once; they are needed in a moment. */
  void touch(long[] highs, int count) {
    long touched = 0;
    for (Part part : parts) {
      for (int i = 0; i < count; i++) {
        touched |= part.touch(highs[i]);
      }
    }
    lastTouched = touched;
  }

  void add(long high, long low) {
    Part last = parts.get(parts.size() - 1);
    if (last.room <= 0 && parts.size() < PARTS_MAX) {
      last = prepared == last ? next() : prepared;
      prepared = last;
      parts.add(last);
    }
    last.add(high, low);
    isEmpty = false;
  }

  private Part next() {
    return new Part(tokensAtStart << parts.size(), () -> {});
  }

  /** Tokens that the next part is for, if it is needed soon; else 0. */
  int neededSoon() {
    Part last = parts.get(parts.size() - 1);
    return last.room < last.tokens / 4 && prepared == last && parts.size() < PARTS_MAX
        ? tokensAtStart << parts.size()
        : 0;
  }

  /**
   * Makes the next part ahead, on any thread: to fill it with zeros takes milliseconds.
   *
   * @param breath called once in a while
   */
  void prepare(int tokens, Runnable breath) {
    prepared = new Part(tokens, breath);
  }
}
