package io.dialspool.lane;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * From the ring's thread to dispatch. Bounded by bytes: the ring waits while too much is on its
 * way, which is short, since dispatch never blocks.
 */
public final class Mailbox {
  private static final long BYTES_MAX = 32L << 20;
  private static final long MESSAGE_BYTES = 128;

  private final Queue<LaneMessage> messages = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final Runnable wake;

  /**
   * @param wake called once for the messages of a group
   */
  public Mailbox(Runnable wake) {
    this.wake = wake;
  }

  /** Ring's thread only. */
  void put(LaneMessage message) {
    while (bytes.get() > BYTES_MAX) {
      wake.run();
      LockSupport.parkNanos(50_000);
    }
    bytes.addAndGet(size(message));
    messages.add(message);
  }

  /** Ring's thread only: there is something new. */
  void deliver() {
    wake.run();
  }

  /** Dispatch only. */
  public @Nullable LaneMessage poll() {
    LaneMessage message = messages.poll();
    if (message != null) {
      bytes.addAndGet(-size(message));
    }
    return message;
  }

  private static long size(LaneMessage message) {
    byte[] page = message instanceof LaneMessage.Appended appended ? appended.page().page() : null;
    return MESSAGE_BYTES + (page == null ? 0 : page.length);
  }
}
