package io.dialspool.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * A PutDialRequestBatch in bytes, made once for each connection; from one request to the next only
 * the digits at the end of its tokens change. One thread, and not while the last one is being
 * written.
 */
final class RequestTemplate {
  private static final int DIGITS = 10;
  private static final String ZEROS = "0".repeat(DIGITS);

  private final ByteBuf bytes;
  private final int[] digitsAt;
  private long next;

  /**
   * @param run keeps the tokens of two runs apart
   * @param connection keeps those of two connections apart
   * @param expiration of all items
   */
  RequestTemplate(LoadPlan plan, String authority, String run, int connection, Instant expiration) {
    var body = new StringBuilder("{\"dialRequests\":[");
    digitsAt = new int[plan.itemsPerRequest()];
    String until = expiration.truncatedTo(ChronoUnit.SECONDS).toString();
    for (int i = 0; i < plan.itemsPerRequest(); i++) {
      body.append(i == 0 ? "" : ",").append("{\"clientToken\":\"bench-");
      body.append(run).append('-').append(connection).append('-');
      digitsAt[i] = body.length();
      body.append(ZEROS);
      body.append("\",\"phoneNumber\":\"+120655501").append(i / 10).append(i % 10);
      body.append("\",\"expirationTime\":\"").append(until);
      body.append("\",\"attributes\":{\"first_name\":\"Ann\",\"language\":\"en-US\"}}");
    }
    body.append("]}");
    String head =
        "PUT /campaigns/"
            + SdkHttpUtils.urlEncode(plan.campaign())
            + "/dial-requests HTTP/1.1\r\nHost: "
            + authority
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    byte[] whole = (head + body).getBytes(StandardCharsets.US_ASCII);
    bytes = Unpooled.directBuffer(whole.length).writeBytes(whole);
    for (int i = 0; i < digitsAt.length; i++) {
      digitsAt[i] += head.length();
    }
  }

  /** The next request, every token of it new; released by whoever writes it. */
  ByteBuf next() {
    for (int at : digitsAt) {
      long rest = next++;
      for (int digit = DIGITS - 1; digit >= 0; digit--) {
        bytes.setByte(at + digit, '0' + (int) (rest % 10));
        rest /= 10;
      }
    }
    return bytes.retainedDuplicate();
  }

  void release() {
    bytes.release();
  }
}
