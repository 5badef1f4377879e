package io.dialspool.intake;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import io.dialspool.ring.DialSlot;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Slots that one event loop has claimed in its present turn. They are published together at the
 * turn's end at the latest, so that the ring's thread is woken once for all of them and finds a
 * group worth a sync. Only on that loop.
 */
final class Departures implements Runnable {
  /** More are not held back: the ring's thread may be waiting for work by then. */
  private static final int SLOTS_MAX = 32;

  private final RingBuffer<DialSlot> ring;
  private final EventLoop loop;
  private long first;
  private long last;
  private int claimed;
  private boolean scheduled;

  Departures(EventLoop loop, RingBuffer<DialSlot> ring) {
    this.loop = loop;
    this.ring = ring;
  }

  /** An empty slot, to be filled at once; null if the ring is full. */
  @Nullable DialSlot claim() {
    if (claimed == SLOTS_MAX) {
      publish();
    }
    long sequence;
    try {
      sequence = ring.tryNext();
    } catch (InsufficientCapacityException e) {
      return null;
    }
    if (claimed > 0 && sequence != last + 1) {
      publish(); // another producer came between
    }
    if (claimed == 0) {
      first = sequence;
    }
    last = sequence;
    claimed++;
    schedule();
    return ring.get(sequence);
  }

  private void schedule() {
    if (scheduled) {
      return;
    }
    try {
      loop.execute(this); // its tasks run when the sockets of this turn are read
      scheduled = true;
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the event loop has ended", e);
    }
  }

  @Override
  public void run() {
    scheduled = false;
    publish();
  }

  /** Lets go what has been claimed. */
  void publish() {
    if (claimed > 0) {
      claimed = 0;
      ring.publish(first, last);
    }
  }
}
