package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.dialspool.request.ClientToken;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one dial request object from a JSON parser into {@link DialItems}, without Strings. Shape
 * faults are thrown; a meaning's fault is the validate stage's to find, so what is too long is kept
 * one byte longer than allowed and no more.
 */
final class DialRequestReader {
  static final int NESTING_MAX = 32;
  static final JsonFactory JSON =
      new JsonFactoryBuilder()
          // A name from the wire must not end up in the JVM's string table.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxNumberLength(100)
                  // The body's own bound holds; longer than the API allows is one item's fault.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final int CLIENT_TOKEN = 1;
  private static final int PHONE_NUMBER = 2;
  private static final int EXPIRATION_TIME = 4;
  private static final int ATTRIBUTES = 8;

  private static final int TOKEN_KEPT = ClientToken.CHARS_MAX + 1;
  private static final int PHONE_KEPT = 32;
  private static final int ATTRIBUTES_KEPT = 32_768 + 1;

  /** Up to so many names are compared one by one; more go into a set. */
  private static final int NAMES_COMPARED_MAX = 16;

  static final Fault EXPIRATION_TIME_FORM =
      new Fault("expirationTime", "not a time (expected: RFC 3339 as in 2026-11-20T12:05:00Z)");
  static final Fault UNPAIRED_SURROGATE =
      new Fault("attributes", "a value with half a surrogate pair (expected: Unicode text)");

  private boolean unpaired;
  private char[] nameChars = new char[64];

