package io.dialspool.target;

import io.dialspool.time.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection with at most one exchange on it. Lives on the pool's event loop. */
final class Connection extends SimpleChannelInboundHandler<HttpObject> {
  static final String CONNECTION_LOST = "connection lost";
  static final String UNREADABLE = "unreadable answer";

  private final ConnectionPool pool;
  private final Channel channel;
  private final Clock clock;
  private @Nullable Exchange exchange;
  private @Nullable ChannelFuture written;
  private @Nullable HttpResponse head;
  private ByteBuf body = Unpooled.EMPTY_BUFFER;
  private TargetClock.Moment sent = new TargetClock.Moment(0, 0);
  private TargetClock.Moment answered = sent;
  private long idleSinceNs;

  Connection(ConnectionPool pool, Channel channel, Clock clock) {
    this.pool = pool;
    this.channel = channel;
    this.clock = clock;
    this.idleSinceNs = clock.nanoTime();
  }

  boolean isOpen() {
    return channel.isActive();
  }

  /** When it was used last; nanoseconds of the monotonic clock. */
  long idleSinceNs() {
    return idleSinceNs;
  }

  void send(Exchange next, FullHttpRequest request) {
    exchange = next;
    next.writtenTo(this);
    sent = TargetClock.Moment.of(clock);
    ChannelFuture future = channel.writeAndFlush(request);
    written = future;
    future.addListener(
        write -> {
          if (!write.isSuccess()) {
            channel.close();
          }
        });
  }

  /** Ends what is on it and closes. */
  void close(String why) {
    end(new Ended.Unanswered(why));
    channel.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    Exchange current = exchange;
    if (current == null) {
      ctx.close(); // nobody asked
      return;
    }
    if (message.decoderResult().isFailure()) {
      close(UNREADABLE);
      return;
    }
    if (message instanceof HttpResponse response) {
      head = response;
      body = Unpooled.buffer(256);
      answered = TargetClock.Moment.of(clock);
    }
    HttpResponse response = head;
    if (response == null || !(message instanceof HttpContent content)) {
      return;
    }
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return; // the answer proper is still to come
    }
    if (body.readableBytes() + content.content().readableBytes() > current.bodyBytesMax()) {
      close(UNREADABLE);
      return;
    }
    body.writeBytes(content.content());
    if (message instanceof LastHttpContent) {
      answered(response);
    }
  }

  private void answered(HttpResponse response) {
    byte[] bytes = new byte[body.readableBytes()];
    body.readBytes(bytes);
    // An answer before the request was written whole leaves the rest of it in the way.
    boolean reusable =
        HttpUtil.isKeepAlive(response) && written != null && written.isSuccess() && isOpen();
    end(new Ended.Answer(response.status().code(), response.headers(), bytes, sent, answered));
    if (reusable) {
      pool.idle(this);
    } else {
      channel.close();
    }
  }

  private void end(Ended how) {
    Exchange current = exchange;
    exchange = null;
    written = null;
    head = null;
    body = Unpooled.EMPTY_BUFFER;
    idleSinceNs = clock.nanoTime();
    if (current != null) {
      current.end(how);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(new Ended.Unanswered(CONNECTION_LOST));
    pool.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
