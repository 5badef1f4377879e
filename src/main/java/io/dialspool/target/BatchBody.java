package io.dialspool.target;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The body of one PutDialRequestBatch. Source: contract section 8. */
final class BatchBody {
  // Milliseconds always, also when they are zero: contract section 5.4.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final int BYTES_BESIDE = 300;

  private static final byte[] HEAD = ascii("{\"dialRequests\":[");
  private static final byte[] TOKEN = ascii("{\"clientToken\":\"");
  private static final byte[] AFTER_TOKEN = ascii("\",");
  private static final byte[] TAIL = ascii("]}");

  private BatchBody() {}

  /**
   * @param nowMs on the target's clock
   */
  static byte[] at(OutgoingBatch batch, long nowMs) {
    int bytes = HEAD.length + TAIL.length;
    for (OutgoingItem item : batch.items()) {
      bytes += item.length() + BYTES_BESIDE;
    }
    var body = new ByteArrayOutputStream(bytes);
    body.writeBytes(HEAD);
    boolean first = true;
    for (OutgoingItem item : batch.items()) {
      if (!first) {
        body.write(',');
      }
      first = false;
      body.writeBytes(TOKEN);
      body.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(item.clientToken()));
      body.writeBytes(AFTER_TOKEN);
      body.write(item.bytes(), item.offset(), item.length());
      String expiration = TIME.format(Instant.ofEpochMilli(batch.expirationMs(item, nowMs)));
      body.writeBytes(ascii(",\"expirationTime\":\"" + expiration + "\"}"));
    }
    body.writeBytes(TAIL);
    return body.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
