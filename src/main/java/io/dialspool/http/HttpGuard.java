package io.dialspool.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every door: unreadable HTTP, a web page's cross-site request and an idle connection
 * end here.
 */
final class HttpGuard extends ChannelInboundHandlerAdapter {
  private static final ApiError UNREADABLE =
      malformed("The HTTP request is unreadable or its head is too long.");
  private static final ApiError ONE_HOST =
      malformed("Host: missing or given twice (expected: once).");
  private static final ApiError ANOTHER_SITE =
      new ApiError(
          403,
          "AccessDeniedException",
          "Host or Origin names another site than this one (expected: localhost, or a name in"
              + " doors.hosts).");

  private final HostRule rule;
  private boolean closing;
  // Mostly every request of a connection says the same.
  private String latestHost = "";

  HttpGuard(HostRule rule) {
    this.rule = rule;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
      return;
    }
    ApiError refusal = null;
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      refusal = UNREADABLE;
    } else if (message instanceof HttpRequest request) {
      refusal = refusal(request, localAddress(ctx));
    }
    if (refusal != null) {
      ReferenceCountUtil.release(message);
      end(ctx, refusal);
      return;
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
    LastWords.say(ctx, error);
  }

  private @Nullable ApiError refusal(HttpRequest request, InetAddress local) {
    Iterator<String> hosts = request.headers().valueStringIterator(HttpHeaderNames.HOST);
    String host = hosts.hasNext() ? hosts.next() : null;
    if (hosts.hasNext() || (host == null && isOfToday(request))) {
      return ONE_HOST;
    }
    if (host != null && !host.equals(latestHost)) {
      if (!rule.isOurs(host, local)) {
        return ANOTHER_SITE;
      }
      latestHost = host;
    }
    Iterator<String> origins = request.headers().valueStringIterator(HttpHeaderNames.ORIGIN);
    while (origins.hasNext()) {
      if (!rule.isOurSite(origins.next(), host, local)) {
        return ANOTHER_SITE;
      }
    }
    return null;
  }

  // HTTP/1.0 knew no Host; no browser speaks it.
  private static boolean isOfToday(HttpRequest request) {
    return !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  private static InetAddress localAddress(ChannelHandlerContext ctx) {
    return ctx.channel().localAddress() instanceof InetSocketAddress local
        ? local.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  private static ApiError malformed(String message) {
    return new ApiError(400, "MalformedHttpRequestException", message);
  }
}
