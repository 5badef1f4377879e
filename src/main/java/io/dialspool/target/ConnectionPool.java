package io.dialspool.target;

import io.dialspool.time.Clock;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Keep-alive connections to one host, a bounded number, one exchange on each; what finds none free
 * waits in a bounded queue. All of it lives on one event loop, so nothing is locked.
 *
 * <p>Idle connections are used newest first and not at all after 20 s: the older one is, the
 * likelier the server is closing it just now, and a call that meets that is a call in doubt.
 */
final class ConnectionPool implements AutoCloseable {
  private static final long IDLE_MAX_NS = TimeUnit.SECONDS.toNanos(20);
  private static final int WAITING_MAX = 256;
  private static final int HEAD_BYTES_MAX = 32 * 1024;

  private final EventLoop loop;
  private final String host;
  private final int port;
  private final @Nullable SslContext tls;
  private final int connectionsMax;
  private final int connectTimeoutMs;
  private final Clock clock;
  // The JDK resolves names by blocking; that must not happen on an event loop.
  private final ThreadPoolExecutor resolver;

  // On the event loop only.
  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private final Set<Connection> open = new LinkedHashSet<>();
  private int connecting;
  private int attempts;
  private boolean closed;

  ConnectionPool(
      EventLoop loop,
      String host,
      int port,
      @Nullable SslContext tls,
      int connectionsMax,
      int connectTimeoutMs,
      Clock clock) {
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.connectionsMax = connectionsMax;
    this.connectTimeoutMs = connectTimeoutMs;
    this.clock = clock;
    this.resolver =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(connectionsMax),
            task -> {
              var thread = new Thread(task, "dialspool-resolve");
              thread.setDaemon(true);
              return thread;
            });
    resolver.allowCoreThreadTimeOut(true);
  }

  /**
   * Begins an exchange; from any thread. Its end comes later, on the event loop, once.
   *
   * @param timeoutNs from now until it ends by itself
   */
  void call(Exchange exchange, long timeoutNs) {
    long calledAtNs = clock.nanoTime();
    try {
      loop.execute(() -> begin(exchange, timeoutNs - (clock.nanoTime() - calledAtNs)));
    } catch (RejectedExecutionException e) {
      GlobalEventExecutor.INSTANCE.execute(() -> exchange.end(clientClosed()));
    }
  }

  private static Ended clientClosed() {
    return new Ended.NotSent("the client is closed", false);
  }

  private void begin(Exchange exchange, long leftNs) {
    if (closed) {
      exchange.end(clientClosed());
    } else if (waiting.size() >= WAITING_MAX) {
      exchange.end(
          new Ended.NotSent(
              "no free connection (expected: at most " + WAITING_MAX + " calls waiting)", false));
    } else {
      exchange.timedBy(loop.schedule(() -> timedOut(exchange), leftNs, TimeUnit.NANOSECONDS));
      waiting.add(exchange);
      serve();
    }
  }

  private void timedOut(Exchange exchange) {
    Connection connection = exchange.connection();
    if (connection != null) {
      connection.close("timeout");
    } else {
      waiting.remove(exchange);
      exchange.end(new Ended.NotSent("no connection in time", open.isEmpty()));
    }
  }

  private void serve() {
    while (!waiting.isEmpty()) {
      Connection connection = takeIdle();
      if (connection == null) {
        break;
      }
      send(waiting.remove(), connection);
    }
    while (waiting.size() > connecting && open.size() + connecting < connectionsMax) {
      connect();
    }
  }

  private @Nullable Connection takeIdle() {
    long nowNs = clock.nanoTime();
    for (Connection newest = idle.pollLast(); newest != null; newest = idle.pollLast()) {
      if (newest.isOpen() && nowNs - newest.idleSinceNs() < IDLE_MAX_NS) {
        return newest;
      }
      newest.close("idle");
    }
    return null;
  }

  private void send(Exchange exchange, Connection connection) {
    FullHttpRequest request;
    try {
      request = exchange.request();
    } catch (RuntimeException e) {
      idle.addLast(connection);
      exchange.end(new Ended.NotSent("can't be written: " + e.getClass().getSimpleName(), false));
      return;
    }
    if (request == null) {
      idle.addLast(connection);
      exchange.end(new Ended.NotSent("too late for its deadline", false));
      return;
    }
    connection.send(exchange, request);
  }

  // --- connecting

  private void connect() {
    connecting++;
    int attempt = attempts++;
    try {
      resolver.execute(() -> resolve(attempt));
    } catch (RejectedExecutionException e) {
      failed("the client is closed");
    }
  }

  private void resolve(int attempt) {
    Runnable next;
    try {
      InetAddress[] addresses = InetAddress.getAllByName(host);
      InetAddress address = addresses[Math.floorMod(attempt, addresses.length)];
      next = () -> connect(new InetSocketAddress(address, port));
    } catch (UnknownHostException e) {
      next = () -> failed("unknown host " + host);
    }
    try {
      loop.execute(next);
    } catch (RejectedExecutionException e) {
      // The loop ended meanwhile; nobody waits any more.
    }
  }

  private void connect(InetSocketAddress address) {
    if (closed) {
      failed("the client is closed");
      return;
    }
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMs)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                if (tls != null) {
                  SslHandler handler = tls.newHandler(channel.alloc(), host, port);
                  handler.setHandshakeTimeoutMillis(connectTimeoutMs);
                  channel.pipeline().addLast(handler);
                }
                channel
                    .pipeline()
                    .addLast(
                        new HttpClientCodec(
                            new HttpDecoderConfig().setMaxHeaderSize(HEAD_BYTES_MAX), false, false),
                        new Connection(ConnectionPool.this, channel, clock));
              }
            })
        .connect(address)
        .addListener(
            (io.netty.channel.ChannelFuture connected) -> {
              if (connected.isSuccess()) {
                secured(connected.channel());
              } else {
                failed(inWords(connected.cause()));
              }
            });
  }

  private void secured(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (handler == null) {
      connected(channel);
      return;
    }
    handler
        .handshakeFuture()
        .addListener(
            handshake -> {
              if (handshake.isSuccess()) {
                connected(channel);
              } else {
                channel.close();
                failed(inWords(handshake.cause()));
              }
            });
  }

  private void connected(Channel channel) {
    connecting--;
    if (closed) {
      channel.close();
      return;
    }
    Connection connection = channel.pipeline().get(Connection.class);
    if (connection != null && channel.isActive()) {
      open.add(connection);
      idle.addLast(connection);
    }
    serve();
  }

  private void failed(String why) {
    connecting--;
    Exchange first = waiting.poll();
    if (first != null) {
      first.end(new Ended.NotSent(why, true));
    }
    if (!closed) {
      serve();
    }
  }

  private static String inWords(Throwable cause) {
    if (cause instanceof ConnectTimeoutException) {
      return "connect timeout";
    }
    if (cause instanceof SSLException) {
      return "TLS handshake failed: " + cause.getMessage();
    }
    return "connection refused";
  }

  // --- told by connections

  void idle(Connection connection) {
    if (closed) {
      connection.close("the client is closed");
      return;
    }
    idle.addLast(connection);
    serve();
  }

  void closed(Connection connection) {
    open.remove(connection);
    idle.remove(connection);
    if (!closed) {
      serve();
    }
  }

  /** Ends every exchange and closes every connection; a call from now on is not sent. */
  @Override
  public void close() {
    try {
      if (loop.inEventLoop()) {
        closeAll();
      } else {
        loop.submit(this::closeAll).awaitUninterruptibly(5, TimeUnit.SECONDS);
      }
    } catch (RejectedExecutionException e) {
      // The loop has ended and its channels with it.
    }
  }

  private void closeAll() {
    closed = true;
    resolver.shutdown();
    for (Exchange exchange = waiting.poll(); exchange != null; exchange = waiting.poll()) {
      exchange.end(clientClosed());
    }
    for (Connection connection : new ArrayList<>(open)) {
      connection.close("the client is closed");
    }
  }
}
