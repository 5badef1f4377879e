package io.dialspool.spool;

import io.dialspool.request.Traceparent;
import io.dialspool.ring.DialItems;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the items of one lane into one page, each payload anew from its checked values, so that
 * nothing unchecked can leave later. Format:
 *
 * <pre>
 * page    := version:1  count:2  item*  trace*
 * item    := deadlineMs:8  acceptedAtMs:8  tokenBytes:1  phoneBytes:1  payloadBytes:4  token  payload
 * payload := "phoneNumber":"…","attributes":{…}
 * trace   := index:2  count:2  traceHigh:8  traceLow:8  parentId:8  flags:1
 * </pre>
 *
 * A trace is that of {@code count} items from the one at {@code index} on; items that came without
 * one don't pay for it, and what reads items need not know of it.
 */
final class PageBuilder {
  static final int VERSION = 1;
  static final int HEAD_BYTES = 3;
  static final int ITEM_HEAD_BYTES = 22;
  static final int ITEMS_MAX = 256;
  static final int BYTES_FULL = 1 << 20;
  static final int TRACE_BYTES = 29;

  static final byte[] PHONE = ascii("\"phoneNumber\":\"");
  static final byte[] ATTRIBUTES = ascii("\",\"attributes\":{");
  private static final byte[] HEX = ascii("0123456789abcdef");

  private byte[] bytes = new byte[HEAD_BYTES];
  private int used = HEAD_BYTES;
  private int count;
  private final int[] buckets = new int[ITEMS_MAX];

  /** Of each item, if any has one. */
  private final @Nullable Traceparent[] traces = new @Nullable Traceparent[ITEMS_MAX];

  private boolean traced;

  /** Sequence of its first item. */
  long first;

  /** When its first item was accepted; milliseconds since 1970. */
  long firstAcceptedAtMs;

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return count == ITEMS_MAX || used >= BYTES_FULL;
  }

  int count() {
    return count;
  }

  void add(DialItems items, int item, long acceptedAtMs) {
    byte[] from = items.bytes();
    int tokenBytes = items.tokenBytes(item);
    int phoneBytes = items.phoneBytes(item);
    // An attribute byte grows at most sixfold ({@code \\u00XX}); quotes, colon and comma come to
    // five a pair.
    reserve(
        ITEM_HEAD_BYTES
            + tokenBytes
            + PHONE.length
            + phoneBytes
            + ATTRIBUTES.length
            + 6 * items.attributesBytes(item)
            + 5 * items.attributePairs(item)
            + 1);
    putLong(items.deadlineMs(item));
    putLong(acceptedAtMs);
    bytes[used++] = (byte) tokenBytes;
    bytes[used++] = (byte) phoneBytes;
    int lengthAt = used;
    used += 4;
    put(from, items.tokenAt(item), tokenBytes);
    int payloadAt = used;
    put(PHONE, 0, PHONE.length);
    put(from, items.phoneAt(item), phoneBytes);
    put(ATTRIBUTES, 0, ATTRIBUTES.length);
    int at = items.attributesAt(item);
    for (int pair = 0; pair < items.attributePairs(item); pair++) {
      if (pair > 0) {
        bytes[used++] = ',';
      }
      at = putString(from, at);
      bytes[used++] = ':';
      at = putString(from, at);
    }
    bytes[used++] = '}';
    putInt(lengthAt, used - payloadAt);
    buckets[count++] = DeadlineBucket.of(items.deadlineMs(item));
  }

  /** Says which trace the item added last belongs to. */
  void belongsTo(Traceparent trace) {
    traces[count - 1] = trace;
    traced = true;
  }

  /**
   * Ends the page and gives it, its first {@link #length} bytes; once, and to be read before the
   * next {@link #clear}.
   */
  byte[] finish() {
    if (traced) {
      putTraces();
    }
    bytes[0] = VERSION;
    bytes[1] = (byte) (count >>> 8);
    bytes[2] = (byte) count;
    return bytes;
  }

  int length() {
    return used;
  }

  /** Empty for the next page. */
  void clear() {
    if (bytes.length > 2 * BYTES_FULL) {
      bytes = new byte[HEAD_BYTES];
    }
    used = HEAD_BYTES;
    count = 0;
    if (traced) {
      Arrays.fill(traces, null);
      traced = false;
    }
  }

  /** Deadline buckets of its items, ascending. */
  int[] sortedBuckets() {
    Arrays.sort(buckets, 0, count);
    return buckets;
  }

  // What came in one body is one run.
  private void putTraces() {
    reserve(count * TRACE_BYTES);
    for (int from = 0; from < count; ) {
      Traceparent trace = traces[from];
      int to = from + 1;
      while (to < count && Objects.equals(traces[to], trace)) {
        to++;
      }
      if (trace != null) {
        bytes[used++] = (byte) (from >>> 8);
        bytes[used++] = (byte) from;
        bytes[used++] = (byte) ((to - from) >>> 8);
        bytes[used++] = (byte) (to - from);
        putLong(trace.traceHigh());
        putLong(trace.traceLow());
        putLong(trace.parentId());
        bytes[used++] = trace.flags();
      }
      from = to;
    }
  }

  // A string is stored as [length:4][UTF-8]; names need no escapes, values may.
  private int putString(byte[] from, int at) {
    int length =
        (from[at] & 0xff) << 24
            | (from[at + 1] & 0xff) << 16
            | (from[at + 2] & 0xff) << 8
            | (from[at + 3] & 0xff);
    int end = at + 4 + length;
    bytes[used++] = '"';
    for (int i = at + 4; i < end; i++) {
      byte b = from[i];
      if (b == '"' || b == '\\') {
        bytes[used++] = '\\';
        bytes[used++] = b;
      } else if (b >= 0 && b < 0x20) {
        bytes[used++] = '\\';
        bytes[used++] = 'u';
        bytes[used++] = '0';
        bytes[used++] = '0';
        bytes[used++] = HEX[b >>> 4];
        bytes[used++] = HEX[b & 15];
      } else {
        bytes[used++] = b;
      }
    }
    bytes[used++] = '"';
    return end;
  }

  private void put(byte[] from, int at, int length) {
    System.arraycopy(from, at, bytes, used, length);
    used += length;
  }

  private void putLong(long value) {
    putInt(used, (int) (value >>> 32));
    putInt(used + 4, (int) value);
    used += 8;
  }

  private void putInt(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  private void reserve(int length) {
    if (bytes.length - used < length) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.max(bytes.length * 2, 4096), used + length));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
