package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.http.ApiDoor;
import io.dialspool.http.BytesBudget;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** A connection of the management port without a socket, from a machine of the test's choice. */
final class Visit {
  static final String HERE = "127.0.0.1";
  static final String ELSEWHERE = "192.0.2.7";

  private final EmbeddedChannel channel;
  private final ArrayDeque<ChannelPromise> held = new ArrayDeque<>();

  /** A reader that takes nothing more. */
  boolean stuck;

  record Answer(int status, HttpHeaders headers, String body) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  Visit(Dashboard dashboard, String from) {
    var remote = new InetSocketAddress(from, 40_000);
    channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress remoteAddress0() {
            return remote;
          }
        };
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                if (stuck) {
                  ReferenceCountUtil.release(message);
                  held.add(promise);
                } else {
                  ctx.write(message, promise);
                }
              }
            },
            new ApiDoor(64 << 10, new BytesBudget(1 << 20), dashboard::answer));
  }

  Answer call(String method, String uri, String... headers) {
    send(method, uri, headers);
    return answer();
  }

  void send(String method, String uri, String... headers) {
    var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri);
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().set(headers[i], headers[i + 1]);
    }
    channel.writeInbound(request);
  }

  Answer answer() {
    FullHttpResponse response = channel.readOutbound();
    try {
      return new Answer(
          response.status().code(),
          response.headers(),
          response.content().toString(StandardCharsets.UTF_8));
    } finally {
      response.release();
    }
  }

  /** What came of a stream since the last time; its head is not told. */
  String streamed() {
    var text = new StringBuilder();
    for (Object part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      if (part instanceof ByteBufHolder content) {
        text.append(content.content().toString(StandardCharsets.UTF_8));
      } else if (!(part instanceof HttpResponse)) {
        throw new AssertionError("unexpected: " + part);
      }
      ReferenceCountUtil.release(part);
    }
    return text.toString();
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  void leave() {
    channel.close();
  }
}
