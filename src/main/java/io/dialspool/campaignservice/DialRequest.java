package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One item of a batch whose shape is right; whether it can be dialled is {@link #isDialable}'s
 * word. Source: contract sections 3 and 8.
 *
 * @param attributesJson an object of strings, as written into the record
 * @param attributeBytes names and values together, in UTF-8
 */
record DialRequest(
    String clientToken,
    String phoneNumber,
    Instant expirationTime,
    byte[] attributesJson,
    int attributeBytes) {
  private static final int ATTRIBUTE_BYTES_MAX = 32_768;
  private static final Duration AHEAD_MIN = Duration.ofSeconds(30);
  private static final Duration AHEAD_MAX = Duration.ofMinutes(15);
  private static final Pattern E164 = Pattern.compile("\\+\\d{8,15}");

  /** The items of a checked input. */
  static List<DialRequest> ofBatch(JsonNode input) {
    var requests = new ArrayList<DialRequest>();
    for (JsonNode item : input.path("dialRequests")) {
      requests.add(of(item));
    }
    return requests;
  }

  private static DialRequest of(JsonNode item) {
    ObjectNode attributes = item.withObject("/attributes");
    int bytes = 0;
    for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
      bytes +=
          attribute.getKey().length() + attribute.getValue().textValue().getBytes(UTF_8).length;
    }
    return new DialRequest(
        item.path("clientToken").textValue(),
        item.path("phoneNumber").textValue(),
        Instant.parse(item.path("expirationTime").textValue()),
        attributes.toString().getBytes(UTF_8),
        bytes);
  }

  /** Whether number, window and the size of the attributes let it be dialled. */
  boolean isDialable(Instant now) {
    return E164.matcher(phoneNumber).matches()
        && !expirationTime.isBefore(now.plus(AHEAD_MIN))
        && !expirationTime.isAfter(now.plus(AHEAD_MAX))
        && attributeBytes <= ATTRIBUTE_BYTES_MAX;
  }
}
