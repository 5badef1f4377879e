package io.dialspool.target;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/** The body of one PutDialRequestBatch. Source: contract section 8. */
final class BatchBody {
  // Milliseconds always, also when they are zero: contract section 5.4.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final byte[] HEAD = ascii("{\"dialRequests\":[");
  private static final byte[] TOKEN = ascii("{\"clientToken\":\"");
  private static final byte[] AFTER_TOKEN = ascii("\",");
  private static final byte[] EXPIRATION = ascii(",\"expirationTime\":\"");
  private static final byte[] AFTER_EXPIRATION = ascii("\"}");
  private static final byte[] TAIL = ascii("]}");
  private static final int TIME_BYTES = 24;
  private static final int COMMA = 1;
  private static final int BYTES_BESIDE =
      COMMA
          + TOKEN.length
          + AFTER_TOKEN.length
          + EXPIRATION.length
          + TIME_BYTES
          + AFTER_EXPIRATION.length;

  private byte[] bytes;
  private int used;

  private BatchBody(int length) {
    bytes = new byte[length];
  }

  /**
   * @param nowMs on the target's clock
   */
  static byte[] at(OutgoingBatch batch, long nowMs) {
    int length = HEAD.length + TAIL.length - COMMA;
    for (OutgoingItem item : batch.items()) {
      length += item.clientToken().length() + item.length() + BYTES_BESIDE;
    }
    var body = new BatchBody(length);
    body.write(batch, nowMs);
    return body.used == body.bytes.length ? body.bytes : Arrays.copyOf(body.bytes, body.used);
  }

  private void write(OutgoingBatch batch, long nowMs) {
    put(HEAD);
    long writtenMs = Long.MIN_VALUE;
    byte[] time = HEAD;
    boolean first = true;
    for (OutgoingItem item : batch.items()) {
      if (!first) {
        bytes[used++] = ',';
      }
      first = false;
      put(TOKEN);
      putToken(item.clientToken());
      put(AFTER_TOKEN);
      put(item.bytes(), item.offset(), item.length());
      long expirationMs = batch.expirationMs(item, nowMs);
      if (expirationMs != writtenMs) { // most of a batch share the window's end
        time = ascii(TIME.format(Instant.ofEpochMilli(expirationMs)));
        writtenMs = expirationMs;
      }
      put(EXPIRATION);
      put(time);
      put(AFTER_EXPIRATION);
    }
    put(TAIL);
  }

  private void putToken(String token) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') { // no token that intake accepts
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(token);
        bytes = Arrays.copyOf(bytes, bytes.length + quoted.length);
        used -= i;
        put(quoted);
        return;
      }
      bytes[used++] = (byte) c;
    }
  }

  private void put(byte[] from) {
    put(from, 0, from.length);
  }

  private void put(byte[] from, int offset, int length) {
    System.arraycopy(from, offset, bytes, used, length);
    used += length;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
