package io.dialspool.auth;

import io.dialspool.http.ApiError;
import io.dialspool.time.Clock;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges the requests of one port: who sent it, and may he? Any thread. Source: contract section 6.
 *
 * <p>A signature covers the body by its hash. A client that sends the hash ({@code
 * x-amz-content-sha256}) is believed or not at the head, and its body is held against that hash
 * afterwards; for one that doesn't, all is judged at the body's end. What a key may do is said to
 * nobody who has not proved to own it.
 */
final class Judge {
  private static final String CONTENT_HASH = "x-amz-content-sha256";
  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final String BEARER = "Bearer ";
  private static final long SKEW_MAX_MS = TimeUnit.MINUTES.toMillis(15);
  private static final byte[] EMPTY_HASH = new Sha256().of(new byte[0]);

  /** Judged in place of a key that isn't there, so that this takes as long as one that is. */
  private static final Secret DECOY = new Secret("no key has this secret", "");

  private static final ApiError NO_KEYS =
      Refusal.denied(
          "Calls that change Amazon Connect itself need a key with the right control, and no key file is configured (doors.keyFile).");
  private static final ApiError WRONG_SIGNATURE =
      Refusal.wrongSignature(
          "The signature does not fit the request: another secret, or the request was changed on its way.");
  private static final ApiError WRONG_BODY =
      Refusal.wrongSignature("The body is not the one that " + CONTENT_HASH + " tells of.");

  private final @Nullable KeyFile file;
  private final String region;
  private final Rule rule;
  private final Clock clock;

  /**
   * @param file null if nobody is asked, except for calls that are passed on
   */
  Judge(@Nullable KeyFile file, String region, Rule rule, Clock clock) {
    this.file = file;
    this.region = region;
    this.rule = rule;
    this.clock = clock;
  }

