package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * A request's head byte by byte, as Netty has read it. The next requests of a connection mostly say
 * the same, except for the length of their body: then it means the same, and needn't be read again.
 */
final class KnownHead {
  private static final int BYTES_MAX = 1024;
  private static final int LENGTH_DIGITS_MAX = 7;
  private static final String LENGTH_NAME = "\r\ncontent-length:";
  private static final int END_BYTES = "\r\n\r\n".length();

  private final ByteBuf bytes;
  private final int digitsAt;
  private final int digitsEnd;

  /** What the door takes such a request for; null until it has taken one. */
  @Nullable Object meaning;

  private KnownHead(ByteBuf bytes, int digitsAt, int digitsEnd) {
    this.bytes = bytes;
    this.digitsAt = digitsAt;
    this.digitsEnd = digitsEnd;
  }

  /**
   * Null unless it is plain: HTTP/1.1 that keeps its connection, a body of a length told once.
   *
   * @param in has the head's {@code length} bytes from {@code at} on
   */
  static @Nullable KnownHead of(HttpRequest request, ByteBuf in, int at, int length) {
    HttpHeaders headers = request.headers();
    if (length > BYTES_MAX
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || !HttpUtil.isKeepAlive(request)
        || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || headers.contains(HttpHeaderNames.EXPECT)
        || headers.contains(HttpHeaderNames.UPGRADE)) {
      return null;
    }
    var copy = new byte[length];
    in.getBytes(at, copy);
    int name = indexOfLengthName(copy, 0);
    if (copy[length - END_BYTES] != '\r'
        || name < 0
        || indexOfLengthName(copy, name + 1) >= 0
        || headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() != 1) {
      return null;
    }
    int digitsAt = name + LENGTH_NAME.length();
    while (copy[digitsAt] == ' ') {
      digitsAt++;
    }
    int digitsEnd = digitsAt;
    while (isDigit(copy[digitsEnd])) {
      digitsEnd++;
    }
    if (digitsEnd == digitsAt || copy[digitsEnd] != '\r') {
      return null;
    }
    return new KnownHead(Unpooled.wrappedBuffer(copy), digitsAt, digitsEnd);
  }

  private static int indexOfLengthName(byte[] head, int from) {
    for (int at = from; at <= head.length - LENGTH_NAME.length(); at++) {
      int same = 0;
      while (same < LENGTH_NAME.length() && lower(head[at + same]) == LENGTH_NAME.charAt(same)) {
        same++;
      }
      if (same == LENGTH_NAME.length()) {
        return at;
      }
    }
    return -1;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /**
   * Whether {@code in} begins with this head. Then {@code in} stands behind it, and the body's
   * length comes back; else {@code in} is as it was, and -1 comes back.
   *
   * @param bodyBytesMax the body must be there too, above 0 bytes and at most so many
   */
  int skip(ByteBuf in, int bodyBytesMax) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    int rest = bytes.readableBytes() - digitsEnd;
    if (end - at <= digitsAt + rest || !ByteBufUtil.equals(in, at, bytes, 0, digitsAt)) {
      return -1;
    }
    int next = at + digitsAt;
    int digits = 0;
    int body = 0;
    while (next < end && isDigit(in.getByte(next))) {
      if (digits == LENGTH_DIGITS_MAX) {
        return -1;
      }
      body = body * 10 + in.getByte(next) - '0';
      digits++;
      next++;
    }
    if (body == 0
        || body > bodyBytesMax
        || end - next < rest + body
        || !ByteBufUtil.equals(in, next, bytes, digitsEnd, rest)) {
      return -1;
    }
    in.readerIndex(next + rest);
    return body;
  }
}
