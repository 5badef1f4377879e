package io.dialspool.auth;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A signature and what it says of itself, from the header or from a presigned query; well-formed,
 * and not yet believed. Source: contract section 6.
 *
 * @param timestamp {@code yyyyMMdd'T'HHmmss'Z'}
 * @param atMs the same; milliseconds since 1970
 * @param expiresS how long a presigned request is good for; seconds, 0 in the header form
 * @param sessionToken empty for none
 */
record Claim(
    Scope scope,
    String timestamp,
    long atMs,
    int expiresS,
    List<String> signedHeaders,
    byte[] signature,
    String sessionToken) {
  static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final int EXPIRES_MAX_S = 604_800;
  private static final String DATE = "X-Amz-Date";
  private static final String SESSION_TOKEN = "X-Amz-Security-Token";
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /**
   * @param authorization begins with the algorithm
   */
  static Claim ofHeader(String authorization, HttpHeaders headers) throws Refusal {
    String credential = null;
    String signedHeaders = null;
    String signature = null;
    for (String part : authorization.substring(ALGORITHM.length()).split(",", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      String value = equals < 0 ? "" : part.substring(equals + 1).strip();
      if (name.equals("Credential") && credential == null) {
        credential = value;
      } else if (name.equals("SignedHeaders") && signedHeaders == null) {
        signedHeaders = value;
      } else if (name.equals("Signature") && signature == null) {
        signature = value;
      } else {
        throw new Refusal(
            Refusal.incomplete(
                "Authorization: "
                    + Refusal.shown(name)
                    + " (expected: Credential, SignedHeaders and Signature, each once)"));
      }
    }
    String timestamp = only(headers, DATE);
    String token = only(headers, SESSION_TOKEN);
    return of(
        needed("Authorization: Credential", credential),
        needed(DATE, timestamp),
        0,
        needed("Authorization: SignedHeaders", signedHeaders),
        needed("Authorization: Signature", signature),
        token == null ? "" : token);
  }

  static Claim ofQuery(Query query, HttpHeaders headers) throws Refusal {
    String algorithm = query.only("X-Amz-Algorithm");
    if (!ALGORITHM.equals(algorithm)) {
      throw new Refusal(
          Refusal.incomplete(
              "X-Amz-Algorithm: "
                  + (algorithm == null ? "missing" : Refusal.shown(algorithm))
                  + " (expected: "
                  + ALGORITHM
                  + ")"));
    }
    String token = query.only(SESSION_TOKEN);
    if (token == null) {
      token = only(headers, SESSION_TOKEN);
    }
    return of(
        needed("X-Amz-Credential", query.only("X-Amz-Credential")),
        needed(DATE, query.only(DATE)),
        expires(needed("X-Amz-Expires", query.only("X-Amz-Expires"))),
        needed("X-Amz-SignedHeaders", query.only("X-Amz-SignedHeaders")),
        needed(Query.SIGNATURE, query.only(Query.SIGNATURE)),
        token == null ? "" : token);
  }

  private static Claim of(
      String credential,
      String timestamp,
      int expiresS,
      String signedHeaders,
      String signature,
      String sessionToken)
      throws Refusal {
    return new Claim(
        Scope.of(credential),
        timestamp,
        atMs(timestamp),
        expiresS,
        names(signedHeaders),
        signature(signature),
        sessionToken);
  }

  private static @Nullable String only(HttpHeaders headers, String name) throws Refusal {
    List<String> values = headers.getAll(name);
    if (values.size() > 1) {
      throw new Refusal(Refusal.incomplete(name + ": given more than once (expected: once)"));
    }
    return values.isEmpty() ? null : values.get(0);
  }

  private static String needed(String name, @Nullable String value) throws Refusal {
    if (value == null || value.isEmpty()) {
      throw new Refusal(Refusal.incomplete(name + ": missing (expected: a value)"));
    }
    return value;
  }

  private static long atMs(String timestamp) throws Refusal {
    try {
      return LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new Refusal(
          Refusal.incomplete(
              DATE
                  + ": "
                  + Refusal.shown(timestamp)
                  + " (expected: a time in UTC such as 20261120T120000Z)"));
    }
  }

  private static int expires(String seconds) throws Refusal {
    if (seconds.matches("[0-9]{1,6}")) {
      int expires = Integer.parseInt(seconds);
      if (expires >= 1 && expires <= EXPIRES_MAX_S) {
        return expires;
      }
    }
    throw new Refusal(
        Refusal.incomplete(
            "X-Amz-Expires: "
                + Refusal.shown(seconds)
                + " (expected: 1 to "
                + EXPIRES_MAX_S
                + " seconds)"));
  }

  /** Rising, so that none is named twice: a name repeated would make much of a long header. */
  private static List<String> names(String signedHeaders) throws Refusal {
    List<String> names = List.of(signedHeaders.split(";", -1));
    String last = "";
    for (String name : names) {
      if (name.compareTo(last) <= 0 || !name.equals(name.toLowerCase(Locale.ROOT))) {
        throw new Refusal(
            Refusal.incomplete(
                "SignedHeaders: "
                    + Refusal.shown(signedHeaders)
                    + " (expected: names in lower case, sorted, each once, with ; between)"));
      }
      last = name;
    }
    if (!names.contains(HttpHeaderNames.HOST.toString())) {
      throw new Refusal(
          Refusal.incomplete(
              "SignedHeaders: " + Refusal.shown(signedHeaders) + " (expected: host among them)"));
    }
    return names;
  }

  private static byte[] signature(String hex) throws Refusal {
    if (hex.length() == 2 * Sha256.BYTES) {
      try {
        return HexFormat.of().parseHex(hex);
      } catch (IllegalArgumentException e) {
        // said below
      }
    }
    throw new Refusal(Refusal.incomplete("Signature: malformed (expected: 64 hexadecimal digits)"));
  }
}
