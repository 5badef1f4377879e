package io.dialspool.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a value of the API may be. It reads as the service's model reads: an unknown member is
 * passed over, {@code null} counts as absent, and whatever breaks type, length, range, pattern or
 * number ends the reading. Source: contract sections 3 and 4.
 */
public sealed interface Shape {
  /** What it wants, as messages say it. */
  String expected();

  /**
   * Reads a value, checked, without what the shape doesn't know.
   *
   * @param json at the value's first token, which is not {@code null}; at its last one afterwards
   * @param at how messages name the value
   * @throws BrokenShapeException if the value breaks this shape
   * @throws IOException if it is no JSON
   */
  JsonNode read(JsonParser json, String at) throws IOException;

  /**
   * A string.
   *
   * @param charsMin in code points
   * @param charsMax in code points
   * @param form of the whole string; null for any
   */
  record Text(int charsMin, int charsMax, @Nullable Pattern form) implements Shape {
    public static Text of(int charsMin, int charsMax) {
      return new Text(charsMin, charsMax, null);
    }

    public static Text of(int charsMin, int charsMax, String form) {
      return new Text(charsMin, charsMax, Pattern.compile(form));
    }

    /** The same, of at least one character: an empty label is no label. */
    Text notEmpty() {
      return new Text(Math.max(1, charsMin), charsMax, form);
    }

    @Override
    public String expected() {
      return "string";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw Json.wrongType(json, at, expected());
      }
      String text = json.getText();
      String fault = fault(text);
      if (fault != null) {
        throw new BrokenShapeException(at, fault, bound(fault));
      }
      return JsonNodeFactory.instance.textNode(text);
    }

    /** What is wrong with {@code text}; null if it is fine. */
    @Nullable String fault(String text) {
      int chars = text.codePointCount(0, text.length());
      if (chars < charsMin || chars > charsMax) {
        return chars + " characters";
      }
      if (form != null && !form.matcher(text).matches()) {
        return BREAKS_PATTERN;
      }
      for (int i = 0; i < text.length(); i++) {
        if (Character.isSurrogate(text.charAt(i))) {
          if (i + 1 == text.length()
              || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
            return HALF_PAIR;
          }
          i++;
        }
      }
      return null;
    }

    /** What was expected where {@link #fault} found something. */
    String bound(String fault) {
      return switch (fault) {
        case BREAKS_PATTERN -> String.valueOf(form);
        case HALF_PAIR -> "Unicode text";
        default -> charsMin + " to " + charsMax + " characters";
      };
    }

