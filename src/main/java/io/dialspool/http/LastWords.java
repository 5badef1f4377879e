package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection with an answer that comes before the end of its request. Closing at once would
 * reset the connection, and the client might lose the answer: so what is still on its way is read a
 * while, and goes to nobody. On the event loop.
 */
public final class LastWords extends ChannelInboundHandlerAdapter {
  private static final long LINGER_BYTES_MAX = 16 << 20;
  private static final long LINGER_MS = 2_000;

  private LastWords() {}

  /** Before the codec, which says nothing of the bytes behind a head that it could not read. */
  private static final class Bound extends ChannelInboundHandlerAdapter {
    private long lingeredBytes;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof ByteBuf bytes) {
        lingeredBytes += bytes.readableBytes();
      }
      if (lingeredBytes > LINGER_BYTES_MAX) {
        ReferenceCountUtil.release(message);
        ctx.close();
      } else {
        ctx.fireChannelRead(message);
      }
    }
  }

  /** Answers, and closes. {@code ctx} is the handler's that answers; it gets no more messages. */
  public static void say(ChannelHandlerContext ctx, ApiError error) {
    FullHttpResponse response = HttpAnswer.error(error).toNetty();
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    begin(ctx);
    thenClose(ctx, ctx.writeAndFlush(response));
  }

  /** {@code ctx}'s handler gets no more messages. Call before the answer's last write. */
  public static void begin(ChannelHandlerContext ctx) {
    ctx.pipeline().addBefore(ctx.name(), null, new LastWords());
    ctx.pipeline().addFirst(new Bound());
    // It would close at once.
    if (ctx.pipeline().get(HttpServerKeepAliveHandler.class) != null) {
      ctx.pipeline().remove(HttpServerKeepAliveHandler.class);
    }
  }

  /** Closes once the answer is out and the client has had the time to read it. */
  public static void thenClose(ChannelHandlerContext ctx, ChannelFuture lastWrite) {
    lastWrite.addListener(
        (ChannelFutureListener)
            written -> {
              if (!written.isSuccess()) {
                ctx.close();
                return;
              }
              sayEnd(ctx);
              ctx.executor().schedule(() -> ctx.close(), LINGER_MS, TimeUnit.MILLISECONDS);
              ctx.read();
            });
  }

  // Under TLS the end has a message of its own; without it the answer would count as cut off.
  private static void sayEnd(ChannelHandlerContext ctx) {
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (ctx.channel() instanceof DuplexChannel channel) {
      channel.shutdownOutput();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    boolean last = message instanceof LastHttpContent;
    ReferenceCountUtil.release(message);
    if (last) {
      ctx.close();
    } else {
      ctx.read();
    }
  }
}
