package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.ring.DialItems;
import java.io.IOException;

/**
 * Reads dial requests that come one a line. One non-blocking parser goes on over all lines, as a
 * parser for each would cost more than the line; a broken line costs a new one. One thread at a
 * time.
 */
final class LineParser {
  private static final String EXPECTED = " (expected: one JSON object)";

  private final DialRequestReader reader = new DialRequestReader();
  private final GoingParser going = new GoingParser();

  /**
   * Appends the line's dial request to {@code into}.
   *
   * @param to just behind the line's line feed, which must be there
   * @throws ShapeException member {@code line} if it is no JSON object; {@code into} then has one
   *     item more, to be taken back, if its count grew
   */
  void parse(byte[] bytes, int at, int to, DialItems into) throws ShapeException {
    if (!Utf8.isValid(bytes, at, to - at)) {
      throw new ShapeException("line", "not UTF-8" + EXPECTED);
    }
    boolean fine = false;
    try {
      JsonParser json = going.feed(bytes, at, to);
      json.nextToken();
      read(json, into);
      if (json.nextToken() != JsonToken.NOT_AVAILABLE) {
        throw new ShapeException("line", "more than one JSON value" + EXPECTED);
      }
      fine = true;
    } catch (IOException | IllegalStateException e) {
      throw new ShapeException("line", "unreadable JSON" + EXPECTED);
    } finally {
      if (!fine) {
        going.forget();
      }
    }
  }

  private void read(JsonParser json, DialItems into) throws IOException, ShapeException {
    try {
      reader.read(json, into);
    } catch (ShapeException e) {
      if (e.member().isEmpty()) {
        String reason = e.reason();
        throw new ShapeException("line", reason.substring(0, reason.indexOf(" (")) + EXPECTED);
      }
      throw e;
    }
  }
}
