package io.dialspool.ring;

import io.dialspool.request.RequestState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Up to 25 dial requests of one campaign as slices of one buffer, filled by a parser and judged by
 * the stages. An event loop parses into items of its own and trades them for the slot's ({@link
 * DialSlot#trade}), so bytes are copied once.
 *
 * <p>Slices are UTF-8, decoded (no JSON escapes). The attributes of an item are {@code [name
 * length, 4 bytes][name][value length, 4 bytes][value]} for each pair, big endian, in the order
 * given.
 */
public final class DialItems {
  /** Source: contract section 8. */
  public static final int ITEMS_MAX = 25;

  private static final int BYTES_AT_START = 8 * 1024;
  private static final int BYTES_KEPT_MAX = 64 * 1024;

  private byte[] bytes = new byte[BYTES_AT_START];
  private int used;
  private int count;

  private final int[] tokenAt = new int[ITEMS_MAX];
  private final int[] tokenBytes = new int[ITEMS_MAX];
  private final int[] phoneAt = new int[ITEMS_MAX];
  private final int[] phoneBytes = new int[ITEMS_MAX];
  private final int[] attributesAt = new int[ITEMS_MAX];
  private final int[] attributesBytes = new int[ITEMS_MAX];
  private final int[] attributePairs = new int[ITEMS_MAX];
  private final long[] deadlineMs = new long[ITEMS_MAX];
  private final long[] line = new long[ITEMS_MAX];
  private final Verdict[] verdict = new Verdict[ITEMS_MAX];
  private final @Nullable Fault[] fault = new @Nullable Fault[ITEMS_MAX];
  private final long[] sequence = new long[ITEMS_MAX];
  private final RequestState[] state = new RequestState[ITEMS_MAX];

  // --- the parser's side

  /** Begins the next item and returns its index. The caller has checked {@link #isFull}. */
  public int begin() {
    int i = count++;
    tokenAt[i] = phoneAt[i] = attributesAt[i] = used;
    tokenBytes[i] = phoneBytes[i] = attributesBytes[i] = attributePairs[i] = 0;
    deadlineMs[i] = 0;
    line[i] = 0;
    verdict[i] = Verdict.FINE;
    fault[i] = null;
    sequence[i] = 0;
    state[i] = RequestState.QUEUED;
    return i;
  }

  /** Takes back the item begun last, with all of its bytes from {@code usedBefore} on. */
  public void dropLast(int usedBefore) {
    count--;
    used = usedBefore;
  }

  public boolean isFull() {
    return count == ITEMS_MAX;
  }

  /** Room for {@code length} more bytes; the array returned is valid until the next call. */
  public byte[] ensure(int length) {
    if (bytes.length - used < length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + length));
    }
    return bytes;
  }

  /** Where the next byte goes. */
  public int used() {
    return used;
  }

  /** Says that {@code length} bytes were written at {@link #used}. */
  public void advance(int length) {
    used += length;
  }

  /**
   * Appends {@code text} as UTF-8 and returns where it begins. Unpaired surrogates become {@code
   * ?}.
   */
  public int append(CharSequence text) {
    int at = used;
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    System.arraycopy(utf8, 0, ensure(utf8.length), used, utf8.length);
    used += utf8.length;
    return at;
  }

  public void token(int item, int at, int length) {
    tokenAt[item] = at;
    tokenBytes[item] = length;
  }

  public void phone(int item, int at, int length) {
    phoneAt[item] = at;
    phoneBytes[item] = length;
  }

  /** All pairs of the item, in the form that the class comment shows. */
  public void attributes(int item, int at, int length, int pairs) {
    attributesAt[item] = at;
    attributesBytes[item] = length;
    attributePairs[item] = pairs;
  }

  /** The caller's {@code expirationTime}; milliseconds since 1970. */
  public void deadlineMs(int item, long epochMs) {
    deadlineMs[item] = epochMs;
  }

  /** The line of an NDJSON body that the item came on, from 1. */
  public void line(int item, long number) {
    line[item] = number;
  }

  // --- the stages' side

  /** The first fault stands; the item won't be stored. */
  public void invalid(int item, Fault why) {
    if (verdict[item] == Verdict.FINE) {
      verdict[item] = Verdict.INVALID;
      fault[item] = why;
    }
  }

  /** Dedupe stage only. */
  public void duplicateOf(int item, long firstSequence, RequestState firstState) {
    verdict[item] = Verdict.DUPLICATE;
    sequence[item] = firstSequence;
    state[item] = firstState;
  }

  /** Dedupe stage only. */
  public void collides(int item) {
    verdict[item] = Verdict.COLLISION;
  }

  /** Dedupe stage only: the place that it will have once it is synced. */
  public void spooledAs(int item, long itsSequence) {
    sequence[item] = itsSequence;
  }

  public int count() {
    return count;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int tokenAt(int item) {
    return tokenAt[item];
  }

  public int tokenBytes(int item) {
    return tokenBytes[item];
  }

  public int phoneAt(int item) {
    return phoneAt[item];
  }

  public int phoneBytes(int item) {
    return phoneBytes[item];
  }

  public int attributesAt(int item) {
    return attributesAt[item];
  }

  public int attributesBytes(int item) {
    return attributesBytes[item];
  }

  public int attributePairs(int item) {
    return attributePairs[item];
  }

  public long deadlineMs(int item) {
    return deadlineMs[item];
  }

  public long line(int item) {
    return line[item];
  }

  public Verdict verdict(int item) {
    return verdict[item];
  }

  public @Nullable Fault fault(int item) {
    return fault[item];
  }

  /**
   * The request's place in its lane once it is synced, or that of the first one under its token.
   */
  public long sequence(int item) {
    return sequence[item];
  }

  /** Of a duplicate: where the first one stands. */
  public RequestState state(int item) {
    return state[item];
  }

  /** The token as text; for answers, not for the hot path's inner loop. */
  public String token(int item) {
    return new String(bytes, tokenAt[item], tokenBytes[item], StandardCharsets.UTF_8);
  }

  /** Bytes that this object keeps alive. */
  public int capacity() {
    return bytes.length;
  }

  /** Empties it and gives back a large buffer. */
  public void clear() {
    count = 0;
    used = 0;
    if (bytes.length > BYTES_KEPT_MAX) {
      bytes = new byte[BYTES_AT_START];
    }
  }
}
