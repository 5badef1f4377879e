package io.dialspool.whole;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** Times of the campaign service's record. */
final class Times {
  private Times() {}

  static Instant of(JsonNode line, String member) {
    return Instant.parse(line.path(member).asText());
  }

  static Duration between(JsonNode from, JsonNode to, String member) {
    return Duration.between(of(from, member), of(to, member));
  }

  /** How long the target had when the request came. */
  static Duration ahead(JsonNode line) {
    return Duration.between(of(line, "receivedAt"), of(line, "expirationTime"));
  }
}
