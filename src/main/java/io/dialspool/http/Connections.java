package io.dialspool.http;

import io.dialspool.time.Clock;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one port, and who has to go when there are too many.
 *
 * <p>Whoever holds a connection and gets no further with it (half a head, a byte now and then, an
 * answer that is not read, a peer that has long gone) would keep others out for as long as the idle
 * timeout lets him, and a byte now and then keeps that away. So a port that is full makes room: it
 * closes the connections that stand still for longest, if they do so for a second at least. A
 * connection gets further with each head, each end of a request, and every 64 KiB of a body or of a
 * long answer. A client that is served is never the one that stands still for longest.
 *
 * <p>Any thread.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final AttributeKey<Progress> PROGRESS = AttributeKey.valueOf("dialspool.progress");
  private static final long STILL_NS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final int STEP_BYTES = 64 << 10;

  /** Looking at all of them is paid for by closing more than one. */
  private static final int CLOSED_SHARE = 100;

  private static final long TELL_NS = TimeUnit.SECONDS.toNanos(10);

  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final int connectionsMax;
  private final Clock clock;
  private final AtomicLong closed = new AtomicLong();
  private final AtomicLong tellAtNs;

  Connections(int connectionsMax, Clock clock) {
    this.connectionsMax = connectionsMax;
    this.clock = clock;
    tellAtNs = new AtomicLong(clock.nanoTime());
  }

  /** Takes a new one in, or closes it because there is no room. On its event loop. */
  boolean admit(Channel channel) {
    if (open.size() >= connectionsMax) {
      makeRoom();
      if (open.size() >= connectionsMax) {
        channel.close();
        return false;
      }
    }
    channel.attr(PROGRESS).set(new Progress(clock));
    open.add(channel);
    return true;
  }

  /** Tells how far the connection is; behind the codec and what controls the flow. */
  static Progress progress(Channel channel) {
    return channel.attr(PROGRESS).get();
  }

  private record Still(Channel channel, long sinceNs) {}

  // Those of another event loop are gone a moment later; the new one is turned away until then.
  private void makeRoom() {
    long nowNs = clock.nanoTime();
    List<Still> still = new ArrayList<>();
    for (Channel channel : open) {
      Progress progress = channel.attr(PROGRESS).get();
      if (progress != null && nowNs - progress.movedAtNs >= STILL_NS_MIN) {
        still.add(new Still(channel, progress.movedAtNs));
      }
    }
    still.sort(Comparator.comparingLong(one -> one.sinceNs - nowNs));
    int count = Math.min(still.size(), 1 + connectionsMax / CLOSED_SHARE);
    still.subList(0, count).forEach(one -> one.channel.close());
    tell(closed.addAndGet(count), nowNs);
  }

  private void tell(long soFar, long nowNs) {
    long dueNs = tellAtNs.get();
    if (nowNs - dueNs >= 0 && tellAtNs.compareAndSet(dueNs, nowNs + TELL_NS)) {
      LOG.warn(
          "All {} connections are taken; {} that stood still were closed since the start",
          connectionsMax,
          soFar);
    }
  }

  int size() {
    return open.size();
  }

  void close() {
    open.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  /** When a connection last got further. */
  static final class Progress extends ChannelDuplexHandler {
    private final Clock clock;
    private volatile long movedAtNs;
    private int readBytes;
    private int writtenBytes;

    private Progress(Clock clock) {
      this.clock = clock;
      movedAtNs = clock.nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest || message instanceof LastHttpContent) {
        moved();
        readBytes = 0;
      } else if (message instanceof HttpContent content) {
        readBytes += content.content().readableBytes();
        if (readBytes >= STEP_BYTES) {
          moved();
          readBytes = 0;
        }
      }
      ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (message instanceof HttpContent content && !(message instanceof LastHttpContent)) {
        int bytes = content.content().readableBytes();
        promise.addListener(written -> wrote(bytes));
      }
      ctx.write(message, promise);
    }

    private void wrote(int bytes) {
      writtenBytes += bytes;
      if (writtenBytes >= STEP_BYTES) {
        moved();
        writtenBytes = 0;
      }
    }

    private void moved() {
      movedAtNs = clock.nanoTime();
    }
  }
}
