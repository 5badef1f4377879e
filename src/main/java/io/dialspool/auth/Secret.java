package io.dialspool.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The secret half of an access key, and the signing key last derived from it. A client signs all
 * day for one date and region, so one place is enough to save four of five HMACs. Any thread.
 * Source: contract section 6.
 */
final class Secret {
  private final byte[] seed;
  private final byte[] sessionToken;
  private volatile @Nullable Derived derived;

  /**
   * @param sessionToken empty for none
   */
  Secret(String secretAccessKey, String sessionToken) {
    this.seed = ("AWS4" + secretAccessKey).getBytes(StandardCharsets.UTF_8);
    this.sessionToken = sessionToken.getBytes(StandardCharsets.UTF_8);
  }

  private record Derived(String date, String region, byte[] key) {
    boolean isOf(Scope scope) {
      return date.equals(scope.date()) && region.equals(scope.region());
    }
  }

  boolean hasSessionToken() {
    return sessionToken.length > 0;
  }

  boolean isSessionToken(String token) {
    return MessageDigest.isEqual(sessionToken, token.getBytes(StandardCharsets.UTF_8));
  }

  byte[] signingKey(Scope scope, Sha256 sha) {
    Derived latest = derived;
    if (latest == null || !latest.isOf(scope)) {
      byte[] key = seed;
      for (String part :
          new String[] {scope.date(), scope.region(), Scope.SERVICE, Scope.TERMINATOR}) {
        key = sha.hmac(key, part.getBytes(StandardCharsets.UTF_8));
      }
      latest = new Derived(scope.date(), scope.region(), key);
      derived = latest;
    }
    return latest.key;
  }
}
