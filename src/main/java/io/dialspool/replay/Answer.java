package io.dialspool.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The streamed answer to one request, line by line as it comes. Source: api.md, {@code POST
 * /campaigns/{id}/dial-requests}.
 */
final class Answer {
  private static final int LINE_BYTES_MAX = 64 * 1024;
  private static final JsonFactory JSON = new JsonFactory();

  private final Chunk chunk;
  private final int requested;
  private byte[] line = new byte[512];
  private int lineBytes;
  private long duplicates;
  private long rejected;
  private boolean summed;
  private boolean addsUp;
  private @Nullable String error;

  /**
   * @param requested lines of the request
   */
  Answer(Chunk chunk, int requested) {
    this.chunk = chunk;
    this.requested = requested;
  }

  /**
   * Takes what arrived.
   *
   * @return whether further lines became safe
   * @throws IOException if it isn't an answer as api.md shows it
   */
  boolean take(byte[] bytes, int length) throws IOException {
    boolean news = false;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        news |= line();
      } else {
        if (lineBytes == LINE_BYTES_MAX) {
          throw new IOException("a line of the answer is too long");
        }
        if (lineBytes == line.length) {
          line = Arrays.copyOf(line, line.length * 2);
        }
        line[lineBytes++] = bytes[i];
      }
    }
    return news;
  }

  /** After the last byte. */
  void end() throws IOException {
    line();
  }

  /** Whether the summary came. */
  boolean isSummed() {
    return summed;
  }

  /** Whether the summary counts what the lines before it said. */
  boolean addsUp() {
    return addsUp;
  }

  /** Of the summary; null if all went well. */
  @Nullable String error() {
    return error;
  }

  private boolean line() throws IOException {
    boolean news = false;
    if (lineBytes > 0) {
      try (JsonParser parser = JSON.createParser(line, 0, lineBytes)) {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          news = members(parser);
        }
      }
      lineBytes = 0;
    }
    return news;
  }

  private boolean members(JsonParser parser) throws IOException {
    long number = 0;
    String status = "";
    String member = "";
    String reason = "";
    boolean news = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "syncedThrough" -> news = chunk.syncedThrough(parser.getValueAsLong());
        case "summary" -> summary(parser);
        case "line" -> number = parser.getValueAsLong();
        case "status" -> status = text(parser, value);
        case "member" -> member = text(parser, value);
        case "reason" -> reason = text(parser, value);
        default -> parser.skipChildren();
      }
    }
    if (status.equals("rejected") && chunk.rejected(number, new Reject(member, reason))) {
      rejected++;
    } else if (status.equals("duplicate") && chunk.duplicate(number)) {
      duplicates++;
    }
    return news;
  }

  private void summary(JsonParser parser) throws IOException {
    long lines = -1;
    long summedDuplicates = -1;
    long summedRejected = -1;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "lines" -> lines = parser.getValueAsLong();
        case "duplicates" -> summedDuplicates = parser.getValueAsLong();
        case "rejected" -> summedRejected = parser.getValueAsLong();
        case "error" -> error = value == JsonToken.VALUE_NULL ? null : text(parser, value);
        default -> parser.skipChildren();
      }
    }
    summed = true;
    addsUp = lines == requested && summedDuplicates == duplicates && summedRejected == rejected;
  }

  private static String text(JsonParser parser, JsonToken value) throws IOException {
    if (value.isStructStart()) {
      parser.skipChildren();
      return "";
    }
    return value == JsonToken.VALUE_NULL ? "" : parser.getText();
  }
}
