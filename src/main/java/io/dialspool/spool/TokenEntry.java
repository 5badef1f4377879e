package io.dialspool.spool;

import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;

/**
 * What the index knows of a token.
 *
 * @param check second hash of the token; tells a collision of the key from a repeat
 * @param fingerprint of phone number and attributes in any order, never of the deadline
 */
record TokenEntry(int lane, long sequence, long check, long fingerprint) {
  static final int BYTES = 28;

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .putInt(lane)
        .putLong(sequence)
        .putLong(check)
        .putLong(fingerprint)
        .array();
  }

  /**
   * @throws StoreException if the bytes are no entry
   */
  static TokenEntry decode(byte[] value) {
    if (value.length != BYTES) {
      throw new StoreException("a token's entry has " + value.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    return new TokenEntry(in.getInt(), in.getLong(), in.getLong(), in.getLong());
  }
}
