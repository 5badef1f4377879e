package io.dialspool.bench;

import io.dialspool.time.Clock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection under load, one request in flight. On its event loop only.
 *
 * <p>In an open loop, request {@code k} of this connection is due at a time fixed beforehand. If
 * the answer before it is late, it leaves late, and its latency still counts from when it was due.
 */
final class LoadConnection extends SimpleChannelInboundHandler<HttpObject> {
  // An item that a 200 refuses carries one of these.
  private static final byte[] FAILURE = AsciiString.of("\"failureCode\"").array();

  private final LoadPlan plan;
  private final int index;
  private final RequestTemplate template;
  private final LoadResult.Tally tally;
  private final Clock clock;
  private final Runnable onEnd;
  private @Nullable Channel channel;
  private @Nullable ChannelFuture written;
  private @Nullable HttpResponse head;
  private final ByteProcessor counter = this::count;
  private int failedItems;
  private int failureBytesSeen;
  private boolean inFlight;
  private boolean ended;
  private long startNs;
  private long countFromNs;
  private long endNs;
  private long dueNs;
  private long requests;

  /**
   * @param index from 0, below the plan's number of connections
   * @param onEnd told once, on the event loop
   */
  LoadConnection(
      LoadPlan plan,
      int index,
      RequestTemplate template,
      LoadResult.Tally tally,
      Clock clock,
      Runnable onEnd) {
    this.plan = plan;
    this.index = index;
    this.template = template;
    this.tally = tally;
    this.clock = clock;
    this.onEnd = onEnd;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  void start(long atNs) {
    startNs = atNs;
    countFromNs = atNs + TimeUnit.SECONDS.toNanos(plan.warmupSeconds());
    endNs = countFromNs + TimeUnit.SECONDS.toNanos(plan.seconds());
    if (ended) {
      countNotSent(); // lost before it began
    } else {
      next();
    }
  }

  private void next() {
    Channel open = channel;
    if (ended || open == null) {
      return;
    }
    long nowNs = clock.nanoTime();
    long due = due(nowNs);
    if (nowNs >= endNs || due >= endNs) {
      countNotSent();
      end();
    } else if (due > nowNs) {
      open.eventLoop().schedule(this::next, due - nowNs, TimeUnit.NANOSECONDS);
    } else {
      send(open, due);
    }
  }

  private long due(long nowNs) {
    if (plan.requestsPerSecond() == 0) {
      return nowNs;
    }
    double place = (double) requests * plan.connections() + index;
    return startNs + (long) (place * 1e9 / plan.requestsPerSecond());
  }

  private void send(Channel open, long due) {
    dueNs = due;
    requests++;
    inFlight = true;
    failedItems = 0;
    failureBytesSeen = 0;
    if (isCounted()) {
      tally.sent();
    }
    written = open.writeAndFlush(template.next());
  }

  private boolean isCounted() {
    return dueNs >= countFromNs;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message.decoderResult().isFailure() || !inFlight) {
      ctx.close();
      return;
    }
    if (message instanceof HttpResponse response) {
      head = response;
    }
    HttpResponse response = head;
    if (response == null || !(message instanceof HttpContent content)) {
      return;
    }
    content.content().forEachByte(counter);
    if (message instanceof LastHttpContent) {
      answered(ctx, response);
    }
  }

  private void answered(ChannelHandlerContext ctx, HttpResponse response) {
    inFlight = false;
    if (isCounted()) {
      int status = response.status().code();
      if (status == 200) {
        tally.answered(clock.nanoTime() - dueNs, failedItems);
      } else {
        String type = response.headers().get("x-amzn-ErrorType");
        tally.error(type == null ? "" + status : status + " " + type);
      }
    }
    ChannelFuture write = written;
    if (write != null && write.isSuccess()) {
      next();
    } else {
      ctx.close(); // answered before it was read: the bytes must not change under the write
    }
  }

  // An answer may come in parts, cut anywhere: how much of the word was seen is kept between them.
  private boolean count(byte next) {
    if (next == FAILURE[failureBytesSeen]) {
      failureBytesSeen++;
    } else {
      failureBytesSeen = next == FAILURE[0] ? 1 : 0;
    }
    if (failureBytesSeen == FAILURE.length) {
      failureBytesSeen = 0;
      failedItems++;
    }
    return true;
  }

  /** Waits no longer for an answer. */
  void giveUp() {
    if (!ended) {
      lose("no answer");
      end();
    }
  }

  private void lose(String how) {
    if (inFlight) {
      inFlight = false;
      if (isCounted()) {
        tally.error(how);
      }
    }
  }

  // A connection that is lost stays lost: what it would have sent shows as not sent.
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lose("connection lost");
    if (!ended) {
      tally.connectionLost();
      if (endNs != 0) {
        countNotSent();
      }
    }
    end();
  }

  private void countNotSent() {
    if (plan.requestsPerSecond() == 0) {
      return;
    }
    for (long due = due(0); due < endNs; due = due(0)) {
      requests++;
      if (due >= countFromNs) {
        tally.notSent(endNs - due);
      }
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (channel != null) {
        channel.close();
      }
      template.release();
      onEnd.run();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
