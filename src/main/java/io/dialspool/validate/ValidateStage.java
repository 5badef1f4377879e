package io.dialspool.validate;

import io.dialspool.request.ClientToken;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * May this dial request exist? Judges each item of a batch by itself; the first fault found stands.
 * Allocates nothing unless libphonenumber is asked in full. Source: design section 4, contract
 * sections 3 and 8.
 */
public final class ValidateStage implements Stage {
  static final int ATTRIBUTE_BYTES_MAX = 32_768;
  static final int ATTRIBUTE_CHARS_MAX = 32_767;
  static final long DEADLINE_AHEAD_MAX_MS = 30L * 24 * 3_600_000;

  static final Fault TOKEN_EMPTY =
      new Fault("clientToken", "empty (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
  static final Fault TOKEN_LONG =
      new Fault("clientToken", "too long (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
  static final Fault TOKEN_FORM =
      new Fault("clientToken", "a character not allowed (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
  static final Fault NAME_EMPTY =
      new Fault("attributes", "an empty name (expected: 1 to 32767 of a-z A-Z 0-9 - _)");
  static final Fault NAME_LONG =
      new Fault("attributes", "a name too long (expected: 1 to 32767 of a-z A-Z 0-9 - _)");
  static final Fault NAME_FORM =
      new Fault(
          "attributes",
          "a name with a character not allowed (expected: 1 to 32767 of a-z A-Z 0-9 - _)");
  static final Fault VALUE_LINES =
      new Fault("attributes", "a value with a line break (expected: one line)");
  static final Fault ATTRIBUTES_LARGE =
      new Fault(
          "attributes", "too large (expected: at most 32768 bytes of names and values together)");
  static final Fault DEADLINE_PAST =
      new Fault("expirationTime", "in the past (expected: now to 30 days ahead)");
  static final Fault DEADLINE_FAR =
      new Fault("expirationTime", "too far ahead (expected: now to 30 days ahead)");

  private static final boolean[] IN_NAME = allowed("-_");
  private static final boolean[] IN_TOKEN = allowed("-_.");

  private final NumberRule numbers;

  public ValidateStage(NumberRule numbers) {
    this.numbers = numbers;
  }

  @Override
  public void on(DialSlot slot) {
    if (slot.isEmpty() || slot.isRecall()) {
      return;
    }
    DialItems items = slot.items();
    for (int item = 0; item < items.count(); item++) {
      if (items.verdict(item) == Verdict.FINE) {
        Fault fault = fault(items, item, slot.receivedAtMs());
        if (fault != null) {
          items.invalid(item, fault);
        }
      }
    }
  }

  private @Nullable Fault fault(DialItems items, int item, long receivedAtMs) {
    byte[] bytes = items.bytes();
    Fault fault = token(bytes, items.tokenAt(item), items.tokenBytes(item));
    if (fault == null) {
      fault = numbers.fault(bytes, items.phoneAt(item), items.phoneBytes(item));
    }
    if (fault == null) {
      fault = deadline(items.deadlineMs(item), receivedAtMs);
    }
    return fault == null ? attributes(items, item) : fault;
  }

  private static @Nullable Fault token(byte[] bytes, int at, int length) {
    if (length == 0) {
      return TOKEN_EMPTY;
    }
    if (length > ClientToken.CHARS_MAX) {
      return TOKEN_LONG;
    }
    return consistsOf(IN_TOKEN, bytes, at, length) ? null : TOKEN_FORM;
  }

  private static @Nullable Fault deadline(long deadlineMs, long receivedAtMs) {
    if (deadlineMs < receivedAtMs) {
      return DEADLINE_PAST;
    }
    return deadlineMs > receivedAtMs + DEADLINE_AHEAD_MAX_MS ? DEADLINE_FAR : null;
  }

  private static @Nullable Fault attributes(DialItems items, int item) {
    int pairs = items.attributePairs(item);
    // Each pair's two lengths are ours, not the caller's.
    if (items.attributesBytes(item) - pairs * 2 * Integer.BYTES > ATTRIBUTE_BYTES_MAX) {
      return ATTRIBUTES_LARGE;
    }
    byte[] bytes = items.bytes();
    int next = items.attributesAt(item);
    for (int pair = 0; pair < pairs; pair++) {
      int nameBytes = length(bytes, next);
      int nameAt = next + Integer.BYTES;
      if (nameBytes == 0) {
        return NAME_EMPTY;
      }
      if (!consistsOf(IN_NAME, bytes, nameAt, nameBytes)) {
        return NAME_FORM;
      }
      if (nameBytes > ATTRIBUTE_CHARS_MAX) {
        return NAME_LONG;
      }
      int valueBytes = length(bytes, nameAt + nameBytes);
      int valueAt = nameAt + nameBytes + Integer.BYTES;
      // With a name of at least one byte beside it, a value within the sum is within its own bound.
      if (hasLineBreak(bytes, valueAt, valueBytes)) {
        return VALUE_LINES;
      }
      next = valueAt + valueBytes;
    }
    return null;
  }

  // What a dot doesn't match: LF, CR, U+0085, U+2028, U+2029.
  private static boolean hasLineBreak(byte[] bytes, int at, int length) {
    int end = at + length;
    for (int i = at; i < end; i++) {
      int b = bytes[i];
      if (b >= 0) {
        if (b == '\n' || b == '\r') {
          return true;
        }
      } else if (b == (byte) 0xC2) {
        if (bytes[i + 1] == (byte) 0x85) {
          return true;
        }
      } else if (b == (byte) 0xE2 && bytes[i + 1] == (byte) 0x80) {
        if (bytes[i + 2] == (byte) 0xA8 || bytes[i + 2] == (byte) 0xA9) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean consistsOf(boolean[] allowed, byte[] bytes, int at, int length) {
    for (int i = at; i < at + length; i++) {
      if (bytes[i] < 0 || !allowed[bytes[i]]) {
        return false;
      }
    }
    return true;
  }

  private static int length(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }

  private static boolean[] allowed(String beside) {
    var allowed = new boolean[128];
    for (char c = 0; c < 128; c++) {
      allowed[c] =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || beside.indexOf(c) >= 0;
    }
    return allowed;
  }
}
