package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  static final int ITEMS_MAX = 25;
  private static final int ATTRIBUTE_BYTES_MAX = 32_768;
  private static final int ATTRIBUTE_CHARS_MAX = 32_767;
  private static final Duration AHEAD_MIN = Duration.ofSeconds(30);
  private static final Duration AHEAD_MAX = Duration.ofMinutes(15);
  private static final Pattern TOKEN = Pattern.compile("[a-zA-Z0-9_\\-.]*");
  private static final Pattern NUMBER = Pattern.compile("[\\d\\-+]*");
  private static final Pattern E164 = Pattern.compile("\\+\\d{8,15}");
  private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[a-zA-Z0-9\\-_]+");
  private static final Pattern ATTRIBUTE_VALUE = Pattern.compile(".*");

  static List<DialRequest> readBatch(Shape body) {
    var requests = new ArrayList<DialRequest>();
    for (Shape item : body.structures("dialRequests", 1, ITEMS_MAX)) {
      requests.add(read(item));
    }
    return requests;
  }

  private static DialRequest read(Shape item) {
    String clientToken = item.string("clientToken", 0, 200, TOKEN);
    String phoneNumber = item.string("phoneNumber", 0, 20, NUMBER);
    Instant expirationTime = item.timestamp("expirationTime");
    ObjectNode attributes = Shape.JSON.createObjectNode();
    int[] bytes = {0};
    item.structure("attributes")
        .eachEntry(
            "name",
            0,
            ATTRIBUTE_CHARS_MAX,
            ATTRIBUTE_NAME,
            ATTRIBUTE_CHARS_MAX,
            ATTRIBUTE_VALUE,
            (name, value) -> {
              attributes.put(name, value);
              bytes[0] += name.length() + value.getBytes(UTF_8).length;
            });
    try {
      return new DialRequest(
          clientToken,
          phoneNumber,
          expirationTime,
          Shape.JSON.writeValueAsBytes(attributes),
          bytes[0]);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("attributes can't be written", e);
    }
  }

  /** Whether number, window and the size of the attributes let it be dialled. */
  boolean isDialable(Instant now) {
    return E164.matcher(phoneNumber).matches()
        && !expirationTime.isBefore(now.plus(AHEAD_MIN))
        && !expirationTime.isAfter(now.plus(AHEAD_MAX))
        && attributeBytes <= ATTRIBUTE_BYTES_MAX;
  }
}
