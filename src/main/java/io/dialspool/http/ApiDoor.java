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
  private static final ApiError FULL =
      ApiError.throttled("Too many bodies are on their way in; send it again.", 1);

  /** Most calls have none; a connection that never finishes its own shall not cost more. */
  private static final int BODY_BYTES_AT_START = 64;

  private final int bodyBytesMax;
  private final BytesBudget budget;
  private final Consumer<HttpCall> handler;
  private @Nullable HttpRequest head;
  private ByteBuf body = Unpooled.EMPTY_BUFFER;

  /**
   * @param budget of all bodies that the port holds; above it a body is refused with 429
   * @param handler runs on the event loop; must not block
   */
  public ApiDoor(int bodyBytesMax, BytesBudget budget, Consumer<HttpCall> handler) {
    this.bodyBytesMax = bodyBytesMax;
    this.budget = budget;
    this.handler = handler;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpRequest request) {
      head = request;
      if (HttpUtil.getContentLength(request, -1L) > bodyBytesMax) {
        refuseBody(ctx, ApiError.tooLarge(bodyBytesMax));
        return;
      }
      body = ctx.alloc().heapBuffer(BODY_BYTES_AT_START);
      if (HttpUtil.is100ContinueExpected(request)) {
        ctx.writeAndFlush(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
    }
    HttpRequest request = head;
    if (request != null && message instanceof HttpContent content) {
      int bytes = content.content().readableBytes();
      if (body.readableBytes() + bytes > bodyBytesMax) {
        refuseBody(ctx, ApiError.tooLarge(bodyBytesMax));
        return;
      }
      if (!budget.tryReserve(bytes)) {
        refuseBody(ctx, FULL);
        return;
      }
      body.writeBytes(content.content());
      if (message instanceof LastHttpContent) {
        head = null;
        byte[] whole = new byte[body.readableBytes()];
        body.readBytes(whole);
        releaseBody();
        handle(new HttpCall(ctx, request, whole));
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
  private void refuseBody(ChannelHandlerContext ctx, ApiError error) {
    head = null;
    releaseBody();
    var answer = HttpAnswer.error(error).toNetty();
    answer.headers().set(HttpHeaderNames.CONNECTION, "close");
    ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  // All that was ever written into it: nothing is read from it before its end.
  private void releaseBody() {
    budget.release(body.writerIndex());
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
