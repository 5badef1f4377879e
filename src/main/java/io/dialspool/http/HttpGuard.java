package io.dialspool.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every door: unreadable HTTP, a web page's cross-site request and an idle connection
 * end here. A page in a browser can reach a loopback service but can't hide its {@code Origin}, and
 * a rebound name shows in {@code Host}.
 */
final class HttpGuard extends ChannelInboundHandlerAdapter {
  private boolean closing;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      end(
          ctx,
          new ApiError(
              400,
              "MalformedHttpRequestException",
              "The HTTP request is unreadable or its head is too long."));
      return;
    }
    if (message instanceof HttpRequest request) {
      if (!isOurs(ctx, request.headers().get(HttpHeaderNames.HOST), true)
          || !isOurs(ctx, originHost(request.headers().get(HttpHeaderNames.ORIGIN)), false)) {
        ReferenceCountUtil.release(message);
        end(
            ctx,
            new ApiError(
                403, "AccessDeniedException", "Host or Origin names another site than this one."));
        return;
      }
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void end(ChannelHandlerContext ctx, ApiError error) {
    closing = true;
    ctx.writeAndFlush(HttpAnswer.error(error).toNetty()).addListener(ChannelFutureListener.CLOSE);
  }

  private static @Nullable String originHost(@Nullable String origin) {
    if (origin == null) {
      return null;
    }
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "null" : authority;
    } catch (IllegalArgumentException e) {
      return "null";
    }
  }

  // On loopback only names of the loopback are ours; a door opened to the network can't know its
  // own names.
  private static boolean isOurs(
      ChannelHandlerContext ctx, @Nullable String hostAndPort, boolean isHost) {
    if (hostAndPort == null) {
      return true;
    }
    boolean loopback =
        !(ctx.channel().localAddress() instanceof InetSocketAddress local)
            || isLoopback(local.getAddress());
    if (!loopback && isHost) {
      return true;
    }
    String host = hostAndPort.replaceFirst(":\\d*$", "");
    return host.equalsIgnoreCase("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  private static boolean isLoopback(InetAddress address) {
    return address.isLoopbackAddress();
  }
}
