package io.dialspool.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What will happen, in order of virtual time, and of scheduling where times are equal. */
final class EventQueue {
  private record Entry(long timeNs, long number, Runnable action) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::timeNs).thenComparingLong(Entry::number));
  private final SimulatedClock clock;
  private long number;

  EventQueue(SimulatedClock clock) {
    this.clock = clock;
  }

  /** Does {@code action} in {@code delayNs} from now. */
  void in(long delayNs, Runnable action) {
    entries.add(new Entry(clock.virtualNs() + Math.max(0, delayNs), number++, action));
  }

  /** Time of the next event; {@link Long#MAX_VALUE} if there is none. */
  long nextNs() {
    Entry next = entries.peek();
    return next == null ? Long.MAX_VALUE : next.timeNs();
  }

  /** Moves the clock to the next event and hands it out, or null if there is none. */
  @Nullable Runnable next() {
    Entry next = entries.poll();
    if (next == null) {
      return null;
    }
    clock.moveTo(next.timeNs());
    return next.action();
  }
}
