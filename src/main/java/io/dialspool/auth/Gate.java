package io.dialspool.auth;

import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpLimits;
import io.dialspool.http.LastWords;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a door and lets pass what may pass. A request that is refused at its head never
 * reaches the door. One whose body must be seen first does, but without its last part, on which
 * doors wait before they act; if the body is not what was signed the connection ends there. On its
 * event loop.
 */
final class Gate extends ChannelDuplexHandler {
  /** A refused body up to this size is read to its end, so that the connection can be kept. */
  private static final int SKIP_BYTES_MAX = HttpLimits.DEFAULT.bodyBytesMax();

  private enum Mode {
    /** To the door. */
    PASS,
    /** To the door and into the hash. */
    CHECK,
    /** Away, and into the hash if the body is to be judged. */
    SKIP
  }

  private final Judge judge;
  private final Consumer<String> onRefused;
  private @Nullable Sha256 sha;
  private Ruling ruling = Ruling.UNASKED;
  private Mode mode = Mode.PASS;
  private long skipped;

  /** The door has answered the present request already. */
  private boolean answered;

  /**
   * @param onRefused is told the error's code
   */
  Gate(Judge judge, Consumer<String> onRefused) {
    this.judge = judge;
    this.onRefused = onRefused;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest head) {
      begin(ctx, head);
    } else if (message instanceof HttpContent content) {
      switch (mode) {
        case PASS -> ctx.fireChannelRead(message);
        case CHECK -> check(ctx, content);
        case SKIP -> skip(ctx, content);
      }
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    Caller.set(ctx.channel(), null);
    answered = false;
    ruling = judge.judge(head, sha());
    sha().reset();
    if (ruling.refusal() == null) {
      mode = ruling.body() == null ? Mode.PASS : Mode.CHECK;
      if (mode == Mode.PASS) {
        Caller.set(ctx.channel(), ruling.caller());
      }
      if (ruling.caller() != null) {
        head.setUri(Query.withoutCredentials(head.uri()));
      }
      ctx.fireChannelRead(head);
      return;
    }
    mode = Mode.SKIP;
    skipped = 0;
    boolean awaitsContinue = HttpUtil.is100ContinueExpected(head);
    boolean bodyMatters = ruling.body() != null;
    boolean tooLong = HttpUtil.getContentLength(head, 0L) > SKIP_BYTES_MAX;
    ReferenceCountUtil.release(head);
    if (!bodyMatters && (tooLong || awaitsContinue)) {
      refuseAndClose(ctx, Objects.requireNonNull(ruling.refusal()));
      return;
    }
    if (tooLong) {
      refuseAndClose(ctx, ApiError.tooLarge(SKIP_BYTES_MAX));
      return;
    }
    if (awaitsContinue) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
    ctx.read();
  }

  private void check(ChannelHandlerContext ctx, HttpContent content) {
    sha().update(content.content());
    if (content instanceof LastHttpContent) {
      ApiError fault = bodyFault();
      if (fault != null) {
        content.release();
        // The door waits for an end that won't come: the connection's end tells it to give up.
        if (answered) {
          ctx.close();
        } else {
          onRefused.accept(fault.code());
          FullHttpResponse answer = HttpAnswer.error(fault).toNetty();
          answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
          ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
        }
        return;
      }
      Caller.set(ctx.channel(), ruling.caller());
    }
    ctx.fireChannelRead(content);
  }

  private void skip(ChannelHandlerContext ctx, HttpContent content) {
    skipped += content.content().readableBytes();
    if (ruling.body() != null) {
      sha().update(content.content());
    }
    boolean last = content instanceof LastHttpContent;
    content.release();
    if (skipped > SKIP_BYTES_MAX) {
      refuseAndClose(
          ctx,
          ruling.body() == null
              ? Objects.requireNonNull(ruling.refusal())
              : ApiError.tooLarge(SKIP_BYTES_MAX));
    } else if (last) {
      ApiError fault = bodyFault();
      refuse(ctx, fault == null ? Objects.requireNonNull(ruling.refusal()) : fault);
    } else {
      ctx.read();
    }
  }

  private @Nullable ApiError bodyFault() {
    Ruling.BodyCheck body = ruling.body();
    return body == null ? null : body.fault(sha().digest());
  }

  // The request is read whole, the connection takes the next.
  private void refuse(ChannelHandlerContext ctx, ApiError error) {
    onRefused.accept(error.code());
    ctx.writeAndFlush(HttpAnswer.error(error).toNetty())
        .addListener(
            (ChannelFutureListener)
                written -> {
                  if (written.isSuccess()) {
                    ctx.read();
                  } else {
                    ctx.close();
                  }
                });
  }

  private void refuseAndClose(ChannelHandlerContext ctx, ApiError error) {
    onRefused.accept(error.code());
    LastWords.say(ctx, error);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response
        && !response.status().equals(HttpResponseStatus.CONTINUE)) {
      answered = true;
    }
    ctx.write(message, promise);
  }

  private Sha256 sha() {
    Sha256 own = sha;
    if (own == null) {
      own = new Sha256();
      sha = own;
    }
    return own;
  }
}
