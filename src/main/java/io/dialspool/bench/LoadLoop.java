package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The connections of one thread, and the time at which each request is due.
 *
 * <p>On the bare selector, without Netty: generator and service share the cores of one machine, and
 * every microsecond spent here is taken from what is measured. A selector waits in whole
 * milliseconds, which would be added to the latency of an open loop; so between two due times it
 * only looks, and parks for {@value #PARK_NS} ns at most.
 */
final class LoadLoop implements Runnable {
  private static final long PARK_NS = 50_000;
  private static final int SELECT_MS = 50;

  private final LoadPlan plan;
  private final List<LoadConnection> connections;
  private final Clock clock;
  private final long startNs;
  private final long endNs;
  private final long giveUpNs;
  private final Selector selector;
  private final byte[] bytes = new byte[64 * 1024];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private final Consumer<SelectionKey> onReady = this::ready;
  private long requestsLeft;
  private int open;
  private int turn;

  /**
   * @param connections of this loop alone, in the order in which they are due
   * @param requestsMax of all of them together
   */
  LoadLoop(
      LoadPlan plan,
      List<LoadConnection> connections,
      long requestsMax,
      long startNs,
      long giveUpNs,
      Clock clock)
      throws IOException {
    this.plan = plan;
    this.connections = connections;
    this.clock = clock;
    this.requestsLeft = requestsMax;
    this.startNs = startNs;
    long countFromNs = startNs + plan.warmupSeconds() * 1_000_000_000L;
    this.endNs = countFromNs + plan.seconds() * 1_000_000_000L;
    this.giveUpNs = giveUpNs;
    selector = Selector.open();
    for (LoadConnection connection : connections) {
      connection.channel().configureBlocking(false);
      SelectionKey key = connection.channel().register(selector, SelectionKey.OP_READ, connection);
      connection.start(key, startNs, countFromNs);
    }
    open = connections.size();
  }

  @Override
  public void run() {
    try (selector) {
      while (clock.nanoTime() < startNs) {
        LockSupport.parkNanos(startNs - clock.nanoTime());
      }
      if (plan.requestsPerSecond() == 0) {
        connections.forEach(connection -> next(connection, startNs));
      }
      while (open > 0) {
        turn();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      connections.forEach(LoadConnection::end);
    }
  }

  private void turn() throws IOException {
    if (plan.requestsPerSecond() == 0) {
      selector.select(onReady, SELECT_MS);
    } else {
      long dueNs = sendDue(clock.nanoTime());
      if (selector.selectNow(onReady) == 0) {
        long waitNs = dueNs - clock.nanoTime();
        if (waitNs > 0) {
          LockSupport.parkNanos(Math.min(waitNs, PARK_NS));
        }
      }
    }
    long nowNs = clock.nanoTime();
    if (nowNs >= endNs) {
      for (LoadConnection connection : connections) {
        if (connection.isIdle() || (nowNs >= giveUpNs && !connection.isEnded())) {
          ended(connection);
        }
      }
    }
  }

  /**
   * Sends what is due by now on connections that are free. They are due in turns, so one that isn't
   * yet stands for all after it.
   *
   * @return when the next is due
   */
  private long sendDue(long nowNs) {
    int passed = 0;
    while (passed < connections.size()) {
      LoadConnection connection = connections.get(turn);
      if (connection.isIdle()) {
        long dueNs = connection.dueNs();
        if (dueNs > nowNs) {
          return dueNs;
        }
        next(connection, nowNs);
        passed = 0;
      } else {
        passed++; // late: it goes on as soon as it is answered
      }
      turn = turn + 1 == connections.size() ? 0 : turn + 1;
    }
    return nowNs + PARK_NS;
  }

  /** Sends the next request of an idle connection, if it is due. */
  private void next(LoadConnection connection, long nowNs) {
    boolean paced = plan.requestsPerSecond() > 0;
    long dueNs = paced ? connection.dueNs() : nowNs;
    if (nowNs >= endNs || dueNs >= endNs || requestsLeft == 0) {
      ended(connection);
    } else if (dueNs <= nowNs) {
      requestsLeft--;
      try {
        connection.send(dueNs);
      } catch (IOException e) {
        lost(connection);
      }
    }
  }

  private void ready(SelectionKey key) {
    var connection = (LoadConnection) key.attachment();
    try {
      if (key.isWritable()) {
        connection.writeOn();
      }
      if (key.isReadable()) {
        long nowNs = clock.nanoTime();
        if (connection.read(buffer, bytes, nowNs)) {
          next(connection, nowNs);
        }
      }
    } catch (IOException e) {
      lost(connection);
    }
  }

  private void lost(LoadConnection connection) {
    if (!connection.isEnded()) {
      open--;
      connection.lost();
      connection.countNotSent(endNs);
    }
  }

  private void ended(LoadConnection connection) {
    if (!connection.isEnded()) {
      open--;
      connection.giveUp();
      connection.countNotSent(endNs);
    }
  }
}
