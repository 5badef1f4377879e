package io.dialspool.request;

import java.util.Optional;

/**
 * Which trace a dial request belongs to, as its sender said in the header {@code traceparent}. Kept
 * and shown, never sent on: the campaign API knows no such header.
 *
 * <p>Source: W3C Trace Context, Recommendation of 23 November 2021, section 3.2. A value of a later
 * version is read as far as this one goes, and is of this version from then on.
 *
 * @param traceHigh first eight bytes of the trace-id
 * @param traceLow its last eight; not both are 0
 * @param parentId not 0
 * @param flags bit 0: sampled
 */
public record Traceparent(long traceHigh, long traceLow, long parentId, byte flags) {
  /** The header's name. */
  public static final String HEADER = "traceparent";

  private static final int CHARS = 55;
  private static final int SAMPLED = 1;

  public Traceparent {
    if ((traceHigh | traceLow) == 0 || parentId == 0) {
      throw new IllegalArgumentException("traceparent: all zeros (expected: ids that are not)");
    }
  }

  /** Reads the header's value; empty if it is to be ignored. */
  public static Optional<Traceparent> of(String header) {
    String text = header.strip();
    if (text.length() < CHARS
        || text.charAt(2) != '-'
        || text.charAt(35) != '-'
        || text.charAt(52) != '-'
        || !isHex(text, 0, 2)
        || !isHex(text, 3, 35)
        || !isHex(text, 36, 52)
        || !isHex(text, 53, CHARS)) {
      return Optional.empty();
    }
    boolean first = text.startsWith("00");
    if (text.startsWith("ff") || (text.length() > CHARS && (first || text.charAt(CHARS) != '-'))) {
      return Optional.empty();
    }
    long high = Long.parseUnsignedLong(text, 3, 19, 16);
    long low = Long.parseUnsignedLong(text, 19, 35, 16);
    long parent = Long.parseUnsignedLong(text, 36, 52, 16);
    int flags = Integer.parseInt(text, 53, CHARS, 16);
    return (high | low) == 0 || parent == 0
        ? Optional.empty()
        : Optional.of(new Traceparent(high, low, parent, (byte) (first ? flags : flags & SAMPLED)));
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /** As the header has it, {@code 00-…}. */
  @Override
  public String toString() {
    return "00-%016x%016x-%016x-%02x".formatted(traceHigh, traceLow, parentId, flags);
  }
}
