package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * The store's random hash keys, drawn once. Nobody outside can aim at a collision of tokens without
 * knowing them, and a collision of the 128-bit hash is told by the second, independent one.
 */
record Seeds(long token, long check, long fingerprint) {
  static Seeds random() {
    var random = new SecureRandom();
    return new Seeds(random.nextLong(), random.nextLong(), random.nextLong());
  }

  byte[] encode() {
    return ByteBuffer.allocate(24).putLong(token).putLong(check).putLong(fingerprint).array();
  }

  /**
   * @throws StoreException if the bytes are no seeds
   */
  static Seeds decode(byte[] value) {
    if (value.length != 24) {
      throw new StoreException("the spool's hash seeds have " + value.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    return new Seeds(in.getLong(), in.getLong(), in.getLong());
  }

  // The lane goes into the seed, so that a token is hashed where it lies, without being copied
  // behind its lane.
  TokenHasher tokenHasher(int lane) {
    return new TokenHasher(Hashing.komihash5_0(token).hashIntToLong(lane));
  }

  Hasher64 checkHasher(int lane) {
    return Hashing.komihash5_0(Hashing.komihash5_0(check).hashIntToLong(lane));
  }

  Hasher64 fingerprintHasher() {
    return Hashing.komihash5_0(fingerprint);
  }
}
