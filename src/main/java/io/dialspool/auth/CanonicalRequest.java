package io.dialspool.auth;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a signature covers of a request's head, in the one form that both sides can write. Source:
 * contract section 6.
 *
 * <p>The path is taken as it stands on the wire, never normalised, and encoded once more. Escapes
 * in a query can be written in several ways ({@code %2b}, a bare {@code +}): AWS's rule encodes
 * anew, but there are clients that sign what they send, so both forms are tried where they differ.
 * Both say the same to our doors.
 *
 * @param start up to the query
 * @param queryAsSent null if it is the same as {@code query}
 * @param end after the query, without the payload's hash
 */
record CanonicalRequest(String start, String query, @Nullable String queryAsSent, String end) {

  /**
   * @throws Refusal if a header that is said to be signed is not there
   */
  static CanonicalRequest of(HttpRequest head, Query query, List<String> signedHeaders)
      throws Refusal {
    var end = new StringBuilder(512).append('\n');
    for (String name : signedHeaders) {
      header(name, head.headers(), end);
    }
    end.append('\n').append(String.join(";", signedHeaders)).append('\n');
    String encoded = query.canonical();
    String asSent = query.canonicalAsSent();
    return new CanonicalRequest(
        head.method().name() + "\n" + Encoding.path(path(head.uri())) + "\n",
        encoded,
        asSent.equals(encoded) ? null : asSent,
        end.toString());
  }

  /** Of {@code /path?query}, or of {@code http://host/path?query} as it is sent to a proxy. */
  private static String path(String uri) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    if (!path.startsWith("/")) {
      int authority = path.indexOf("://");
      if (authority >= 0) {
        int slash = path.indexOf('/', authority + 3);
        path = slash < 0 ? "" : path.substring(slash);
      }
    }
    return path.isEmpty() ? "/" : path;
  }

  private static void header(String name, HttpHeaders headers, StringBuilder to) throws Refusal {
    List<String> values = headers.getAll(name);
    if (values.isEmpty()) {
      throw new Refusal(
          Refusal.wrongSignature(
              "SignedHeaders: " + Refusal.shown(name) + " (expected: a header that is sent)"));
    }
    to.append(name).append(':');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        to.append(',');
      }
      trimmed(values.get(i), to);
    }
    to.append('\n');
  }

  /** Without blanks around it, each run of blanks within as one. */
  private static void trimmed(String value, StringBuilder to) {
    boolean begun = false;
    boolean blank = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        blank = begun;
        continue;
      }
      if (blank) {
        to.append(' ');
        blank = false;
      }
      to.append(c);
      begun = true;
    }
  }

  /**
   * @param payloadHash as the canonical request ends, hexadecimal or {@code UNSIGNED-PAYLOAD}
   */
  byte[] bytes(String payloadHash) {
    return bytes(query, payloadHash);
  }

  /** The other form; null if there is none. */
  byte @Nullable [] bytesAsSent(String payloadHash) {
    return queryAsSent == null ? null : bytes(queryAsSent, payloadHash);
  }

  // Netty reads a head's bytes as Latin-1, so these are the bytes that were sent.
  private byte[] bytes(String canonicalQuery, String payloadHash) {
    return (start + canonicalQuery + end + payloadHash).getBytes(StandardCharsets.ISO_8859_1);
  }
}
