package io.dialspool.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dialspool.time.Clock;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends chunks over a few kept-alive connections, a request each, and reads every answer while its
 * request is still being written. Everything but {@link #submit} runs on one event loop, which
 * never waits, so a server that doesn't read can't stop us from reading.
 *
 * <p>On overload or a lost connection all connections back off together; then one of them tries
 * what is left of its chunk, and only when lines become safe again do the others join. Sending
 * again is safe: tokens dedupe. When nothing became safe for as long as the configured patience,
 * every chunk ends with a {@link ReplayException}.
 */
final class Uplink implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 2_000;
  private static final int BACKOFF_MAX_MS = 5_000;
  private static final int RETRY_AFTER_MAX_MS = 30_000;
  private static final int ERROR_BODY_MAX = 16 * 1024;
  // Whoever has forgotten to start the service wants to know soon.
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);
  private static final Set<Integer> TRY_AGAIN = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Set<String> REFUSALS =
      Set.of(
          "ResourceNotFoundException",
          "InvalidCampaignStateException",
          "AccessDeniedException",
          "ValidationException");

  private final ReplayConfig config;
  private final Clock clock;
  private final MultiThreadIoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Bootstrap bootstrap;
  private final String host;
  private final int port;
  private final String path;
  private final @Nullable SslContext tls;

  private final Deque<Chunk> waiting = new ArrayDeque<>();
  private final List<Connection> connections = new ArrayList<>();
  private int troubles;
  private long troubleSinceNs;
  private boolean backingOff;
  private boolean answered;
  private @Nullable ReplayException ended;
  private volatile String waitingFor = "";

  Uplink(ReplayConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    URI endpoint = config.endpoint();
    boolean secure = "https".equals(endpoint.getScheme());
    host = endpoint.getHost().replaceAll("[\\[\\]]", "");
    port = endpoint.getPort() >= 0 ? endpoint.getPort() : secure ? 443 : 80;
    String prefix = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
    path =
        prefix.replaceAll("/+$", "")
            + "/campaigns/"
            + URLEncoder.encode(config.campaignId(), StandardCharsets.UTF_8).replace("+", "%20")
            + "/dial-requests";
    tls = !secure ? null : config.tls() == null ? clientTls() : config.tls();
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS);
    for (int i = 0; i < config.connections(); i++) {
      connections.add(new Connection());
    }
  }

  private static SslContext clientTls() {
    try {
      return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
    } catch (SSLException e) {
      throw ReplayException.here("TLS can't be had: " + e.getMessage());
    }
  }

  /** Sends {@code chunk} when its turn comes; {@link Chunk#done} tells the end. Any thread. */
  void submit(Chunk chunk) {
    loop.execute(
        () -> {
          waiting.addLast(chunk);
          pump();
        });
  }

  /** Why nothing moves; empty while it does. Any thread. */
  String waitingFor() {
    return waitingFor;
  }

  /** Gives up everything that is not done; afterwards no chunk is touched any more. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }

  private void pump() {
    ReplayException end = ended;
    if (end != null) {
      waiting.forEach(chunk -> chunk.done().completeExceptionally(end));
      waiting.clear();
      return;
    }
    int usable = troubles > 0 ? 1 : connections.size();
    int busy = (int) connections.stream().filter(Connection::isBusy).count();
    for (Connection connection : connections) {
      if (backingOff || busy >= usable || waiting.isEmpty()) {
        return;
      }
      if (!connection.isBusy()) {
        busy++;
        connection.send(waiting.removeFirst());
      }
    }
  }

  private void progress() {
    answered = true;
    troubles = 0;
    waitingFor = "";
  }

  private void trouble(Chunk chunk, String why, long retryAfterMs) {
    waiting.addFirst(chunk);
    if (backingOff || ended != null) {
      pump();
      return;
    }
    long nowNs = clock.nanoTime();
    if (troubles == 0) {
      troubleSinceNs = nowNs;
    }
    troubles++;
    waitingFor = why;
    Duration patience = config.patience();
    if (!answered && patience.compareTo(FIRST_CONTACT) > 0) {
      patience = FIRST_CONTACT;
    }
    if (troubles > 1 && nowNs - troubleSinceNs >= patience.toNanos()) {
      end(
          ReplayException.endpoint(
              config.endpoint()
                  + ": "
                  + why
                  + ", for "
                  + patience.toSeconds()
                  + " s (what was accepted is safe; running the same command again continues)"));
      return;
    }
    long backoffMs =
        Math.min(BACKOFF_MAX_MS, (long) config.backoffMs() << Math.min(troubles - 1, 12));
    long jitteredMs = backoffMs / 2 + ThreadLocalRandom.current().nextLong(backoffMs / 2 + 1);
    backingOff = true;
    loop.schedule(
        () -> {
          backingOff = false;
          pump();
        },
        Math.max(jitteredMs, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)),
        TimeUnit.MILLISECONDS);
  }

  private void end(ReplayException why) {
    if (ended == null) {
      ended = why;
      connections.forEach(Connection::close);
    }
    pump();
  }

  private void refuse(Chunk chunk, String why) {
    waiting.addFirst(chunk);
    end(
        ReplayException.endpoint(
            config.endpoint() + " refuses campaign " + config.campaignId() + ": " + why));
  }

  /** One connection; one request at a time. */
  private final class Connection {
    private @Nullable Channel channel;
    private @Nullable Chunk chunk;
    private @Nullable Answer answer;
    private @Nullable ChannelFuture written;
    private String lost = "";
    private long sentAtNs;

    boolean isBusy() {
      return chunk != null;
    }

    boolean isOn(Channel its) {
      return chunk != null && channel == its;
    }

    /** The idle timer may have begun to run before the request was there. */
    boolean isSilent() {
      return chunk != null && clock.nanoTime() - sentAtNs >= config.silenceMs() * 900_000L;
    }

    void send(Chunk next) {
      chunk = next;
      lost = "connection lost";
      Channel open = channel;
      if (open != null && open.isActive()) {
        write(open, next);
        return;
      }
      bootstrap
          .clone()
          .handler(
              new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(SocketChannel fresh) {
                  if (tls != null) {
                    fresh.pipeline().addLast(tls.newHandler(fresh.alloc(), host, port));
                  }
                  fresh
                      .pipeline()
                      .addLast(
                          new IdleStateHandler(config.silenceMs(), 0, 0, TimeUnit.MILLISECONDS),
                          new HttpClientCodec(),
                          new Reader(Connection.this));
                }
              })
          .connect(host, port)
          .addListener(
              (ChannelFuture connected) -> {
                if (connected.isSuccess() && ended == null) {
                  channel = connected.channel();
                  write(connected.channel(), next);
                } else {
                  connected.channel().close();
                  chunk = null;
                  trouble(next, "can't be reached", 0);
                }
              });
    }

    private void write(Channel open, Chunk next) {
      answer = new Answer(next, next.beginRequest());
      sentAtNs = clock.nanoTime();
      int from = next.bytesFrom();
      var request =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1,
              HttpMethod.POST,
              path,
              Unpooled.wrappedBuffer(next.bytes(), from, next.bytesEnd() - from));
      request
          .headers()
          .set(
              HttpHeaderNames.HOST,
              host.contains(":") ? "[" + host + "]:" + port : host + ":" + port)
          .set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson")
          .set(HttpHeaderNames.CONTENT_LENGTH, next.bytesEnd() - from)
          .set(HttpHeaderNames.USER_AGENT, "dialspool-replay");
      config.identification().sign(request, clock.epochMs());
      written = open.writeAndFlush(request);
    }

    /** Called once for each connection that stood, when it is gone. */
    void gone() {
      Chunk unanswered = chunk;
      channel = null;
      chunk = null;
      if (unanswered != null) {
        unanswered.inDoubt();
        trouble(unanswered, lost, 0);
      }
    }

    void lostBecause(String why) {
      lost = why;
    }

    void close() {
      Channel open = channel;
      if (open != null) {
        open.close();
      }
    }

    /**
     * The answer is there. The chunk's bytes are ours again only when nothing writes them any more:
     * a connection that answered early is closed first.
     */
    @Nullable Chunk finished(boolean keepAlive) {
      Chunk ended = chunk;
      chunk = null;
      ChannelFuture write = written;
      if (!keepAlive || write == null || !write.isDone()) {
        Channel open = channel;
        channel = null;
        if (open != null) {
          open.close();
        }
      }
      return ended;
    }
  }

  /** Reads the answers of one connection. */
  private final class Reader extends SimpleChannelInboundHandler<HttpObject> {
    private final Connection connection;
    private int status;
    private String errorType = "";
    private long retryAfterMs;
    private boolean keepAlive;
    private ByteBuf errorBody = Unpooled.EMPTY_BUFFER;

    Reader(Connection connection) {
      this.connection = connection;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message)
        throws IOException {
      if (message instanceof HttpResponse response) {
        status = response.status().code();
        keepAlive = HttpUtil.isKeepAlive(response);
        errorType = response.headers().get("x-amzn-ErrorType", "").replaceFirst(":.*", "");
        retryAfterMs = seconds(response.headers().get(HttpHeaderNames.RETRY_AFTER, "")) * 1000;
        errorBody = Unpooled.buffer(0, ERROR_BODY_MAX);
      }
      if (status < 200
          || !connection.isOn(context.channel())
          || !(message instanceof HttpContent content)) {
        return;
      }
      Answer answer = connection.answer;
      ByteBuf body = content.content();
      if (status == 200 && answer != null) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        if (answer.take(bytes, bytes.length)) {
          progress();
        }
      } else {
        errorBody.writeBytes(body, Math.min(body.readableBytes(), errorBody.maxWritableBytes()));
      }
      if (message instanceof LastHttpContent) {
        if (answer != null && status == 200) {
          answer.end();
        }
        Chunk chunk = connection.finished(keepAlive);
        if (chunk != null && answer != null) {
          judge(chunk, answer);
        }
      }
    }

    private void judge(Chunk chunk, Answer answer) {
      if (status != 200) {
        String why = (status + " " + errorType).strip();
        if (TRY_AGAIN.contains(status)) {
          // 429 and 503 say that nothing was taken; of the others nobody knows.
          if (status != 429 && status != 503) {
            chunk.inDoubt();
          }
          trouble(chunk, why, retryAfterMs);
        } else {
          refuse(chunk, why + message() + Refusal.whatToDo(errorType));
        }
        return;
      }
      String error = answer.error();
      if (answer.isSummed() && error == null && answer.addsUp()) {
        progress();
        chunk.done().complete(chunk);
        pump();
        return;
      }
      chunk.inDoubt();
      if (error != null && REFUSALS.contains(error)) {
        refuse(chunk, error + Refusal.whatToDo(error));
      } else if (error != null) {
        trouble(chunk, error, retryAfterMs);
      } else {
        trouble(
            chunk,
            answer.isSummed() ? "the answer doesn't add up" : "the answer ended too early",
            0);
      }
    }

    private String message() {
      byte[] bytes = new byte[errorBody.readableBytes()];
      errorBody.readBytes(bytes);
      try (JsonParser parser = new JsonFactory().createParser(bytes)) {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean its = parser.currentName().equalsIgnoreCase("message");
            if (parser.nextToken() == JsonToken.VALUE_STRING && its) {
              String text = parser.getText().replaceAll("\\p{Cntrl}", " ");
              return ", " + text.substring(0, Math.min(300, text.length()));
            }
            parser.skipChildren();
          }
        }
      } catch (IOException e) {
        // Whatever it is, it is not an error in the contract's form: status and name must do.
      }
      return "";
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (event instanceof IdleStateEvent && connection.isSilent()) {
        connection.lostBecause("no answer for " + config.silenceMs() / 1000 + " s");
        context.close();
      } else {
        super.userEventTriggered(context, event);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      String fault = Refusal.ofTls(cause);
      if (!fault.isEmpty()) {
        end(ReplayException.endpoint(config.endpoint() + ": " + fault));
      }
      connection.lostBecause("connection lost");
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (connection.channel == context.channel()) {
        connection.gone();
      }
    }
  }

  private static long seconds(String text) {
    return text.matches("\\d{1,6}") ? Long.parseLong(text) : 0;
  }
}
