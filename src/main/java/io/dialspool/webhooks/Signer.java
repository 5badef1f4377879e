package io.dialspool.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs a message: HMAC-SHA256 of {@code id.timestamp.body}, one signature for each key, so that a
 * receiver may know either while one is being exchanged. Source: Standard Webhooks, symmetric
 * signatures.
 */
final class Signer {
  private static final String ALGORITHM = "HmacSHA256";
  private final List<SecretKeySpec> keys;

  /**
   * @param keys 1 or more, 24 to 64 bytes each
   */
  Signer(List<byte[]> keys) {
    this.keys = keys.stream().map(key -> new SecretKeySpec(key, ALGORITHM)).toList();
  }

  /** The header {@code webhook-signature}: {@code v1,} and base64, separated by spaces. */
  String sign(String id, long timestampSeconds, byte[] body) {
    byte[] head = (id + "." + timestampSeconds + ".").getBytes(StandardCharsets.US_ASCII);
    return keys.stream()
        .map(key -> "v1," + Base64.getEncoder().encodeToString(hmac(key, head, body)))
        .collect(Collectors.joining(" "));
  }

  private static byte[] hmac(SecretKeySpec key, byte[] head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
