package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.dialspool.ring.DialItems;
import java.io.IOException;

/**
 * Reads the body of a PutDialRequestBatch. Whatever breaks its shape refuses the whole body; an
 * {@code expirationTime} that is no time marks its item invalid; all other rules about single items
 * are the validate stage's. Unknown members are skipped. One thread at a time. Source: design
 * section 4, contract section 8.
 */
public final class BatchParser {
  private static final String EXPECTED = " (expected: {\"dialRequests\":[1 to 25 objects]})";

  private final DialRequestReader reader = new DialRequestReader();
  private final GoingParser going = new GoingParser();

  /**
   * Fills {@code into}.
   *
   * @param into empty; if this throws, it holds the items read so far and must be cleared
   * @throws ShapeException its message, {@code dialRequests[3].phoneNumber: missing (expected:
   *     string)}, is fit for the caller
   */
  public void parse(byte[] body, int at, int length, DialItems into) throws ShapeException {
    if (!Utf8.isValid(body, at, length)) {
      throw new ShapeException("body", "not UTF-8 (expected: JSON in UTF-8)");
    }
    if (!quickly(body, at, length, into)) {
      into.clear();
      carefully(body, at, length, into);
    }
  }

  /** By a parser of its own, whose faults are worded for the caller. */
  void carefully(byte[] body, int at, int length, DialItems into) throws ShapeException {
    try (JsonParser json = DialRequestReader.JSON.createParser(body, at, length)) {
      document(json, into);
      if (json.nextToken() != null) {
        throw new ShapeException("body", "more than one JSON value" + EXPECTED);
      }
    } catch (StreamConstraintsException e) {
      throw new ShapeException(
          "body",
          "nested too deep or a number too long (expected: at most "
              + DialRequestReader.NESTING_MAX
              + " levels)");
    } catch (IOException | IllegalStateException e) {
      // Jackson's own message may quote the body.
      throw new ShapeException("body", "unreadable JSON" + EXPECTED);
    }
  }

  /**
   * By the parser that goes on from body to body: one for each costs more garbage than all else of
   * a request. True if the body was one JSON value of the right shape, and nothing but that.
   */
  private boolean quickly(byte[] body, int at, int length, DialItems into) {
    int end = at + length;
    while (end > at && isSpace(body[end - 1])) {
      end--;
    }
    boolean fine = false;
    try {
      JsonParser json = going.feed(body, at, end);
      document(json, into);
      fine = json.currentToken() == JsonToken.END_OBJECT && going.isUsedUp();
    } catch (IOException | IllegalStateException | ShapeException e) {
      // fine stays false
    } finally {
      if (!fine) {
        going.forget();
      }
    }
    return fine;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private void document(JsonParser json, DialItems into) throws IOException, ShapeException {
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new ShapeException(
          "body", (first == null ? "empty" : DialRequestReader.nameOf(first)) + EXPECTED);
    }
    boolean given = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (!name.equals("dialRequests")) {
        json.skipChildren();
        continue;
      }
      if (given) {
        throw new ShapeException(name, "given twice (expected: once)");
      }
      given = true;
      if (value != JsonToken.START_ARRAY) {
        throw new ShapeException(name, DialRequestReader.nameOf(value) + " (expected: array)");
      }
      dialRequests(json, into);
    }
    if (!given) {
      throw new ShapeException("dialRequests", "missing (expected: 1 to 25 items)");
    }
  }

  private void dialRequests(JsonParser json, DialItems into) throws IOException, ShapeException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (into.isFull()) {
        throw new ShapeException("dialRequests", "more than 25 items (expected: 1 to 25 items)");
      }
      int index = into.count();
      try {
        reader.read(json, into);
      } catch (ShapeException e) {
        String item = "dialRequests[" + index + "]";
        throw new ShapeException(e.member().isEmpty() ? item : item + "." + e.member(), e.reason());
      }
    }
    if (into.count() == 0) {
      throw new ShapeException("dialRequests", "0 items (expected: 1 to 25 items)");
    }
  }
}
