package io.dialspool.auth;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One connection through a gate to a door that answers 200 and says who came. No socket. */
final class GatedPort implements AutoCloseable {
  static final String KEYS =
      """
      keys:
        - accessKeyId: AKIDEXAMPLE
          secretAccessKey: example-secret
          rights: [submit, read, control]
        - accessKeyId: ASIASESSION
          secretAccessKey: session-secret
          sessionToken: session/token+1=
          rights: [submit, read, control]
        - accessKeyId: AKIDREADER
          secretAccessKey: reader-secret
          rights: [read]
        - accessKeyId: AKIDSPRING
          secretAccessKey: spring-secret
          rights: [submit, read, control]
          campaigns: [spring, "a/b"]
        - accessKeyId: AKIDOLD
          secretAccessKey: old-secret-old
          expires: 2026-11-20T11:59:59Z
          rights: [read]
        - name: crm
          bearerSha256: 930bbdc51b6aed5c2a5678fd6e28dee7a05e8a4b643cfc0b4427c3efb86c0d94
          rights: [submit]
      """;

  /** Its hash is crm's. */
  static final String TOKEN = "secret-token";

  final FixedClock clock = new FixedClock();
  final FakeKeySource source;
  private final @Nullable KeyFile file;
  final List<String> refused = new ArrayList<>();
  final List<String> passed = new ArrayList<>();
  private final EmbeddedChannel channel;

  GatedPort() {
    this(KEYS, Rule.api(false));
  }

  GatedPort(String keys, Rule rule) {
    source = new FakeKeySource(keys);
    file = new KeyFile("doors.keyFile", source);
    channel = open(new Judge(file, "us-east-1", rule, clock));
  }

  /** Of a file that is read already. */
  GatedPort(KeyFile file) {
    source = new FakeKeySource("");
    this.file = file;
    channel = open(new Judge(file, "us-east-1", Rule.api(false), clock));
  }

  /** Without a key file. */
  GatedPort(Rule rule) {
    source = new FakeKeySource("");
    file = null;
    channel = open(new Judge(null, "us-east-1", rule, clock));
  }

  private EmbeddedChannel open(Judge judge) {
    return new EmbeddedChannel(
        new HttpServerCodec(
            new HttpDecoderConfig().setMaxInitialLineLength(8192).setMaxHeaderSize(65_536)),
        new Gate(judge, refused::add),
        new ChannelInboundHandlerAdapter() {
          private String head = "";

          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (((HttpObject) message).decoderResult().isFailure()) {
              throw new AssertionError(((HttpObject) message).decoderResult().cause());
            }
            if (message instanceof HttpRequest request) {
              head = request.method() + " " + request.uri();
            }
            if (message instanceof LastHttpContent) {
              Caller caller = Caller.of(ctx.channel());
              passed.add(head + " by " + (caller == null ? "anyone" : caller.name()));
              var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
              answer.headers().set("content-length", 0);
              ctx.writeAndFlush(answer);
            }
            ReferenceCountUtil.release(message);
          }
        });
  }

  /** Sends it whole, and gives the code of the error; {@code 200} if the door answered. */
  String send(Wire request) {
    return answer(request.bytes()).code();
  }

  record Answer(int status, String code, String text) {
    boolean closes() {
      return text.toLowerCase(Locale.ROOT).contains("connection: close");
    }
  }

  /** What is answered to these bytes; an answer of status 0 if nothing was. */
  Answer answer(byte[] bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    channel.runPendingTasks();
    var text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(StandardCharsets.UTF_8));
      out.release();
    }
    if (text.isEmpty()) {
      return new Answer(0, "", "");
    }
    int status = Integer.parseInt(text.substring(9, 12));
    String code = "" + status;
    for (String line : text.toString().split("\r\n", -1)) {
      if (line.startsWith("x-amzn-ErrorType: ")) {
        code = line.substring("x-amzn-ErrorType: ".length());
      }
    }
    return new Answer(status, code, text.toString());
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  @Nullable Caller caller() {
    return Caller.of(channel);
  }

  /** The key file is looked at. */
  void look() {
    Objects.requireNonNull(file).look();
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }
}
