package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking JSON parser that goes on from one whole value to the next, as making one costs as
 * much as a small value. One thread.
 */
final class GoingParser {
  /** A parser keeps every name that it has seen; after so much input another begins anew. */
  private static final long BYTES_MAX = 4 << 20;

  private @Nullable JsonParser parser;
  private @Nullable ByteArrayFeeder feeder;
  private long bytesFed;

  /**
   * At the beginning of this value; the last one was read to its end, or {@link #forget forgotten}.
   */
  JsonParser feed(byte[] bytes, int at, int to) throws IOException {
    if (bytesFed > BYTES_MAX) {
      forget();
    }
    JsonParser json = parser;
    ByteArrayFeeder input = feeder;
    if (json == null || input == null) {
      json = DialRequestReader.JSON.createNonBlockingByteArrayParser();
      input = (ByteArrayFeeder) json.getNonBlockingInputFeeder();
      parser = json;
      feeder = input;
      bytesFed = 0;
    }
    bytesFed += to - at;
    input.feedInput(bytes, at, to);
    return json;
  }

  /** Whether not a byte of what was fed is left. */
  boolean isUsedUp() {
    ByteArrayFeeder input = feeder;
    return input != null && input.needMoreInput();
  }

  /** What was fed may be half read: the next value gets another parser. */
  void forget() {
    parser = null;
    feeder = null;
  }
}
