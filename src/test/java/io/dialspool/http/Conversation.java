package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** What was said on a connection, both ways, read again from its bytes. */
public final class Conversation {
  /**
   * A request that came whole.
   *
   * @param keepsAlive whether its sender wants to go on after the answer
   */
  public record Asked(String method, String target, boolean isHttp10, boolean keepsAlive) {}

  /**
   * An answer that went out whole.
   *
   * @param ends whether it says that the connection ends with it
   */
  public record Answered(
      int status, boolean ends, boolean isChunked, String body, List<String> names) {}

  private Conversation() {}

  /** The whole requests in {@code bytes}, up to what is unreadable. */
  public static List<Asked> asked(byte[] bytes, int headerBytesMax) {
    var channel =
        new EmbeddedChannel(
            new HttpRequestDecoder(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(8192)
                    .setMaxHeaderSize(headerBytesMax)
                    .setMaxChunkSize(64 * 1024)));
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    var asked = new ArrayList<Asked>();
    HttpRequest head = null;
    boolean unreadable = false;
    for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
      unreadable |= ((HttpObject) read).decoderResult().isFailure();
      if (read instanceof HttpRequest request) {
        head = request;
      }
      if (read instanceof LastHttpContent && head != null && !unreadable) {
        asked.add(
            new Asked(
                head.method().name(),
                head.uri(),
                head.protocolVersion().equals(HttpVersion.HTTP_1_0),
                HttpUtil.isKeepAlive(head)));
      }
      ReferenceCountUtil.release(read);
    }
    channel.finishAndReleaseAll();
    return asked;
  }

  /**
   * The answers in {@code bytes}, without those that only ask to go on.
   *
   * @param closed whether the connection has ended, which ends an answer of unknown length
   * @throws AssertionError if they are no answers
   */
  public static List<Answered> answered(List<Asked> asked, byte[] bytes, boolean closed) {
    Queue<Asked> open = new ArrayDeque<>(asked);
    var decoder =
        new HttpResponseDecoder() {
          @Override
          protected boolean isContentAlwaysEmpty(HttpMessage message) {
            if (((HttpResponse) message).status().code() == 100) {
              return true;
            }
            Asked question = open.poll();
            return (question != null && question.method.equals("HEAD"))
                || super.isContentAlwaysEmpty(message);
          }

          @Override
          protected void handlerRemoved0(ChannelHandlerContext ctx) {}
        };
    var channel = new EmbeddedChannel(decoder);
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    if (closed) {
      channel.finish();
    }
    var answers = new ArrayList<Answered>();
    HttpResponse head = null;
    var body = new StringBuilder();
    for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
      if (((HttpObject) read).decoderResult().isFailure()) {
        throw new AssertionError("no HTTP answer: " + ((HttpObject) read).decoderResult().cause());
      }
      if (read instanceof HttpResponse response) {
        head = response;
        body.setLength(0);
      }
      if (read instanceof HttpContent content) {
        ByteBuf piece = content.content();
        body.append(piece.toString(StandardCharsets.UTF_8));
      }
      // Whoever was told that the connection ends reads no further; of a socket nothing more goes
      // out.
      boolean over = !answers.isEmpty() && answers.get(answers.size() - 1).ends();
      if (read instanceof LastHttpContent && !over && head != null && head.status().code() != 100) {
        int status = head.status().code();
        boolean unknownLength =
            status != 204
                && status != 304
                && !HttpUtil.isTransferEncodingChunked(head)
                && !head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        answers.add(
            new Answered(
                status,
                !HttpUtil.isKeepAlive(head) || unknownLength,
                HttpUtil.isTransferEncodingChunked(head),
                body.toString(),
                List.copyOf(head.headers().names())));
        head = null;
      }
      ReferenceCountUtil.release(read);
    }
    if (!closed) {
      channel.finishAndReleaseAll();
    }
    return answers;
  }
}
