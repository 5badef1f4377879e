package io.dialspool.campaignservice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object, read as the service's model reads it: an unknown member is passed over, {@code
 * null} counts as absent, and whatever breaks type, length, range or pattern ends the whole call
 * with a ValidationException that names the member. Lengths count code points. No message repeats a
 * value: it may be a phone number. Source: contract sections 3, 4 and 8.
 */
final class Shape {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();
  // RFC 3339; java.time alone would also take a time without seconds.
  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");
  private static final double EPOCH_SECONDS_MAX = 1e11;

  private final String path;
  private final JsonNode node;

  private Shape(String path, JsonNode node) {
    this.path = path;
    this.node = node;
  }

  /** The body of a call; an empty one counts as {@code {}}. */
  static Shape ofBody(byte[] body) {
    if (body.length == 0) {
      return new Shape("", JsonNodeFactory.instance.objectNode());
    }
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      throw Refused.shape(
          "body",
          at == null
              ? "not JSON"
              : "not JSON at line " + at.getLineNr() + ", column " + at.getColumnNr(),
          "one JSON object");
    } catch (IOException e) {
      throw Refused.shape("body", "unreadable", "one JSON object");
    }
    if (!node.isObject()) {
      throw Refused.shape("body", kind(node), "one JSON object");
    }
    return new Shape("", node);
  }

  /** The member's name from the body down, as messages show it. */
  String path(String member) {
    return path.isEmpty() ? member : path + "." + member;
  }

  JsonNode node() {
    return node;
  }

  boolean has(String member) {
    return node.hasNonNull(member);
  }

  String string(String member, int min, int max, @Nullable Pattern form) {
    String value = optionalString(member, min, max, form);
    if (value == null) {
      throw Refused.shape(path(member), "missing", "a string");
    }
    return value;
  }

  @Nullable String optionalString(String member, int min, int max, @Nullable Pattern form) {
    JsonNode value = node.get(member);
    return value == null || value.isNull() ? null : text(path(member), value, min, max, form);
  }

  List<String> strings(String member, int min, int max, int charsMax, @Nullable Pattern form) {
    var strings = new ArrayList<String>();
    JsonNode array = array(member, min, max);
    for (int i = 0; i < array.size(); i++) {
      strings.add(text(path(member) + "[" + i + "]", array.get(i), 0, charsMax, form));
    }
    return strings;
  }

  Shape structure(String member) {
    Shape value = optionalStructure(member);
    if (value == null) {
      throw Refused.shape(path(member), "missing", "an object");
    }
    return value;
  }

  @Nullable Shape optionalStructure(String member) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isObject()) {
      throw Refused.shape(path(member), kind(value), "an object");
    }
    return new Shape(path(member), value);
  }

  List<Shape> structures(String member, int min, int max) {
    var structures = new ArrayList<Shape>();
    JsonNode array = array(member, min, max);
    for (int i = 0; i < array.size(); i++) {
      String at = path(member) + "[" + i + "]";
      if (!array.get(i).isObject()) {
        throw Refused.shape(at, kind(array.get(i)), "an object");
      }
      structures.add(new Shape(at, array.get(i)));
    }
    return structures;
  }

  /** The object's members as a map of strings; entries that are {@code null} are left out. */
  void eachEntry(
      String nameTerm,
      int nameMin,
      int nameMax,
      Pattern nameForm,
      int valueMax,
      @Nullable Pattern valueForm,
      EntryReader reader) {
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      JsonNode value = node.path(name);
      if (!value.isNull()) {
        // No message shows the name: attributes are sensitive, names included.
        checkText(path + ", a " + nameTerm, name, nameMin, nameMax, nameForm);
        reader.entry(
            name, text(path + ", the value of a " + nameTerm, value, 0, valueMax, valueForm));
      }
    }
  }

  boolean bool(String member) {
    Boolean value = optionalBool(member);
    if (value == null) {
      throw Refused.shape(path(member), "missing", "true or false");
    }
    return value;
  }

  @Nullable Boolean optionalBool(String member) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isBoolean()) {
      throw Refused.shape(path(member), kind(value), "true or false");
    }
    return value.booleanValue();
  }

  double number(String member, double min, double max) {
    Double value = optionalNumber(member, min, max);
    if (value == null) {
      throw Refused.shape(path(member), "missing", range("a number", min, max));
    }
    return value;
  }

  @Nullable Double optionalNumber(String member, double min, double max) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return null;
    }
    String expected = range("a number", min, max);
    if (!value.isNumber()) {
      throw Refused.shape(path(member), kind(value), expected);
    }
    double number = value.doubleValue();
    if (!(number >= min && number <= max)) {
      throw Refused.shape(path(member), "out of range", expected);
    }
    return number;
  }

  @Nullable Integer optionalInteger(String member, int min, int max) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return null;
    }
    String expected = "an integer from " + min + " to " + max;
    if (!value.isIntegralNumber()) {
      throw Refused.shape(path(member), kind(value), expected);
    }
    if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
      throw Refused.shape(path(member), "out of range", expected);
    }
    return value.intValue();
  }

  @Nullable Long optionalLong(String member) {
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw Refused.shape(path(member), kind(value), "an integer of 64 bits");
    }
    return value.longValue();
  }

  /** RFC 3339 with {@code Z} or an offset, or seconds since 1970 as a number. */
  Instant timestamp(String member) {
    String expected = "a time such as 2026-11-20T12:05:00Z";
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      throw Refused.shape(path(member), "missing", expected);
    }
    if (value.isNumber()) {
      double seconds = value.doubleValue();
      // Far-off times are a matter of the window, not of the shape.
      double bounded = Math.max(-EPOCH_SECONDS_MAX, Math.min(EPOCH_SECONDS_MAX, seconds));
      return Instant.ofEpochMilli(Math.round(bounded * 1000));
    }
    if (!value.isTextual()) {
      throw Refused.shape(path(member), kind(value), expected);
    }
    if (!TIMESTAMP.matcher(value.textValue()).matches()) {
      throw Refused.shape(path(member), "not a time", expected);
    }
    try {
      return OffsetDateTime.parse(value.textValue()).toInstant();
    } catch (DateTimeException e) {
      throw Refused.shape(path(member), "not a time", expected);
    }
  }

  /** Refuses members beyond {@code known}: for settings, where a typing error must not pass. */
  void refuseOthers(Set<String> known) {
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!known.contains(name)) {
        throw Refused.shape(path(name), "unknown", String.join(", ", known));
      }
    }
  }

  private JsonNode array(String member, int min, int max) {
    String expected = "an array of " + min + " to " + max;
    JsonNode value = node.get(member);
    if (value == null || value.isNull()) {
      throw Refused.shape(path(member), "missing", expected);
    }
    if (!value.isArray()) {
      throw Refused.shape(path(member), kind(value), expected);
    }
    if (value.size() < min || value.size() > max) {
      throw Refused.shape(path(member), value.size() + " items", expected);
    }
    return value;
  }

  private static String text(String at, JsonNode value, int min, int max, @Nullable Pattern form) {
    if (!value.isTextual()) {
      throw Refused.shape(at, kind(value), "a string");
    }
    checkText(at, value.textValue(), min, max, form);
    return value.textValue();
  }

  private static void checkText(String at, String text, int min, int max, @Nullable Pattern form) {
    int chars = text.codePointCount(0, text.length());
    if (chars < min || chars > max) {
      throw Refused.shape(at, chars + " characters", min + " to " + max + " characters");
    }
    if (form != null && !form.matcher(text).matches()) {
      throw Refused.shape(at, "breaks the pattern", form.pattern());
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
          throw Refused.shape(at, "half a surrogate pair", "Unicode text");
        }
        i++;
      }
    }
  }

  private static String range(String what, double min, double max) {
    return what + " from " + plain(min) + " to " + plain(max);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      default -> "null";
    };
  }

  /** Takes one entry of a map. */
  interface EntryReader {
    void entry(String name, String value);
  }
}
