package io.dialspool.auth;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All keys, as one reading of the key file has them. Immutable.
 *
 * @param signing by access key id
 * @param bearing by the hash of the token, hexadecimal in lower case
 */
record Keys(Map<String, Key> signing, Map<String, Key> bearing) {
  Keys {
    signing = Map.copyOf(signing);
    bearing = Map.copyOf(bearing);
  }

  @Nullable Key signing(String accessKeyId) {
    return signing.get(accessKeyId);
  }

  // A look-up may tell by its time how much of a hash is right. That helps nobody to a token, of
  // which the hash shows nothing.
  @Nullable Key bearing(String token, Sha256 sha) {
    return bearing.get(Sha256.hex(sha.of(token.getBytes(StandardCharsets.ISO_8859_1))));
  }

  int count() {
    return signing.size() + bearing.size();
  }
}
