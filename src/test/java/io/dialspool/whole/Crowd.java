package io.dialspool.whole;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Very many connections at once, on one thread. */
final class Crowd implements AutoCloseable {
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final String host;
  private final int port;

  Crowd(String url) {
    URI uri = URI.create(url);
    host = uri.getHost();
    port = uri.getPort();
  }

  /** Connections that send {@code text} and then neither send, read nor close. */
  void stuck(int connections, String text) {
    connect(connections, new Silent(text), false);
  }

  /** Connections that each put a body, read the answer and put the next. */
  Flood flood(int connections, Supplier<String> requests) {
    var flood = new Flood(requests);
    connect(connections, flood, true);
    return flood;
  }

  int open() {
    return channels.size();
  }

  private void connect(int connections, Handler handler, boolean reads) {
    var bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, reads)
            .option(ChannelOption.SO_RCVBUF, reads ? 65_536 : 1_024)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    handler.init(channel);
                  }
                });
    for (int i = 0; i < connections; i++) {
      Channel channel = bootstrap.connect(host, port).syncUninterruptibly().channel();
      channels.add(channel);
      handler.begin(channel);
    }
  }

  private interface Handler {
    default void init(Channel channel) {}

    void begin(Channel channel);
  }

  private static void send(Channel channel, String text) {
    channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  private record Silent(String text) implements Handler {
    @Override
    public void begin(Channel channel) {
      send(channel, text);
    }
  }

  /** What a flood was answered. */
  static final class Flood implements Handler {
    private final Supplier<String> requests;
    private final Map<Integer, AtomicInteger> byStatus = new TreeMap<>();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger refusedWithoutRetryAfter = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Flood(Supplier<String> requests) {
      this.requests = requests;
      for (int status : new int[] {200, 429, 503, 0}) {
        byStatus.put(status, new AtomicInteger());
      }
    }

    /** Answers with this status; 0 for any other than 200, 429 and 503. */
    int answered(int status) {
      return byStatus.get(status).get();
    }

    int refusedWithoutRetryAfter() {
      return refusedWithoutRetryAfter.get();
    }

    /** No further requests; true once each has its answer. */
    boolean stop() {
      stopped.set(true);
      return unanswered.get() == 0;
    }

    @Override
    public void init(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new HttpClientCodec(),
              new HttpObjectAggregator(1 << 20),
              new SimpleChannelInboundHandler<FullHttpResponse>() {
                @Override
                protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
                  took(answer);
                  unanswered.decrementAndGet();
                  if (!stopped.get()) {
                    begin(ctx.channel());
                  }
                }
              });
    }

    private void took(FullHttpResponse answer) {
      int status = answer.status().code();
      byStatus.getOrDefault(status, byStatus.get(0)).incrementAndGet();
      if ((status == 429 || status == 503) && !answer.headers().contains("Retry-After")) {
        refusedWithoutRetryAfter.incrementAndGet();
      }
    }

    @Override
    public void begin(Channel channel) {
      unanswered.incrementAndGet();
      // Below the codec, which would want a message.
      channel
          .pipeline()
          .firstContext()
          .writeAndFlush(Unpooled.copiedBuffer(requests.get(), StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    channels.close().awaitUninterruptibly(10, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
