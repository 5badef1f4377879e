package io.dialspool.auth;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256 and HMAC-SHA256 of one connection, for they are dear to make. Not thread-safe. */
final class Sha256 {
  static final int BYTES = 32;
  static final HexFormat HEX = HexFormat.of();

  private final MessageDigest digest;
  private final Mac mac;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
      mac = Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has both
    }
  }

  /** Begins a new hash. */
  void reset() {
    digest.reset();
  }

  /** Leaves the reader's index where it is. */
  void update(ByteBuf part) {
    for (ByteBuffer buffer : part.nioBuffers()) {
      digest.update(buffer);
    }
  }

  /** The hash of what came since the last one. */
  byte[] digest() {
    return digest.digest();
  }

  byte[] of(byte[] message) {
    return digest.digest(message);
  }

  byte[] hmac(byte[] key, byte[] message) {
    try {
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(e); // any bytes are a key, but none at all
    }
    return mac.doFinal(message);
  }

  static String hex(byte[] hash) {
    return HEX.formatHex(hash);
  }
}
