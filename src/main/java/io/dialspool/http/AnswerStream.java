package io.dialspool.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A 200 answer sent in pieces, for what is too long to be held at once. Its writer makes the next
 * piece only when the last one has left, so a slow reader costs one piece of memory. Any thread.
 */
public final class AnswerStream {
  private final ChannelHandlerContext ctx;

  AnswerStream(
      ChannelHandlerContext ctx,
      String contentType,
      Map<String, String> headers,
      boolean inChunks) {
    this.ctx = ctx;
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    headers.forEach(head.headers()::set);
    // Without chunks the answer ends with the connection.
    HttpUtil.setTransferEncodingChunked(head, inChunks);
    HttpAnswer.stamp(head);
    ctx.write(head);
  }

  /**
   * Sends one piece.
   *
   * @param onWritten told on the event loop once the piece is with the socket: true to go on, false
   *     if the connection is gone
   */
  public void write(byte[] piece, Consumer<Boolean> onWritten) {
    ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece)))
        .addListener(written -> onWritten.accept(written.isSuccess()));
  }

  /** The answer is complete; the connection takes its next request. */
  public void end() {
    ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
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

  /** Closes the connection, so that the reader sees an answer cut short. */
  public void abort() {
    ctx.close();
  }
}
