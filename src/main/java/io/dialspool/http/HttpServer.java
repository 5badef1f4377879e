package io.dialspool.http;

import io.dialspool.time.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One HTTP/1.1 port. Each connection handles one request at a time: auto-read is off behind a flow
 * control handler, the door asks for the next message with {@code ctx.read()} (the {@link ApiDoor}
 * does so after each answer), so answers keep their order and a slow reader holds up nobody but
 * itself.
 */
public final class HttpServer implements AutoCloseable {
  private static final long HANDSHAKE_TIMEOUT_MS = 10_000;

  private final Channel listener;
  private final Connections connections;
  private final String address;
  private final boolean tls;

  private HttpServer(Channel listener, Connections connections, String address, boolean tls) {
    this.tls = tls;
    this.listener = listener;
    this.connections = connections;
    this.address = address;
  }

  /**
   * Binds and listens.
   *
   * @param port 0 for any free one
   * @param loops owned by the caller
   * @param entrance what stands before the door
   * @param door makes the last handler of each connection; it gets requests as Netty's HttpObjects
   * @throws PortUnavailableException if the port can't be bound
   */
  public static HttpServer start(
      String address,
      int port,
      EventLoopGroup loops,
      HttpLimits limits,
      Entrance entrance,
      Supplier<? extends ChannelHandler> door) {
    var connections = new Connections(limits.connectionsMax(), Clock.SYSTEM);
    var tlsTrouble = new TlsTrouble(Clock.SYSTEM);
    var bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            // Netty's adaptive one makes a buffer object for each read and write (measured).
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (!connections.admit(channel)) {
                      return;
                    }
                    SslContext tls = entrance.tls().get();
                    if (tls != null) {
                      SslHandler handler = tls.newHandler(channel.alloc());
                      handler.setHandshakeTimeoutMillis(
                          Math.min(HANDSHAKE_TIMEOUT_MS, limits.idleMs()));
                      channel.pipeline().addLast(handler, tlsTrouble);
                    }
                    fit(channel.pipeline(), limits, entrance, door);
                    channel
                        .pipeline()
                        .addAfter(
                            channel.pipeline().context(KeptRead.class).name(),
                            null,
                            Connections.progress(channel));
                    channel.read();
                  }
                });
    var bound = bootstrap.bind(address, port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new PortUnavailableException(
          address + ":" + port + " can't be bound: " + bound.cause().getMessage(), bound.cause());
    }
    return new HttpServer(bound.channel(), connections, address, entrance.tls().get() != null);
  }

  /** Puts the handlers of one connection in their places, but for TLS. On the event loop. */
  public static void fit(
      ChannelPipeline pipeline,
      HttpLimits limits,
      Entrance entrance,
      Supplier<? extends ChannelHandler> door) {
    ChannelHandler gate = entrance.gate().get();
    var codec =
        new HttpCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(8192)
                .setMaxHeaderSize(limits.headerBytesMax())
                .setMaxChunkSize(64 * 1024),
            gate == null);
    pipeline.addLast(
        new IdleStateHandler(0, 0, limits.idleMs(), TimeUnit.MILLISECONDS),
        codec,
        new HttpServerKeepAliveHandler(),
        new FlowControlHandler(),
        new KeptRead(codec),
        new HttpGuard(entrance.hosts()));
    if (gate != null) {
      pipeline.addLast(gate);
    }
    pipeline.addLast(door.get());
  }

  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** As a client on this machine reaches it. */
  public String url() {
    InetAddress bound = ((InetSocketAddress) listener.localAddress()).getAddress();
    String host = bound.isAnyLocalAddress() ? "127.0.0.1" : address;
    return (tls ? "https://" : "http://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + port();
  }

  public int connections() {
    return connections.size();
  }

  /** Takes no new connections; open ones go on. */
  public void stopAccepting() {
    listener.close().awaitUninterruptibly();
  }

  /** Closes the port and every connection. */
  @Override
  public void close() {
    stopAccepting();
    connections.close();
  }
}
