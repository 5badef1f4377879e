package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a port whose requests are small: gathers the body within its limit and hands
 * over a {@link HttpCall}.
 */
public final class ApiDoor extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = LoggerFactory.getLogger(ApiDoor.class);

  private final int bodyBytesMax;
  private final Consumer<HttpCall> handler;
  private @Nullable HttpRequest head;
  private ByteBuf body = Unpooled.EMPTY_BUFFER;

  /**
   * @param handler runs on the event loop; must not block
   */
  public ApiDoor(int bodyBytesMax, Consumer<HttpCall> handler) {
    this.bodyBytesMax = bodyBytesMax;
    this.handler = handler;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpRequest request) {
      head = request;
      if (HttpUtil.getContentLength(request, -1L) > bodyBytesMax) {
        refuseBody(ctx);
        return;
      }
      body = ctx.alloc().heapBuffer();
      if (HttpUtil.is100ContinueExpected(request)) {
        ctx.writeAndFlush(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
    }
    HttpRequest request = head;
    if (request != null && message instanceof HttpContent content) {
      if (body.readableBytes() + content.content().readableBytes() > bodyBytesMax) {
        refuseBody(ctx);
        return;
      }
      body.writeBytes(content.content());
      if (message instanceof LastHttpContent) {
        head = null;
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        releaseBody();
        handle(new HttpCall(ctx, request, bytes));
        return;
      }
    }
    ctx.read();
  }

  private void handle(HttpCall call) {
    try {
      handler.accept(call);
    } catch (RuntimeException e) {
      LOG.error("{} failed", call.method(), e);
      call.answer(ApiError.internal());
    }
  }

  // What is still on its way is not read: the connection ends with the answer.
  private void refuseBody(ChannelHandlerContext ctx) {
    head = null;
    releaseBody();
    var answer = HttpAnswer.error(ApiError.tooLarge(bodyBytesMax)).toNetty();
    answer.headers().set(HttpHeaderNames.CONNECTION, "close");
    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  private void releaseBody() {
    body.release();
    body = Unpooled.EMPTY_BUFFER;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    releaseBody();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
