package io.dialspool.campaignservice;

import java.nio.ByteBuffer;

/**
 * What becomes of a dial request that left the buffer. It is drawn whole, up to its end, when the
 * contact is dialled, and does not change any more: what of it has happened yet is the reader's
 * question to the clock.
 *
 * @param sequence of its dial request
 * @param dialledAtMs epoch milliseconds, as the other two; {@link #NEVER} for an expired one
 * @param answeredAtMs {@link #NEVER} if nobody answered
 */
record Contact(
    long sequence,
    long dialledAtMs,
    long answeredAtMs,
    long endedAtMs,
    DisconnectReason disconnectReason) {
  static final long NEVER = Long.MAX_VALUE;
  private static final int BYTES = 8 * 3 + 1;

  static Contact expired(long sequence, long expirationMs) {
    return new Contact(sequence, NEVER, NEVER, expirationMs, DisconnectReason.EXPIRED);
  }

  /** When it stops ringing, because somebody answers or because it ends. */
  long rangUntilMs() {
    return Math.min(answeredAtMs, endedAtMs);
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .putLong(dialledAtMs)
        .putLong(answeredAtMs)
        .putLong(endedAtMs)
        .put(disconnectReason.code())
        .array();
  }

  static Contact read(long sequence, byte[] bytes) {
    var in = ByteBuffer.wrap(bytes);
    return new Contact(
        sequence, in.getLong(), in.getLong(), in.getLong(), DisconnectReason.ofCode(in.get()));
  }
}
