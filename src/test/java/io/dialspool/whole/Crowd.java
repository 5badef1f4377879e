package io.dialspool.whole;

import io.dialspool.time.Clock;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
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
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Very many connections at once, on one thread. */
final class Crowd implements AutoCloseable {
  private static final int UNDER_WAY_MAX = 2;
  private static final int CONNECTED_AT_ONCE = 100;
  private static final int CONNECT_TIMEOUT_MS = 120_000;
  private static final AttributeKey<Integer> UNDER_WAY = AttributeKey.valueOf("underWay");

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
    var flood = new Flood(requests, false);
    connect(connections, flood, true);
    return flood;
  }

  /**
   * Open loop: puts begin at this rate whether the ones before are answered or not. An offer whose
   * connection waits for answers to {@value #UNDER_WAY_MAX} puts is turned away by that alone.
   */
  Flood offer(int connections, double perSecond, Supplier<String> requests) {
    var flood = new Flood(requests, true);
    List<Channel> open = connect(connections, flood, true);
    flood.offer(open, perSecond, loop);
    return flood;
  }

  /** Connections that send {@code head} and then {@code drip} once a second, and never read. */
  void dripping(int connections, String head, String drip) {
    for (Channel channel : connect(connections, new Silent(head), false)) {
      channel
          .eventLoop()
          .scheduleAtFixedRate(() -> send(channel, drip), 1_000, 1_000, TimeUnit.MILLISECONDS);
    }
  }

  /** Connections that send {@code head}, and then {@code chunk} for as long as they are let. */
  void endless(int connections, String head, String chunk) {
    var endless = new Endless(head, chunk);
    connect(connections, endless, true);
  }

  /** Connections that send {@code text} and read {@code bytes} of the answer a second. */
  void readingSlowly(int connections, String text, int bytes) {
    var slowly = new ReadingSlowly(text, bytes);
    for (Channel channel : connect(connections, slowly, false)) {
      channel
          .eventLoop()
          .scheduleAtFixedRate(() -> channel.read(), 1_000, 1_000, TimeUnit.MILLISECONDS);
    }
  }

  private List<Channel> connect(int connections, Handler handler, boolean reads) {
    var bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, reads)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .option(ChannelOption.SO_RCVBUF, reads ? 65_536 : 1_024)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    handler.init(channel);
                  }
                });
    var connected = new ArrayList<Channel>(connections);
    while (connected.size() < connections) {
      List<ChannelFuture> some = new ArrayList<>();
      for (int i = Math.min(CONNECTED_AT_ONCE, connections - connected.size()); i > 0; i--) {
        some.add(bootstrap.connect(host, port));
      }
      for (ChannelFuture one : some) {
        Channel channel = one.syncUninterruptibly().channel();
        channels.add(channel);
        connected.add(channel);
        handler.begin(channel);
      }
    }
    return connected;
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

  private record Endless(String head, String chunk) implements Handler {
    @Override
    public void init(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                  fill(ctx.channel());
                }

                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ReferenceCountUtil.release(message); // an answer before its time
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                  ctx.close();
                }
              });
    }

    @Override
    public void begin(Channel channel) {
      send(channel, head);
      channel.eventLoop().execute(() -> fill(channel));
    }

    private void fill(Channel channel) {
      while (channel.isActive() && channel.isWritable()) {
        send(channel, chunk);
      }
    }
  }

  private record ReadingSlowly(String text, int bytes) implements Handler {
    @Override
    public void init(Channel channel) {
      channel
          .config()
          .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(bytes).maxMessagesPerRead(1));
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ReferenceCountUtil.release(message);
                }
              });
    }

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
    private final boolean open;
    private final AtomicInteger offered = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final AtomicInteger notTakenWhole = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();
    private int next;

    private Flood(Supplier<String> requests, boolean open) {
      this.requests = requests;
      this.open = open;
      for (int status : new int[] {200, 429, 503, 0}) {
        byStatus.put(status, new AtomicInteger());
      }
    }

    /** Answers with this status; 0 for any other than 200, 429 and 503. */
    int answered(int status) {
      return byStatus.get(status).get();
    }

    /** Puts that were due, those that could not even be sent included. */
    int offered() {
      return offered.get();
    }

    /** Of these, those whose connection still waited for answers to the ones before. */
    int turnedAway() {
      return turnedAway.get();
    }

    /** Answers of 200 in which an item had failed. */
    int notTakenWhole() {
      return notTakenWhole.get();
    }

    /** Connections that the service closed. */
    int gone() {
      return gone.get();
    }

    private void offer(List<Channel> channels, double perSecond, EventLoopGroup loop) {
      long beganNs = Clock.SYSTEM.nanoTime();
      loop.next()
          .scheduleAtFixedRate(
              () -> {
                double due = (Clock.SYSTEM.nanoTime() - beganNs) / 1e9 * perSecond;
                // A pause of the client is not made up for in one go.
                for (int i = 0; i < perSecond && offered.get() < due && !stopped.get(); i++) {
                  offer(channels.get(next++ % channels.size()));
                }
              },
              5,
              5,
              TimeUnit.MILLISECONDS);
    }

    private void offer(Channel channel) {
      offered.incrementAndGet();
      int underWay = channel.attr(UNDER_WAY).get();
      if (underWay >= UNDER_WAY_MAX || !channel.isActive()) {
        turnedAway.incrementAndGet();
      } else {
        channel.attr(UNDER_WAY).set(underWay + 1);
        put(channel);
      }
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
                  if (open) {
                    ctx.channel().attr(UNDER_WAY).set(ctx.channel().attr(UNDER_WAY).get() - 1);
                  } else if (!stopped.get()) {
                    put(ctx.channel());
                  }
                }

                @Override
                public void channelInactive(ChannelHandlerContext ctx) {
                  gone.addAndGet(stopped.get() ? 0 : 1);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                  ctx.close();
                }
              });
    }

    private void took(FullHttpResponse answer) {
      int status = answer.status().code();
      byStatus.getOrDefault(status, byStatus.get(0)).incrementAndGet();
      if ((status == 429 || status == 503) && !answer.headers().contains("Retry-After")) {
        refusedWithoutRetryAfter.incrementAndGet();
      }
      if (status == 200
          && !answer
              .content()
              .toString(StandardCharsets.UTF_8)
              .endsWith("\"failedRequests\":[]}")) {
        notTakenWhole.incrementAndGet();
      }
    }

    @Override
    public void begin(Channel channel) {
      channel.attr(UNDER_WAY).set(0);
      if (!open) {
        put(channel);
      }
    }

    private void put(Channel channel) {
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
