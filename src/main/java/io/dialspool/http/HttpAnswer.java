package io.dialspool.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A whole answer: status, headers, body.
 *
 * @param contentType empty for an empty body
 * @param headers beside those that every answer carries ({@code Date}, {@code x-amzn-RequestId},
 *     {@code Content-Length})
 */
public record HttpAnswer(int status, String contentType, Map<String, String> headers, byte[] body) {
  public static final String JSON = "application/json";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final byte[] NOTHING = {};

  // Two digits of the day, which java.time's own RFC 1123 form doesn't always have.
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** 200 with an empty body, as all void operations answer. */
  public static HttpAnswer empty() {
    return new HttpAnswer(200, "", Map.of(), NOTHING);
  }

  public static HttpAnswer json(byte[] body) {
    return new HttpAnswer(200, JSON, Map.of(), body);
  }

  /** 200 with {@code value} written by Jackson. */
  public static HttpAnswer json(Object value) {
    return new HttpAnswer(200, JSON, Map.of(), bytes(value));
  }

  public static HttpAnswer error(ApiError error) {
    ObjectNode body = MAPPER.createObjectNode().put("message", error.message());
    if (error.state() != null) {
      body.put("state", error.state());
    }
    Map<String, String> headers =
        error.retryAfterSeconds() > 0
            ? Map.of(
                "x-amzn-ErrorType", error.code(), "Retry-After", "" + error.retryAfterSeconds())
            : Map.of("x-amzn-ErrorType", error.code());
    return new HttpAnswer(error.status(), JSON, headers, bytes(body));
  }

  /** As Netty sends it. */
  public FullHttpResponse toNetty() {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    if (!contentType.isEmpty()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    headers.forEach(response.headers()::set);
    stamp(response);
    return response;
  }

  /** Adds what every answer carries: a true {@code Date} and a request id, unless it has one. */
  public static void stamp(HttpResponse response) {
    if (!response.headers().contains("x-amzn-RequestId")) {
      response.headers().set("x-amzn-RequestId", requestId());
    }
    response.headers().set(HttpHeaderNames.DATE, HttpDate.now().text);
  }

  // A request id only has to be distinct; SecureRandom would cost more than the rest of the answer.
  private static String requestId() {
    var random = ThreadLocalRandom.current();
    return new UUID(idHigh(random.nextLong()), idLow(random.nextLong())).toString();
  }

  static long idHigh(long random) {
    return (random & ~0xF000L) | 0x4000L;
  }

  static long idLow(long random) {
    return (random >>> 2) | 0x8000000000000000L;
  }

  static byte[] dateAscii() {
    return HttpDate.now().ascii;
  }

  static String dateText(long epochSecond) {
    return DATE.format(Instant.ofEpochSecond(epochSecond));
  }

  private static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The {@code Date} header, formatted once a second. */
  private static final class HttpDate {
    private static volatile HttpDate latest = new HttpDate(0);

    private final long second;
    private final String text;
    private final byte[] ascii;

    private HttpDate(long second) {
      this.second = second;
      this.text = dateText(second);
      this.ascii = text.getBytes(StandardCharsets.US_ASCII);
    }

    static HttpDate now() {
      long second = Math.floorDiv(System.currentTimeMillis(), 1000L);
      HttpDate date = latest;
      if (date.second != second) {
        date = new HttpDate(second);
        latest = date;
      }
      return date;
    }
  }
}
