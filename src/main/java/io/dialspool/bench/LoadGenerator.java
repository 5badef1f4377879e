package io.dialspool.bench;

import io.dialspool.time.Clock;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Puts a port under load and counts what comes back. */
final class LoadGenerator {
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int LAST_ANSWERS_MS = 5_000;

  private LoadGenerator() {}

  /** Half of the cores; the other half is the server's. */
  static int loops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /**
   * Runs the whole plan; blocks.
   *
   * @param endpoint {@code http}, host and port
   * @throws UnreachableException if not every connection can be made
   */
  static LoadResult run(LoadPlan plan, URI endpoint, Clock clock) throws InterruptedException {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops(), NioIoHandler.newFactory());
    try {
      return run(plan, endpoint, clock, group);
    } finally {
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
  }

  private static LoadResult run(LoadPlan plan, URI endpoint, Clock clock, EventLoopGroup group)
      throws InterruptedException {
    Map<EventLoop, LoadResult.Tally> tallies = new HashMap<>();
    List<Channel> channels = new ArrayList<>();
    List<LoadConnection> connections = new ArrayList<>();
    var ended = new CountDownLatch(plan.connections());
    String run = run();
    Instant expiration = Instant.ofEpochMilli(clock.epochMs()).plus(Duration.ofHours(4));
    int port = endpoint.getPort() < 0 ? 80 : endpoint.getPort();
    for (int i = 0; i < plan.connections(); i++) {
      EventLoop loop = group.next();
      var connection =
          new LoadConnection(
              plan,
              i,
              new RequestTemplate(plan, endpoint.getRawAuthority(), run, i, expiration),
              tallies.computeIfAbsent(loop, any -> new LoadResult.Tally()),
              clock,
              ended::countDown);
      var connected =
          bootstrap(loop, connection)
              .connect(new InetSocketAddress(endpoint.getHost(), port))
              .await();
      if (!connected.isSuccess()) {
        channels.forEach(Channel::close);
        throw new UnreachableException(
            endpoint + ": connection " + (i + 1) + " of " + plan.connections() + " refused",
            connected.cause());
      }
      channels.add(connected.channel());
      connections.add(connection);
    }

    long startNs = clock.nanoTime();
    long lastMs =
        TimeUnit.SECONDS.toMillis((long) plan.warmupSeconds() + plan.seconds()) + LAST_ANSWERS_MS;
    for (int i = 0; i < connections.size(); i++) {
      LoadConnection connection = connections.get(i);
      EventLoop loop = channels.get(i).eventLoop();
      loop.execute(() -> connection.start(startNs));
      loop.schedule(connection::giveUp, lastMs, TimeUnit.MILLISECONDS);
    }
    if (!ended.await(lastMs + 10_000, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("The load generator itself got stuck.");
    }
    return LoadResult.sum(plan, tallies.values());
  }

  private static Bootstrap bootstrap(EventLoop loop, LoadConnection connection) {
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(new HttpResponseDecoder(), connection);
              }
            });
  }

  private static String run() {
    return String.format(Locale.ROOT, "%08x", ThreadLocalRandom.current().nextInt());
  }
}
