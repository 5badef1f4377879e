package io.dialspool.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 between bytes and messages. The reading is Netty's, with one short cut: what a door has
 * called known ({@link #remember}) comes again as one {@link KnownRequest}, body and all, as long
 * as its head has the same bytes and its body is there. That saves most of what a request costs
 * beside the kernel, in time and in garbage. On the connection's event loop.
 */
public final class HttpCodec
    extends CombinedChannelDuplexHandler<HttpCodec.Decoder, HttpCodec.Encoder> {
  /** Requests read ahead of the one that is being answered. Netty's bound, for its reason. */
  private static final int READ_AHEAD_MAX = 128;

  /** Longer bodies come in parts. */
  private static final int KNOWN_BODY_BYTES_MAX = 64 * 1024;

  /** A client whose heads differ each time (signed ones do) costs no more than that. */
  private static final int MISSES_MAX = 8;

  private final boolean learns;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable KnownHead known;

  /** The latest request that may become known, and its head. */
  private @Nullable HttpRequest read;

  private @Nullable KnownHead readHead;
  private int misses;
  private int readAhead;
  private boolean answeringHead;
  private boolean mustClose;

  /**
   * @param learns false if each head has to be looked at by a handler in between
   */
  HttpCodec(HttpDecoderConfig config, boolean learns) {
    this.learns = learns;
    init(new Decoder(config), new Encoder());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    ctx = context;
    super.handlerAdded(context);
  }

  public static HttpCodec of(Channel channel) {
    return Objects.requireNonNull(channel.pipeline().get(HttpCodec.class));
  }

  /**
   * Says that requests with the very head of this one need not be looked at again.
   *
   * @param meaning comes back with each of them
   */
  public void remember(HttpRequest taken, Object meaning) {
    KnownHead head = readHead;
    if (taken == read && head != null) {
      head.meaning = meaning;
      known = head;
      read = null;
      readHead = null;
    }
  }

  /** A request has reached the door. */
  void beginAnswer(Object message) {
    if (message instanceof HttpRequest request) {
      readAhead--;
      answeringHead = request.method().equals(HttpMethod.HEAD);
    } else if (message instanceof KnownRequest) {
      readAhead--;
      answeringHead = false;
    }
  }

  // --- answers to known requests

  /** Answers a {@link KnownRequest} otherwise than by {@link #send}. */
  public Future<Void> answer(FullHttpResponse response) {
    ChannelHandlerContext own = Objects.requireNonNull(ctx);
    ChannelPromise promise = own.newPromise();
    try {
      write(own, response, promise);
      flush(own);
    } catch (Exception e) {
      promise.tryFailure(e);
    }
    return promise;
  }

  /**
   * Sends a whole answer, head and all, to a {@link KnownRequest}.
   *
   * @param then told once it is out, perhaps before this returns; not told if the connection fails,
   *     which then closes
   */
  public void send(ByteBuf answer, Runnable then) {
    ChannelHandlerContext own = Objects.requireNonNull(ctx);
    Channel channel = own.channel();
    // The idle timer's own way of looking at writes costs two objects for each.
    IdleStateHandler idle = channel.pipeline().get(IdleStateHandler.class);
    ChannelHandlerContext from = own;
    if (idle != null) {
      idle.resetWriteTimeout();
      from = channel.pipeline().context(idle);
    }
    from.writeAndFlush(answer, from.voidPromise());
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    if (waiting != null && waiting.isEmpty()) {
      then.run();
      return;
    }
    ChannelFutureListener onWritten =
        written -> {
          if (written.isSuccess()) {
            then.run();
          } else {
            channel.close();
          }
        };
    from.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(onWritten);
  }

  // --- the two halves

  /** Reads requests. */
  final class Decoder extends HttpRequestDecoder {
    private boolean atStart = true;
    private boolean flooded;

    Decoder(HttpDecoderConfig config) {
      super(config);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
        throws Exception {
      if (flooded) {
        in.skipBytes(in.readableBytes());
        return;
      }
      if (atStart && known != null && decodeKnown(context, known, in, out)) {
        return;
      }
      int size = out.size();
      int at = in.readerIndex();
      boolean wholeHead = atStart;
      super.decode(context, in, out);
      if (in.readerIndex() != at) {
        atStart = false;
      }
      for (int i = size; i < out.size(); i++) {
        Object message = out.get(i);
        if (message instanceof HttpRequest request) {
          countReadAhead();
          if (wholeHead && i == size) {
            learn(request, in, at);
          }
        }
        if (message instanceof LastHttpContent last && last.decoderResult().isSuccess()) {
          atStart = true;
        }
      }
    }

    private boolean decodeKnown(
        ChannelHandlerContext context, KnownHead head, ByteBuf in, List<Object> out) {
      Object meaning = head.meaning;
      int body = meaning == null ? -1 : head.skip(in, KNOWN_BODY_BYTES_MAX);
      if (body < 0 || meaning == null) {
        return false;
      }
      misses = 0;
      countReadAhead();
      // Else the socket would leave the selector's set with each request and enter it with each
      // answer: two system calls. One read ahead is what a request in parts leads to as well.
      context.read();
      out.add(new KnownRequest(meaning, in.readRetainedSlice(body)));
      return true;
    }

    private void countReadAhead() {
      if (++readAhead > READ_AHEAD_MAX) {
        flooded = true;
        throw new IllegalStateException("too many requests at once");
      }
    }

    private void learn(HttpRequest request, ByteBuf in, int at) {
      if (learns
          && misses < MISSES_MAX
          && request.method().equals(HttpMethod.PUT)
          && request.decoderResult().isSuccess()
          && in.getByte(at) == 'P') {
        misses++;
        read = request;
        readHead = KnownHead.of(request, in, at, in.readerIndex() - at);
      }
    }

    // As Netty's own server codec does: who says both lengths may be smuggling.
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      super.handleTransferEncodingChunkedWithContentLength(message);
      mustClose = true;
    }
  }

  /** Writes answers. */
  final class Encoder extends HttpResponseEncoder {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      if (mustClose && message instanceof LastHttpContent) {
        mustClose = false;
        super.write(context, message, promise.unvoid().addListener(ChannelFutureListener.CLOSE));
      } else {
        super.write(context, message, promise);
      }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
      return answeringHead || super.isContentAlwaysEmpty(response);
    }
  }
}
