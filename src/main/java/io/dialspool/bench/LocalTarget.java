package io.dialspool.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A target that takes every dial request and answers at once, on the real wire: the campaign calls
 * that a service needs, and PutDialRequestBatch without looking at more than the tokens. It counts
 * what it was given, so that nothing can be said to be delivered that wasn't. One event loop, so
 * one thread for all state.
 *
 * <p>{@code GET /taken} tells the counts ({@link Taken}), {@code PUT /states} with {@code
 * {"state":"Running"}} puts all campaigns into a state behind the service's back.
 */
final class LocalTarget implements AutoCloseable {
  private static final byte[] TOKEN = ascii("\"clientToken\":\"");
  private static final byte[] ANSWER_HEAD = ascii("{\"successfulRequests\":[");
  private static final byte[] ANSWER_TOKEN = ascii("{\"clientToken\":\"");
  private static final byte[] ANSWER_ID = ascii("\",\"id\":\"00000000-0000-4000-8000-");
  private static final byte[] ANSWER_TAIL = ascii("],\"failedRequests\":[]}");
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final int ID_DIGITS = 12;
  private static final int BODY_BYTES_MAX = 8 << 20;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listener;
  private final Clock clock;
  private final Map<String, String> states = new TreeMap<>();
  private long calls;
  private long items;
  private long tokenSum;
  private long firstNs;
  private long lastNs;

  LocalTarget(Clock clock) {
    this.clock = clock;
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new HttpServerCodec(), new Answerer());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  String url() {
    return "http://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  /**
   * What came so far.
   *
   * @param calls of PutDialRequestBatch
   * @param items in them
   * @param tokenSum the hashes of their tokens added up: whatever the order, it says whether each
   *     of a known set came once
   * @param firstNs when the first call came since this was last asked with {@code ?again}, by the
   *     monotonic clock, which all processes of a machine share; 0 for none
   * @param lastNs of the last call
   * @param nowNs when this was said
   */
  record Taken(long calls, long items, long tokenSum, long firstNs, long lastNs, long nowNs) {
    static Taken of(JsonNode json) {
      return new Taken(
          json.path("calls").asLong(),
          json.path("items").asLong(),
          json.path("tokenSum").asLong(),
          json.path("firstNs").asLong(),
          json.path("lastNs").asLong(),
          json.path("nowNs").asLong());
    }

    ObjectNode json() {
      return ServiceCalls.JSON
          .createObjectNode()
          .put("calls", calls)
          .put("items", items)
          .put("tokenSum", tokenSum)
          .put("firstNs", firstNs)
          .put("lastNs", lastNs)
          .put("nowNs", nowNs);
    }
  }

  /** The hash of one token, as {@link Taken#tokenSum} adds it up: FNV-1a, then mixed. */
  static long hash(byte[] bytes, int from, int to) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ bytes[i]) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xbf58476d1ce4e5b9L;
    return hash ^ (hash >>> 29);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** One connection. */
  private final class Answerer extends SimpleChannelInboundHandler<HttpObject> {
    private byte[] body = new byte[16 * 1024];
    private int bodyBytes;
    private HttpMethod method = HttpMethod.GET;
    private String path = "";

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) throws IOException {
      if (message instanceof HttpRequest request) {
        method = request.method();
        path = request.uri();
        bodyBytes = 0;
      }
      if (message instanceof HttpContent content) {
        add(content.content());
      }
      if (message instanceof LastHttpContent) {
        if (method.equals(HttpMethod.PUT) && path.endsWith("/dial-requests")) {
          take(ctx);
        } else {
          other(ctx);
        }
      }
    }

    private void add(ByteBuf part) throws IOException {
      int length = part.readableBytes();
      if (bodyBytes + length > body.length) {
        if (bodyBytes + length > BODY_BYTES_MAX) {
          throw new IOException("a body of more than 8 MiB");
        }
        body = Arrays.copyOf(body, Math.max(2 * body.length, bodyBytes + length));
      }
      part.readBytes(body, bodyBytes, length);
      bodyBytes += length;
    }

    private void take(ChannelHandlerContext ctx) {
      long nowNs = clock.nanoTime();
      if (firstNs == 0) {
        firstNs = nowNs;
      }
      lastNs = nowNs;
      calls++;
      ByteBuf answer = ctx.alloc().buffer(128 + bodyBytes);
      answer.writeBytes(ANSWER_HEAD);
      long before = items;
      for (int at = token(0); at >= 0; at = token(at)) {
        int end = at;
        while (end < bodyBytes && body[end] != '"') {
          end++;
        }
        if (items > before) {
          answer.writeByte(',');
        }
        items++;
        tokenSum += hash(body, at, end);
        answer.writeBytes(ANSWER_TOKEN).writeBytes(body, at, end - at).writeBytes(ANSWER_ID);
        for (int shift = 4 * (ID_DIGITS - 1); shift >= 0; shift -= 4) {
          answer.writeByte(HEX[(int) (items >>> shift) & 15]);
        }
        answer.writeByte('"').writeByte('}');
        at = end;
      }
      answer(ctx, answer.writeBytes(ANSWER_TAIL));
    }

    /** Where the value of the next token begins; below 0 if there is none. */
    private int token(int from) {
      for (int i = from; i + TOKEN.length < bodyBytes; i++) {
        if (body[i] == '"'
            && body[i + 1] == 'c'
            && Arrays.equals(body, i, i + TOKEN.length, TOKEN, 0, TOKEN.length)) {
          return i + TOKEN.length;
        }
      }
      return -1;
    }

    private void other(ChannelHandlerContext ctx) throws IOException {
      ObjectNode answer = ServiceCalls.JSON.createObjectNode();
      String[] parts = path.split("[/?]", -1);
      String last = parts[parts.length - 1];
      if (path.startsWith("/taken")) {
        answer = new Taken(calls, items, tokenSum, firstNs, lastNs, clock.nanoTime()).json();
        if (path.endsWith("?again")) {
          firstNs = 0;
        }
      } else if (path.equals("/states")) {
        String state = read().path("state").asText();
        states.replaceAll((campaign, before) -> state);
      } else if (path.equals("/campaigns-state")) {
        ArrayNode known = answer.putArray("successfulRequests");
        ArrayNode missing = answer.putArray("failedRequests");
        for (JsonNode id : read().path("campaignIds")) {
          String state = states.get(id.asText());
          if (state == null) {
            missing
                .addObject()
                .put("campaignId", id.asText())
                .put("failureCode", "ResourceNotFound");
          } else {
            known.addObject().put("campaignId", id.asText()).put("state", state);
          }
        }
      } else if (path.equals("/campaigns")) {
        String id = String.format(Locale.ROOT, "bench-%08d", states.size() + 1);
        states.put(id, "Initialized");
        answer.put("id", id).put("arn", "arn:aws:connect-campaigns:us-east-1:1:campaign/" + id);
      } else if (last.equals("start") || last.equals("resume")) {
        states.replace(parts[2], "Running");
      } else if (last.equals("pause")) {
        states.replace(parts[2], "Paused");
      } else if (last.equals("state")) {
        answer.put("state", states.getOrDefault(parts[2], "Failed"));
      }
      answer(ctx, ctx.alloc().buffer().writeBytes(ServiceCalls.JSON.writeValueAsBytes(answer)));
    }

    private JsonNode read() throws IOException {
      return ServiceCalls.JSON.readTree(body, 0, bodyBytes);
    }

    private void answer(ChannelHandlerContext ctx, ByteBuf answer) {
      var response =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, answer);
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.readableBytes());
      ctx.writeAndFlush(response);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
