package io.dialspool.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Reads a JSON document by a shape; its size is bounded where it comes in, its nesting here. */
public final class Json {
  static final int NESTING_MAX = 32;
  private static final String ONE_OBJECT = "one JSON object";
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          // A name from the wire must not end up in the JVM's string table.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxNumberLength(100)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /**
   * Reads {@code document}, one object in UTF-8.
   *
   * @throws BrokenShapeException if it is none, or breaks {@code shape}
   */
  public static JsonNode read(byte[] document, Shape shape) {
    CharBuffer text;
    try {
      // Jackson checks no more of UTF-8 than its leading bits.
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
    } catch (CharacterCodingException e) {
      throw new BrokenShapeException("body", "not UTF-8", "JSON in UTF-8");
    }
    try (JsonParser json =
        FACTORY.createParser(text.array(), text.arrayOffset(), text.remaining())) {
      return read(json, shape);
    } catch (StreamConstraintsException e) {
      throw new BrokenShapeException(
          "body",
          "nested too deep or a number too long",
          "at most " + NESTING_MAX + " levels and 100 digits");
    } catch (IOException e) {
      // Jackson's own message may quote the body.
      throw new BrokenShapeException("body", "unreadable JSON", ONE_OBJECT);
    }
  }

  private static JsonNode read(JsonParser json, Shape shape) throws IOException {
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new BrokenShapeException("body", first == null ? "empty" : kind(first), ONE_OBJECT);
    }
    JsonNode value = shape.read(json, "");
    if (json.nextToken() != null) {
      throw new BrokenShapeException("body", "more than one JSON value", ONE_OBJECT);
    }
    return value;
  }

  static boolean isNumber(JsonParser json) {
    return json.currentToken() == JsonToken.VALUE_NUMBER_INT
        || json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
  }

  static BrokenShapeException wrongType(JsonParser json, String at, String expected) {
    return new BrokenShapeException(at, kind(json.currentToken()), expected);
  }

  /** The JSON type as people call it. */
  static String kind(@Nullable JsonToken token) {
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