  /**
   * Appends the object to {@code into}.
   *
   * @param json at the object's first token, whatever that is; at its last one afterwards
   * @throws ShapeException with members named from the object on; the item begun is left to the
   *     caller
   */
  void read(JsonParser json, DialItems into) throws IOException, ShapeException {
    int item = into.begin();
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new ShapeException("", nameOf(json.currentToken()) + " (expected: object)");
    }
    int given = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      int member = memberOf(name);
      if ((given & member) != 0) {
        throw new ShapeException(name, "given twice (expected: once)");
      }
      given |= member;
      switch (member) {
        case CLIENT_TOKEN -> {
          expectString(name, value);
          int at = into.used();
          into.token(item, at, string(json, TOKEN_KEPT, into));
        }
        case PHONE_NUMBER -> {
          expectString(name, value);
          int at = into.used();
          into.phone(item, at, string(json, PHONE_KEPT, into));
        }
        case EXPIRATION_TIME -> expirationTime(json, item, into);
        case ATTRIBUTES -> {
          if (value != JsonToken.START_OBJECT) {
            throw new ShapeException(name, nameOf(value) + " (expected: object)");
          }
          attributes(json, item, into);
        }
        default -> json.skipChildren();
      }
    }
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw new ShapeException("", "incomplete (expected: object)");
    }
    if (given != (CLIENT_TOKEN | PHONE_NUMBER | EXPIRATION_TIME | ATTRIBUTES)) {
      throw missing(given);
    }
  }

  private static int memberOf(String name) {
    return switch (name) {
      case "clientToken" -> CLIENT_TOKEN;
      case "phoneNumber" -> PHONE_NUMBER;
      case "expirationTime" -> EXPIRATION_TIME;
      case "attributes" -> ATTRIBUTES;
      default -> 0;
    };
  }

  private static ShapeException missing(int given) {
    if ((given & CLIENT_TOKEN) == 0) {
      return new ShapeException("clientToken", "missing (expected: string)");
    }
    if ((given & PHONE_NUMBER) == 0) {
      return new ShapeException("phoneNumber", "missing (expected: string)");
    }
    if ((given & EXPIRATION_TIME) == 0) {
      return new ShapeException("expirationTime", "missing (expected: time)");
    }
    return new ShapeException("attributes", "missing (expected: object)");
  }

  private static void expirationTime(JsonParser json, int item, DialItems into)
      throws IOException, ShapeException {
    JsonToken value = json.currentToken();
    if (value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT) {
      into.deadlineMs(item, ExpirationTime.ofSeconds(json.getDoubleValue()));
      return;
    }
    if (value != JsonToken.VALUE_STRING) {
      throw new ShapeException("expirationTime", nameOf(value) + " (expected: time)");
    }
    long epochMs =
        ExpirationTime.ofText(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
    if (epochMs == ExpirationTime.UNREADABLE) {
      into.invalid(item, EXPIRATION_TIME_FORM);
    } else {
      into.deadlineMs(item, epochMs);
    }
  }

  private void attributes(JsonParser json, int item, DialItems into)
      throws IOException, ShapeException {
    int at = into.used();
    int pairs = 0;
    int kept = 0;
    @Nullable Set<String> names = null;
    unpaired = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      if (kept >= ATTRIBUTES_KEPT) {
        expectValue(json); // too many bytes already; the rest only has to be well formed
        continue;
      }
      int pairAt = into.used();
      into.ensure(Integer.BYTES);
      into.advance(Integer.BYTES);
      int nameBytes = name(json, into);
      length(into.bytes(), pairAt, nameBytes);
      boolean again;
      if (pairs < NAMES_COMPARED_MAX) {
        again = isAmong(into.bytes(), at, pairAt, nameBytes);
      } else {
        if (names == null) {
          names = namesOf(into.bytes(), at, pairAt);
        }
        again = !names.add(json.currentName());
      }
      if (again) {
        throw new ShapeException("attributes", "a name given twice (expected: once)");
      }
      expectValue(json);
      int valueAt = into.used();
      into.ensure(Integer.BYTES);
      into.advance(Integer.BYTES);
      int valueBytes = string(json, ATTRIBUTES_KEPT, into);
      length(into.bytes(), valueAt, valueBytes);
      kept += nameBytes + valueBytes;
      pairs++;
    }
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw new ShapeException("attributes", "incomplete (expected: object)");
    }
    into.attributes(item, at, into.used() - at, pairs);
    if (unpaired) {
      into.invalid(item, UNPAIRED_SURROGATE);
    }
  }

  private static void expectValue(JsonParser json) throws IOException, ShapeException {
    JsonToken value = json.nextToken();
    if (value != JsonToken.VALUE_STRING) {
      throw new ShapeException("attributes", nameOf(value) + " as a value (expected: string)");
    }
  }

  private static boolean isAmong(byte[] bytes, int first, int pairAt, int nameBytes) {
    int nameAt = pairAt + Integer.BYTES;
    for (int other = first; other < pairAt; ) {
      int otherBytes = length(bytes, other);
      int otherAt = other + Integer.BYTES;
      if (otherBytes == nameBytes
          && Arrays.equals(
              bytes, otherAt, otherAt + otherBytes, bytes, nameAt, nameAt + nameBytes)) {
        return true;
      }
      int otherValue = otherAt + otherBytes;
      other = otherValue + Integer.BYTES + length(bytes, otherValue);
    }
    return false;
  }

  // Java's own hash set keeps its speed under names made to collide.
  private static Set<String> namesOf(byte[] bytes, int first, int end) {
    var names = new HashSet<String>();
    for (int pair = first; pair < end; ) {
      int nameBytes = length(bytes, pair);
      int valueAt = pair + Integer.BYTES + nameBytes;
      names.add(new String(bytes, pair + Integer.BYTES, nameBytes, StandardCharsets.UTF_8));
      pair = valueAt + Integer.BYTES + length(bytes, valueAt);
    }
    return names;
  }

  private static int length(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }

  private static void length(byte[] bytes, int at, int length) {
    bytes[at] = (byte) (length >>> 24);
    bytes[at + 1] = (byte) (length >>> 16);
    bytes[at + 2] = (byte) (length >>> 8);
    bytes[at + 3] = (byte) length;
  }

  /** Appends the parser's text, at most {@code charsMax} of it; returns its bytes. */
  private int string(JsonParser json, int charsMax, DialItems into) throws IOException {
    char[] text = json.getTextCharacters();
    return utf8(text, json.getTextOffset(), Math.min(json.getTextLength(), charsMax), into);
  }

  // Not by getTextCharacters: Jackson's non-blocking parser hands out an object's first name for
  // all of
  // them (2.22.4).
  private int name(JsonParser json, DialItems into) throws IOException {
    String name = json.currentName();
    int chars = Math.min(name.length(), ATTRIBUTES_KEPT);
    if (nameChars.length < chars) {
      nameChars = new char[chars];
    }
    name.getChars(0, chars, nameChars, 0);
    return utf8(nameChars, 0, chars, into);
  }

  private int utf8(char[] text, int at, int chars, DialItems into) {
    byte[] bytes = into.ensure(chars * 3);
    int start = into.used();
    int out = start;
    int in = at;
    int end = at + chars;
    while (in < end) {
      char c = text[in++];
      if (c < 0x80) {
        bytes[out++] = (byte) c;
      } else if (c < 0x800) {
        bytes[out++] = (byte) (0xC0 | (c >> 6));
        bytes[out++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        bytes[out++] = (byte) (0xE0 | (c >> 12));
        bytes[out++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        bytes[out++] = (byte) (0x80 | (c & 0x3F));
      } else if (Character.isHighSurrogate(c) && in < end && Character.isLowSurrogate(text[in])) {
        int point = Character.toCodePoint(c, text[in++]);
        bytes[out++] = (byte) (0xF0 | (point >> 18));
        bytes[out++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        bytes[out++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        bytes[out++] = (byte) (0x80 | (point & 0x3F));
      } else {
        bytes[out++] = '?';
        unpaired = true;
      }
    }
    into.advance(out - start);
    return out - start;
  }

  private static void expectString(String name, @Nullable JsonToken value) throws ShapeException {
    if (value != JsonToken.VALUE_STRING) {
      throw new ShapeException(name, nameOf(value) + " (expected: string)");
    }
  }

  /** The JSON type as people call it. */
  static String nameOf(@Nullable JsonToken token) {
    if (token == null) {
      return "missing";
    }
    return switch (token) {
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number";
      case VALUE_TRUE, VALUE_FALSE -> "boolean";
      case START_OBJECT -> "object";
      case START_ARRAY -> "array";
      default -> "incomplete";
    };
  }
}