  /**
   * @param sha the connection's own
   */
  Ruling judge(HttpRequest head, Sha256 sha) {
    Demand demand = rule.of(head.method().name(), head.uri());
    if (demand.right() == null) {
      return Ruling.UNASKED;
    }
    if (file == null) {
      return demand.passedOn() ? Ruling.refused(NO_KEYS) : Ruling.UNASKED;
    }
    try {
      Keys keys = file.keys();
      Query query = Query.of(head.uri());
      boolean presigned = query.has(Query.SIGNATURE);
      List<String> authorizations = head.headers().getAll(HttpHeaderNames.AUTHORIZATION);
      if (authorizations.size() + (presigned ? 1 : 0) > 1) {
        throw new Refusal(
            Refusal.incomplete(
                "Authorization: credentials in more than one place (expected: one header, or a presigned query)"));
      }
      if (presigned) {
        return signed(head, Claim.ofQuery(query, head.headers()), query, demand, keys, sha);
      }
      if (authorizations.isEmpty()) {
        throw new Refusal(Refusal.missing());
      }
      String authorization = authorizations.get(0);
      if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        return bearer(authorization.substring(BEARER.length()).strip(), demand, keys, sha);
      }
      if (!authorization.startsWith(Claim.ALGORITHM + " ")) {
        throw new Refusal(
            Refusal.incomplete(
                "Authorization: unknown scheme (expected: " + Claim.ALGORITHM + " or Bearer)"));
      }
      return signed(head, Claim.ofHeader(authorization, head.headers()), query, demand, keys, sha);
    } catch (Refusal e) {
      return Ruling.refused(e.error());
    }
  }

  private Ruling bearer(String token, Demand demand, Keys keys, Sha256 sha) throws Refusal {
    Key key = keys.bearing(token, sha);
    if (key == null) {
      throw new Refusal(Refusal.unknownKey("The bearer token is not known here."));
    }
    return new Ruling(key.refusal(demand, clock.epochMs()), key.caller(), null);
  }

  private Ruling signed(
      HttpRequest head, Claim claim, Query query, Demand demand, Keys keys, Sha256 sha)
      throws Refusal {
    checkScope(claim);
    long nowMs = clock.epochMs();
    checkTime(claim, nowMs);
    String declared = declaredHash(head, demand);
    CanonicalRequest request = CanonicalRequest.of(head, query, claim.signedHeaders());

    Key key = keys.signing(claim.scope().accessKeyId());
    Secret secret = key == null ? DECOY : Objects.requireNonNull(key.secret());
    var signature = new Signature(claim, request, secret);
    if (key == null) {
      signature.fits(declared == null ? Sha256.hex(EMPTY_HASH) : declared, sha);
      throw new Refusal(
          Refusal.unknownKey(
              "The access key "
                  + Refusal.shown(claim.scope().accessKeyId())
                  + " is not known here."));
    }
    checkSessionToken(claim, secret);

    ApiError refusal = key.refusal(demand, nowMs);
    boolean bodiless =
        !HttpUtil.isTransferEncodingChunked(head) && HttpUtil.getContentLength(head, 0L) == 0;
    if (declared == null && !bodiless) {
      return new Ruling(
          refusal,
          key.caller(),
          hash -> signature.fits(Sha256.hex(hash), sha) ? null : WRONG_SIGNATURE);
    }
    if (!signature.fits(declared == null ? Sha256.hex(EMPTY_HASH) : declared, sha)) {
      throw new Refusal(WRONG_SIGNATURE);
    }
    if (refusal != null) {
      throw new Refusal(refusal);
    }
    if (declared == null || declared.equals(UNSIGNED)) {
      return new Ruling(null, key.caller(), null);
    }
    byte[] expected = Sha256.HEX.parseHex(declared);
    if (!bodiless) {
      return new Ruling(
          null, key.caller(), hash -> MessageDigest.isEqual(hash, expected) ? null : WRONG_BODY);
    }
    if (!MessageDigest.isEqual(EMPTY_HASH, expected)) {
      throw new Refusal(WRONG_BODY);
    }
    return new Ruling(null, key.caller(), null);
  }

  private void checkScope(Claim claim) throws Refusal {
    Scope scope = claim.scope();
    expect("service", scope.service(), Scope.SERVICE);
    expect("region", scope.region(), region);
    expect("date", scope.date(), claim.timestamp().substring(0, 8));
  }

  private static void expect(String part, String value, String expected) throws Refusal {
    if (!value.equals(expected)) {
      throw new Refusal(
          Refusal.wrongSignature(
              "Credential: "
                  + part
                  + " "
                  + Refusal.shown(value)
                  + " (expected: "
                  + expected
                  + ")"));
    }
  }

  // Clocks may differ by 15 minutes either way, also where a presigned request ends.
  private static void checkTime(Claim claim, long nowMs) throws Refusal {
    long lateMs = nowMs - claim.atMs() - TimeUnit.SECONDS.toMillis(claim.expiresS());
    if (lateMs > SKEW_MAX_MS || claim.atMs() - nowMs > SKEW_MAX_MS) {
      throw new Refusal(
          Refusal.requestExpired(
              "The request is signed for "
                  + claim.timestamp()
                  + (claim.expiresS() > 0 ? " and " + claim.expiresS() + " seconds" : "")
                  + ", too far from our clock (expected: at most 15 minutes)."));
    }
  }

  private static void checkSessionToken(Claim claim, Secret secret) throws Refusal {
    if (claim.sessionToken().isEmpty() == secret.hasSessionToken()) {
      throw new Refusal(
          Refusal.unknownKey(
              secret.hasSessionToken()
                  ? "The access key is good with its session token only, and none was sent."
                  : "A session token was sent, but the access key has none."));
    }
    if (secret.hasSessionToken() && !secret.isSessionToken(claim.sessionToken())) {
      throw new Refusal(
          Refusal.tokenExpired("The session token is not the access key's present one."));
    }
  }

  /** The payload's hash as declared, hexadecimal or UNSIGNED-PAYLOAD; null if nothing was. */
  private static @Nullable String declaredHash(HttpRequest head, Demand demand) throws Refusal {
    List<String> values = head.headers().getAll(CONTENT_HASH);
    String declared = values.isEmpty() ? null : String.join(",", values);
    if (demand.streamed()) {
      if (!UNSIGNED.equals(declared)) {
        throw new Refusal(
            Refusal.incomplete(
                CONTENT_HASH
                    + ": a stream of dial requests is taken in before its end, so its body can't be signed (expected: "
                    + UNSIGNED
                    + ", or a bearer token)"));
      }
      return declared;
    }
    if (declared != null && !isHash(declared)) {
      throw new Refusal(
          Refusal.wrongSignature(
              CONTENT_HASH
                  + ": "
                  + Refusal.shown(declared)
                  + " (expected: the body's SHA-256, 64 hexadecimal digits)"));
    }
    return declared;
  }

  private static boolean isHash(String text) {
    return text.length() == 2 * Sha256.BYTES
        && text.chars().allMatch(java.util.HexFormat::isHexDigit);
  }

  /** A signature to be held against the request that it came with. */
  private record Signature(Claim claim, CanonicalRequest request, Secret secret) {
    boolean fits(String payloadHash, Sha256 sha) {
      byte[] asSent = request.bytesAsSent(payloadHash);
      return fits(request.bytes(payloadHash), sha) || (asSent != null && fits(asSent, sha));
    }

    private boolean fits(byte[] canonical, Sha256 sha) {
      String toSign =
          Claim.ALGORITHM
              + "\n"
              + claim.timestamp()
              + "\n"
              + claim.scope().text()
              + "\n"
              + Sha256.hex(sha.of(canonical));
      byte[] key = secret.signingKey(claim.scope(), sha);
      return MessageDigest.isEqual(
          sha.hmac(key, toSign.getBytes(StandardCharsets.UTF_8)), claim.signature());
    }
  }
}
