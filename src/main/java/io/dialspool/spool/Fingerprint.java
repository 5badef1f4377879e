package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What {@link DedupeStage} remembers of a request's content, made again from the request as it lies
 * in its page.
 */
final class Fingerprint {
  private static final JsonFactory JSON = new JsonFactory();

  /** Spreads the number's hash, so that a pair's hash can't stand for it. */
  static final long OF_PHONE = 0x9E3779B97F4A7C15L;

  private Fingerprint() {}

  /**
   * @throws StoreException if its payload isn't what we write
   */
  static long of(StoredRequest request, Hasher64 hasher) {
    byte[] page = request.bytes();
    byte[] object = new byte[request.payloadBytes() + 2];
    object[0] = '{';
    System.arraycopy(page, request.payloadAt(), object, 1, request.payloadBytes());
    object[object.length - 1] = '}';
    try (JsonParser in = JSON.createParser(object)) {
      expect(in.nextToken(), JsonToken.START_OBJECT, request);
      expectName(in, "phoneNumber", request);
      expect(in.nextToken(), JsonToken.VALUE_STRING, request);
      String phone = in.getText();
      if (!phone.equals(request.phoneNumber())) {
        throw broken(request);
      }
      byte[] phoneBytes = phone.getBytes(StandardCharsets.US_ASCII);
      long sum = hasher.hashBytesToLong(phoneBytes, 0, phoneBytes.length) * OF_PHONE;
      expectName(in, "attributes", request);
      expect(in.nextToken(), JsonToken.START_OBJECT, request);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        byte[] name = in.currentName().getBytes(StandardCharsets.UTF_8);
        expect(in.nextToken(), JsonToken.VALUE_STRING, request);
        byte[] value = in.getText().getBytes(StandardCharsets.UTF_8);
        byte[] pair =
            ByteBuffer.allocate(8 + name.length + value.length)
                .putInt(name.length)
                .put(name)
                .putInt(value.length)
                .put(value)
                .array();
        sum += hasher.hashBytesToLong(pair, 0, pair.length);
      }
      expect(in.currentToken(), JsonToken.END_OBJECT, request);
      expect(in.nextToken(), JsonToken.END_OBJECT, request);
      if (in.nextToken() != null) {
        throw broken(request);
      }
      return sum;
    } catch (IOException e) {
      throw broken(request); // its text would show attributes
    }
  }

  private static void expectName(JsonParser in, String name, StoredRequest request)
      throws IOException {
    expect(in.nextToken(), JsonToken.FIELD_NAME, request);
    if (!name.equals(in.currentName())) {
      throw broken(request);
    }
  }

  private static void expect(@Nullable JsonToken found, JsonToken wanted, StoredRequest request) {
    if (found != wanted) {
      throw broken(request);
    }
  }

  private static StoreException broken(StoredRequest request) {
    return new StoreException(
        "ds-" + request.lane().number() + "-" + request.sequence() + " holds no payload of ours");
  }
}