    private static final String BREAKS_PATTERN = "breaks the pattern";
    private static final String HALF_PAIR = "half a surrogate pair";
  }

  /** A whole number from {@code min} to {@code max}. */
  record Whole(long min, long max) implements Shape {
    @Override
    public String expected() {
      return "integer from " + min + " to " + max;
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw Json.wrongType(json, at, expected());
      }
      var value = json.getBigIntegerValue();
      if (value.bitLength() > 63 || value.longValue() < min || value.longValue() > max) {
        throw new BrokenShapeException(at, "out of range", expected());
      }
      return JsonNodeFactory.instance.numberNode(value.longValue());
    }
  }

  /** A number from {@code min} to {@code max}. */
  record Decimal(double min, double max) implements Shape {
    @Override
    public String expected() {
      return "number from " + plain(min) + " to " + plain(max);
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (!Json.isNumber(json)) {
        throw Json.wrongType(json, at, expected());
      }
      double value = json.getDoubleValue();
      if (!(value >= min && value <= max)) {
        throw new BrokenShapeException(at, "out of range", expected());
      }
      return JsonNodeFactory.instance.numberNode(value);
    }

    private static String plain(double number) {
      return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
  }

  /** True or false. */
  record Bool() implements Shape {
    @Override
    public String expected() {
      return "true or false";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      JsonToken token = json.currentToken();
      if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
        throw Json.wrongType(json, at, expected());
      }
      return JsonNodeFactory.instance.booleanNode(token == JsonToken.VALUE_TRUE);
    }
  }

  /**
   * RFC 3339 with {@code Z} or an offset, 0 to 9 digits of fraction, or seconds since 1970 as a
   * number. Read as text in UTC that {@link Instant#parse} takes; epoch seconds too far off for any
   * use are moved to some millennia from now. Source: contract section 5.4.
   */
  record Timestamp() implements Shape {
    // java.time alone would also take a time without seconds.
    private static final Pattern FORM =
        Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");
    private static final double SECONDS_MAX = 1e11;

    @Override
    public String expected() {
      return "RFC 3339 as in 2026-11-20T12:05:00Z";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      return JsonNodeFactory.instance.textNode(instant(json, at).toString());
    }

    private Instant instant(JsonParser json, String at) throws IOException {
      if (Json.isNumber(json)) {
        double seconds = Math.max(-SECONDS_MAX, Math.min(SECONDS_MAX, json.getDoubleValue()));
        return Instant.ofEpochMilli(Math.round(seconds * 1000));
      }
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw Json.wrongType(json, at, expected());
      }
      String text = json.getText();
      try {
        if (FORM.matcher(text).matches()) {
          return OffsetDateTime.parse(text).toInstant();
        }
      } catch (DateTimeException e) {
        // Such as the 30th of February: said below.
      }
      throw new BrokenShapeException(at, "not a time", expected());
    }
  }

  /** One of {@code values}, in just these letters. */
  record Choice(List<String> values) implements Shape {
    public Choice {
      values = List.copyOf(values);
    }

    @Override
    public String expected() {
      return String.join(", ", values);
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw Json.wrongType(json, at, expected());
      }
      String text = json.getText();
      if (!values.contains(text)) {
        throw new BrokenShapeException(at, "not one of these", expected());
      }
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /** {@code itemsMin} to {@code itemsMax} values of one shape. */
  record Items(Shape item, int itemsMin, int itemsMax) implements Shape {
    @Override
    public String expected() {
      return itemsMin + " to " + itemsMax + " items";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw new BrokenShapeException(at, Json.kind(json.currentToken()), "array");
      }
      ArrayNode items = JsonNodeFactory.instance.arrayNode();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (items.size() == itemsMax) {
          throw new BrokenShapeException(at, "more than " + itemsMax + " items", expected());
        }
        items.add(item.read(json, at + "[" + items.size() + "]"));
      }
      if (items.size() < itemsMin) {
        throw new BrokenShapeException(at, items.size() + " items", expected());
      }
      return items;
    }
  }

  /**
   * Strings by name. Messages show no name: those of attributes are as sensitive as the values.
   *
   * @param term what a name is called in messages
   * @param entriesMax how many there may be
   */
  record Entries(String term, Text name, Text value, int entriesMax) implements Shape {
    @Override
    public String expected() {
      return "object";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw Json.wrongType(json, at, expected());
      }
      ObjectNode entries = JsonNodeFactory.instance.objectNode();
      var given = new HashSet<String>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (!given.add(key)) {
          throw new BrokenShapeException(at, "a " + term + " given twice", "once");
        }
        if (json.nextToken() == JsonToken.VALUE_NULL) {
          continue;
        }
        check(at, key, name, "a " + term);
        if (json.currentToken() != JsonToken.VALUE_STRING) {
          throw new BrokenShapeException(
              at, Json.kind(json.currentToken()) + " as a value", value.expected());
        }
        String text = json.getText();
        check(at, text, value, "a value");
        if (entries.size() == entriesMax) {
          throw new BrokenShapeException(
              at, "more than " + entriesMax + " entries", "at most " + entriesMax);
        }
        entries.put(key, text);
      }
      return entries;
    }

    private static void check(String at, String text, Text shape, String what) {
      String fault = shape.fault(text);
      if (fault != null) {
        throw new BrokenShapeException(at, fault + " in " + what, shape.bound(fault));
      }
    }
  }

  /**
   * Members by name.
   *
   * @param anyOf of these at least one must be there; empty for no such rule
   * @param closed whether a member beyond these is refused: for settings, where a typing error must
   *     not pass
   */
  record Structure(List<Member> members, List<String> anyOf, boolean closed) implements Shape {
    public Structure {
      members = List.copyOf(members);
      anyOf = List.copyOf(anyOf);
    }

    public static Structure of(Member... members) {
      return new Structure(List.of(members), List.of(), false);
    }

    /** The same, with at least one of {@code names} in it. */
    Structure withAnyOf(String... names) {
      return new Structure(members, List.of(names), closed);
    }

    /** These members and no others. */
    public static Structure closed(Member... members) {
      return new Structure(List.of(members), List.of(), true);
    }

    @Override
    public String expected() {
      return "object";
    }

    /** The member of this name; null if there is none. */
    public @Nullable Member member(String name) {
      return Member.named(name, members);
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      ObjectNode values = Member.readAll(json, at, members, closed);
      Member.checkRequired(values, at, members);
      if (!anyOf.isEmpty() && anyOf.stream().noneMatch(values::has)) {
        throw new BrokenShapeException(
            at, "none of " + String.join(", ", anyOf), "at least one of them");
      }
      return values;
    }
  }

  /** Exactly one of its members. */
  record Union(List<Member> members) implements Shape {
    public Union {
      members = List.copyOf(members);
    }

    @Override
    public String expected() {
      return "object";
    }

    @Override
    public JsonNode read(JsonParser json, String at) throws IOException {
      ObjectNode values = Member.readAll(json, at, members, false);
      if (values.size() != 1) {
        throw new BrokenShapeException(
            at,
            values.size() + " members",
            "exactly one of " + String.join(", ", members.stream().map(Member::name).toList()));
      }
      return values;
    }
  }
}
