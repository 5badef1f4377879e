package io.dialspool.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request with its whole body, waiting for its one answer. */
public final class HttpCall {
  private final ChannelHandlerContext ctx;
  private final HttpVersion version;
  private final String method;
  private final String uri;
  private final HttpHeaders headers;
  private final byte[] body;
  private final AtomicBoolean answered = new AtomicBoolean();

  HttpCall(ChannelHandlerContext ctx, HttpRequest head, byte[] body) {
    this.ctx = ctx;
    this.version = head.protocolVersion();
    this.method = head.method().name();
    this.uri = head.uri();
    this.headers = head.headers();
    this.body = body;
  }

  public String method() {
    return method;
  }

  /** Path and query as sent, still percent-encoded. */
  public String uri() {
    return uri;
  }

  public byte[] body() {
    return body;
  }

  /** The header's value; empty if it was not sent. */
  public String header(String name) {
    @Nullable String value = headers.get(name);
    return value == null ? "" : value;
  }

  /**
   * The path's segments: split at each {@code /} first, decoded afterwards. {@code /campaigns/} has
   * two, the last empty.
   */
  public List<String> segments() {
    return segments(uri);
  }

  /** The same of any request target. */
  public static List<String> segments(String uri) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    var segments = new ArrayList<String>();
    for (String segment : path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)) {
      segments.add(decoded(segment));
    }
    return segments;
  }

  /** The first value of the query parameter, decoded; null if it is not there. */
  public @Nullable String query(String name) {
    int question = uri.indexOf('?');
    if (question >= 0) {
      for (String pair : uri.substring(question + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        String key = decoded(equals < 0 ? pair : pair.substring(0, equals));
        if (key.equals(name)) {
          return equals < 0 ? "" : decoded(pair.substring(equals + 1));
        }
      }
    }
    return null;
  }

  /** Answers; from any thread, once. A second answer is dropped. */
  public void answer(HttpAnswer answer) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    if (ctx.executor().inEventLoop()) {
      write(answer);
    } else {
      ctx.executor().execute(() -> write(answer));
    }
  }

  public void answer(ApiError error) {
    answer(HttpAnswer.error(error));
  }

  /**
   * Begins a 200 answer of unknown length, in place of {@link #answer}; from any thread, once.
   *
   * @throws IllegalStateException if the call is answered already
   */
  public AnswerStream stream(String contentType) {
    return stream(contentType, Map.of());
  }

  /** The same with further headers. */
  public AnswerStream stream(String contentType, Map<String, String> headers) {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException("the call is answered already");
    }
    // A client of HTTP/1.0 knows no chunks.
    return new AnswerStream(ctx, contentType, headers, version.isKeepAliveDefault());
  }

  /** The connection that it came by. */
  public Channel channel() {
    return ctx.channel();
  }

  /** Whether its sender is on this machine, as far as the connection tells. */
  public boolean isFromLoopback() {
    return ctx.channel().remoteAddress() instanceof InetSocketAddress remote
        && remote.getAddress().isLoopbackAddress();
  }

  /** Closes the connection without an answer, as a server does that dies. */
  public void abort() {
    answered.set(true);
    ctx.close();
  }

  private void write(HttpAnswer answer) {
    ctx.writeAndFlush(answer.toNetty())
        .addListener(
            (ChannelFutureListener)
                written -> {
                  if (written.isSuccess()) {
                    ctx.read();
                  } else {
                    ctx.close();
                  }
                });
  }

  /** Decodes percent escapes as UTF-8; {@code +} stays a plus; a broken escape stays as it is. */
  public static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int out = 0;
    for (int in = 0; in < bytes.length; in++) {
      if (bytes[in] == '%' && in + 2 < bytes.length) {
        int high = Character.digit(bytes[in + 1], 16);
        int low = Character.digit(bytes[in + 2], 16);
        if (high >= 0 && low >= 0) {
          bytes[out++] = (byte) (high << 4 | low);
          in += 2;
          continue;
        }
      }
      bytes[out++] = bytes[in];
    }
    return new String(bytes, 0, out, StandardCharsets.UTF_8);
  }
}
