package io.dialspool.replay;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.dialspool.ring.DialItems;
import io.dialspool.spool.Fingerprint;
import java.security.SecureRandom;

/**
 * The tokens and numbers that a dry run has met.
 *
 * <p>Two open-addressed tables without objects: of a token a 64-bit hash under a random key and a
 * 32-bit one of its content, of a number the number itself. 20 bytes a slot at a load of three
 * quarters at most, tables doubling: 10 million rows take 320 MB. Of 10 million tokens the odds
 * that any two share a hash are one in 400,000. Both tables together, growth included, keep to half
 * of the heap: beyond that rows are no longer remembered, and {@link #isWhole} says so.
 */
final class SeenLeads {
  /** What is known of a token. */
  enum Token {
    NEW,
    KNOWN,
    KNOWN_WITH_OTHER_CONTENT
  }

  private static final int SLOTS_AT_START = 1 << 16;
  private static final int SLOTS_MAX = 1 << 29;
  private static final int BYTES_A_SLOT = Long.BYTES + Integer.BYTES + Long.BYTES;
  private static final long TOLD = 1L << 62; // numbers have 15 digits at most: 50 bits

  private final Hasher64 hasher = Hashing.komihash5_0(new SecureRandom().nextLong());
  private final int slotsMax;
  private long[] tokens = new long[SLOTS_AT_START];
  private int[] contents = new int[SLOTS_AT_START];
  private long[] numbers = new long[SLOTS_AT_START];
  private int tokensCount;
  private int numbersCount;
  private long numbersTwice;
  private boolean whole = true;

  SeenLeads() {
    this(Runtime.getRuntime().maxMemory() / 2);
  }

  /**
   * @param bytesMax of both tables, while they grow too
   */
  SeenLeads(long bytesMax) {
    int slots = SLOTS_AT_START;
    // While a table doubles its old half is there too: half as much again.
    while (slots < SLOTS_MAX && 2L * slots * BYTES_A_SLOT * 3 / 2 <= bytesMax) {
      slots *= 2;
    }
    slotsMax = slots;
  }

  /** Takes a token and its content in, if it is new. */
  Token token(DialItems items, int item) {
    long hash =
        nonZero(hasher.hashBytesToLong(items.bytes(), items.tokenAt(item), items.tokenBytes(item)));
    long contentHash = Fingerprint.of(items, item, hasher);
    int content = (int) (contentHash ^ contentHash >>> 32);
    int at = (int) hash & (tokens.length - 1);
    while (tokens[at] != 0) {
      if (tokens[at] == hash) {
        return contents[at] == content ? Token.KNOWN : Token.KNOWN_WITH_OTHER_CONTENT;
      }
      at = at + 1 & (tokens.length - 1);
    }
    if (isFull(tokensCount, tokens.length)) {
      whole = false;
      return Token.NEW;
    }
    tokens[at] = hash;
    contents[at] = content;
    if (++tokensCount > tokens.length / 4 * 3 && tokens.length < slotsMax) {
      growTokens();
    }
    return Token.NEW;
  }

  /**
   * Takes a number in.
   *
   * @return whether it was there before
   */
  boolean number(DialItems items, int item) {
    long number = 0;
    int at = items.phoneAt(item) + 1;
    for (int i = 1; i < items.phoneBytes(item); i++) {
      number = number * 10 + items.bytes()[at++] - '0';
    }
    int slot = slotOf(number);
    if ((numbers[slot] & ~TOLD) == number) {
      numbersTwice += numbers[slot] == number ? 1 : 0;
      numbers[slot] |= TOLD;
      return true;
    }
    if (isFull(numbersCount, numbers.length)) {
      whole = false;
      return false;
    }
    numbers[slot] = number;
    if (++numbersCount > numbers.length / 4 * 3 && numbers.length < slotsMax) {
      growNumbers();
    }
    return false;
  }

  private int slotOf(long number) {
    int slot = (int) hasher.hashLongToLong(number) & (numbers.length - 1);
    while (numbers[slot] != 0 && (numbers[slot] & ~TOLD) != number) {
      slot = slot + 1 & (numbers.length - 1);
    }
    return slot;
  }

  private boolean isFull(int count, int slots) {
    return slots == slotsMax && count > slots / 4 * 3;
  }

  private void growTokens() {
    long[] oldTokens = tokens;
    int[] oldContents = contents;
    tokens = new long[oldTokens.length * 2];
    contents = new int[oldTokens.length * 2];
    for (int i = 0; i < oldTokens.length; i++) {
      if (oldTokens[i] != 0) {
        int at = (int) oldTokens[i] & (tokens.length - 1);
        while (tokens[at] != 0) {
          at = at + 1 & (tokens.length - 1);
        }
        tokens[at] = oldTokens[i];
        contents[at] = oldContents[i];
      }
    }
  }

  private void growNumbers() {
    long[] old = numbers;
    numbers = new long[old.length * 2];
    for (long number : old) {
      if (number != 0) {
        numbers[slotOf(number & ~TOLD)] = number;
      }
    }
  }

  private static long nonZero(long hash) {
    return hash == 0 ? 1 : hash;
  }

  /** Numbers that came more than once. */
  long numbersTwice() {
    return numbersTwice;
  }

  /** Whether every row was remembered. */
  boolean isWhole() {
    return whole;
  }
}
