package io.dialspool.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * An event loop turned by hand: its clock stands still until it is moved, its tasks are counted.
 */
public final class HandLoop extends AbstractScheduledEventExecutor implements EventLoop {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private long nowNs;
  private long turns;
  private final Ticker ticker =
      new Ticker() {
        @Override
        public long initialNanoTime() {
          return 0;
        }

        @Override
        public long nanoTime() {
          return nowNs;
        }

        @Override
        public void sleep(long delay, TimeUnit unit) {
          throw new UnsupportedOperationException();
        }
      };

  /** Runs one task that is due; false if there is none. */
  public boolean turn() {
    Runnable due = pollScheduledTask(nowNs);
    Runnable task = due == null ? tasks.poll() : due;
    if (task == null) {
      return false;
    }
    turns++;
    task.run();
    return true;
  }

  /** How many tasks it has run. */
  public long turns() {
    return turns;
  }

  /** Moves the clock to the next task's time; false if there is none until {@code endNs}. */
  public boolean advance(long endNs) {
    long next = nextScheduledTaskDeadlineNanos();
    if (next < 0 || next > endNs) {
      nowNs = Math.max(nowNs, endNs);
      return false;
    }
    nowNs = Math.max(nowNs, next);
    return true;
  }

  public long nowNs() {
    return nowNs;
  }

  @Override
  public Ticker ticker() {
    return ticker;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return true;
  }

  @Override
  public EventLoopGroup parent() {
    return this;
  }

  @Override
  public EventLoop next() {
    return this;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    channel.unsafe().register(this, promise);
    return promise;
  }

  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }

  @Override
  @Deprecated
  public void shutdown() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Future<?> terminationFuture() {
    return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
  }
}
