package io.dialspool.spool;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.ring.DialItems;
import io.dialspool.store.StoreException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What {@link DedupeStage} remembers of a request's content: its number and its attribute pairs in
 * any order, never the deadline.
 */
public final class Fingerprint {
  private static final JsonFactory JSON = new JsonFactory();

  /** Spreads the number's hash, so that a pair's hash can't stand for it. */
  static final long OF_PHONE = 0x9E3779B97F4A7C15L;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Fingerprint() {}

  /** Of a request on its way in. Adding the pairs' hashes makes their order not matter. */
  public static long of(DialItems items, int i, Hasher64 hasher) {
    byte[] bytes = items.bytes();
    long sum = hasher.hashBytesToLong(bytes, items.phoneAt(i), items.phoneBytes(i)) * OF_PHONE;
    int at = items.attributesAt(i);
    for (int pair = 0; pair < items.attributePairs(i); pair++) {
      int nameBytes = (int) INT.get(bytes, at);
      int valueBytes = (int) INT.get(bytes, at + 4 + nameBytes);
      int length = 8 + nameBytes + valueBytes;
      sum += hasher.hashBytesToLong(bytes, at, length);
      at += length;
    }
    return sum;
  }

  /**
   * The same, made again from the request as it lies in its page.
   *
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
