package io.dialspool.intake;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a redrive. A member that isn't known is refused: a misspelt filter would
 * redrive everything. Source: api.md.
 */
final class RedriveBody {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Set<String> MEMBERS = Set.of("filter", "deadline", "dryRun", "after");
  private static final Set<String> FILTER_MEMBERS =
      Set.of("state", "reason", "settledAfter", "settledBefore", "clientTokens", "inDoubt");
  private static final Map<String, RequestState> STATES =
      Map.of(
          "REJECTED", RequestState.REJECTED,
          "EXPIRED", RequestState.EXPIRED,
          "UNDELIVERABLE", RequestState.UNDELIVERABLE);
  private static final String EXAMPLE = "2026-11-21T18:00:00Z";
  private static final Map<String, Reason> REASONS =
      Map.of(
          "ATTEMPTS_EXHAUSTED", Reason.ATTEMPTS_EXHAUSTED,
          "CAMPAIGN_STOPPED", Reason.CAMPAIGN_STOPPED,
          "CAMPAIGN_GONE", Reason.CAMPAIGN_GONE,
          "IN_DOUBT", Reason.IN_DOUBT,
          "INVALID_INPUT", Reason.INVALID_INPUT,
          "REFUSED_ALONE", Reason.REFUSED_ALONE);
  private static final int TOKENS_MAX = 10_000;
  private static final long AHEAD_MAX_MS = Duration.ofDays(30).toMillis();

  private RedriveBody() {}

  /**
   * @param isPlace whether a text may stand as {@code after}
   * @throws ShapeException if it is none, with the member at fault
   */
  static RedriveOrder read(byte[] body, long nowMs, Predicate<String> isPlace)
      throws ShapeException {
    JsonNode json = object("body", parse(body), MEMBERS);
    JsonNode filter =
        json.path("filter").isMissingNode() || json.path("filter").isNull()
            ? JSON.createObjectNode()
            : object("filter", json.path("filter"), FILTER_MEMBERS);
    boolean dryRun = flag(json, "dryRun");
    long deadlineMs = time(json, "deadline", Long.MIN_VALUE);
    if (deadlineMs == Long.MIN_VALUE && !dryRun) {
      throw new ShapeException("deadline", "missing (expected: a time such as " + EXAMPLE + ")");
    }
    if (deadlineMs != Long.MIN_VALUE
        && (deadlineMs <= nowMs || deadlineMs > nowMs + AHEAD_MAX_MS)) {
      throw new ShapeException("deadline", "not ahead (expected: within 30 days from now)");
    }
    String after = text(json, "after", "");
    if (!isPlace.test(after)) {
      throw new ShapeException("after", "no cursor (expected: the next of an earlier answer)");
    }
    return new RedriveOrder(
        choice(filter, "state", STATES),
        choice(filter, "reason", REASONS),
        time(filter, "settledAfter", Long.MIN_VALUE),
        time(filter, "settledBefore", Long.MAX_VALUE),
        tokens(filter.path("clientTokens")),
        flag(filter, "inDoubt"),
        deadlineMs,
        dryRun,
        after);
  }

  static JsonNode parse(byte[] body) throws ShapeException {
    try {
      return JSON.readTree(body);
    } catch (StreamReadException e) {
      throw new ShapeException(
          "body",
          "unreadable JSON at byte "
              + e.getLocation().getByteOffset()
              + " (expected: an object without doubled members)");
    } catch (IOException e) {
      throw new ShapeException("body", "unreadable JSON (expected: one object)");
    }
  }

  static JsonNode object(String name, JsonNode json, Set<String> members) throws ShapeException {
    if (!json.isObject()) {
      throw new ShapeException(name, "not an object (expected: an object)");
    }
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      if (!members.contains(member.getKey())) {
        throw new ShapeException(
            name,
            "holds a member that isn't known (expected: "
                + String.join(", ", members.stream().sorted().toList())
                + ")");
      }
    }
    return json;
  }

  static String text(JsonNode json, String member, String orElse) throws ShapeException {
    JsonNode value = json.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return orElse;
    }
    if (!value.isTextual()) {
      throw new ShapeException(member, "not a text (expected: a text)");
    }
    return value.textValue();
  }

  static boolean flag(JsonNode json, String member) throws ShapeException {
    JsonNode value = json.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw new ShapeException(member, "not a flag (expected: true or false)");
    }
    return value.booleanValue();
  }

  private static <T> @Nullable T choice(JsonNode json, String member, Map<String, T> choices)
      throws ShapeException {
    String name = text(json, member, "");
    T chosen = choices.get(name);
    if (chosen == null && !name.isEmpty()) {
      throw new ShapeException(
          member,
          "not known (expected: "
              + String.join(", ", choices.keySet().stream().sorted().toList())
              + ")");
    }
    return chosen;
  }

  private static long time(JsonNode json, String member, long orElse) throws ShapeException {
    String text = text(json, member, "");
    if (text.isEmpty()) {
      return orElse;
    }
    long ms = ExpirationTime.ofText(text.toCharArray(), 0, text.length());
    if (ms == ExpirationTime.UNREADABLE) {
      throw new ShapeException(member, "not a time (expected: one such as " + EXAMPLE + ")");
    }
    return ms;
  }

  private static List<ClientToken> tokens(JsonNode json) throws ShapeException {
    if (json.isMissingNode() || json.isNull()) {
      return List.of();
    }
    if (!json.isArray() || json.isEmpty() || json.size() > TOKENS_MAX) {
      throw new ShapeException(
          "clientTokens", "not a list (expected: 1 to " + TOKENS_MAX + " clientTokens)");
    }
    var tokens = new ArrayList<ClientToken>(json.size());
    for (JsonNode token : json) {
      if (!token.isTextual() || !ClientToken.isValid(token.textValue())) {
        throw new ShapeException(
            "clientTokens", "holds what is no token (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
      }
      tokens.add(new ClientToken(token.textValue()));
    }
    return tokens;
  }
}
