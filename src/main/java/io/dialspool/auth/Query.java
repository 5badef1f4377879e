package io.dialspool.auth;

import io.dialspool.http.HttpCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request target, its pairs as sent; empty pairs left out. */
final class Query {
  static final String SIGNATURE = "X-Amz-Signature";
  private static final Set<String> CREDENTIALS =
      Set.of(
          "X-Amz-Algorithm",
          "X-Amz-Credential",
          "X-Amz-Date",
          "X-Amz-Expires",
          "X-Amz-SignedHeaders",
          "X-Amz-Security-Token",
          SIGNATURE);
  private static final Query NONE = new Query(List.of());

  private final List<Pair> pairs;

  private record Pair(String name, String value) {
    static final Comparator<Pair> CANONICAL =
        Comparator.comparing(Pair::name).thenComparing(Pair::value);

    Pair encodedAnew() {
      return new Pair(Encoding.anew(name), Encoding.anew(value));
    }
  }

  private Query(List<Pair> pairs) {
    this.pairs = pairs;
  }

  static Query of(String uri) {
    int question = uri.indexOf('?');
    if (question < 0) {
      return NONE;
    }
    var pairs = new ArrayList<Pair>();
    for (String pair : uri.substring(question + 1).split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        pairs.add(
            equals < 0
                ? new Pair(pair, "")
                : new Pair(pair.substring(0, equals), pair.substring(equals + 1)));
      }
    }
    return new Query(pairs);
  }

  /**
   * The request target without what presigns it, all else as it was: a door that passes the call on
   * must not pass these on too.
   */
  static String withoutCredentials(String uri) {
    int question = uri.indexOf('?');
    if (question < 0) {
      return uri;
    }
    var kept = new StringBuilder(uri.length()).append(uri, 0, question);
    char before = '?';
    for (String pair : uri.substring(question + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      if (!CREDENTIALS.contains(HttpCall.decoded(equals < 0 ? pair : pair.substring(0, equals)))) {
        kept.append(before).append(pair);
        before = '&';
      }
    }
    return kept.toString();
  }

  boolean has(String name) {
    return pairs.stream().anyMatch(pair -> HttpCall.decoded(pair.name).equals(name));
  }

  /**
   * The parameter's value, decoded; null if it is not there.
   *
   * @throws Refusal if it is there more than once
   */
  @Nullable String only(String name) throws Refusal {
    String found = null;
    for (Pair pair : pairs) {
      if (HttpCall.decoded(pair.name).equals(name)) {
        if (found != null) {
          throw new Refusal(Refusal.incomplete(name + ": given more than once (expected: once)"));
        }
        found = HttpCall.decoded(pair.value);
      }
    }
    return found;
  }

  /** Sorted by name, then value, each encoded anew, without the signature. */
  String canonical() {
    return joined(true);
  }

  /** Sorted likewise, but with the escapes that were sent, as some clients sign it. */
  String canonicalAsSent() {
    return joined(false);
  }

  private String joined(boolean encodedAnew) {
    if (pairs.isEmpty()) {
      return "";
    }
    var canonical = new StringBuilder();
    pairs.stream()
        .filter(pair -> !HttpCall.decoded(pair.name).equals(SIGNATURE))
        .map(pair -> encodedAnew ? pair.encodedAnew() : pair)
        .sorted(Pair.CANONICAL)
        .forEach(
            pair ->
                canonical
                    .append(canonical.length() == 0 ? "" : "&")
                    .append(pair.name)
                    .append('=')
                    .append(pair.value));
    return canonical.toString();
  }
}
