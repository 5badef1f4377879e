package io.dialspool.time;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What will happen in virtual time, in order of time, and of scheduling where times are equal. It
 * counts time of its own, from which a leap of the clock is left out: what is due in a second is
 * due a second after it. One thread.
 */
public final class EventQueue {
  private record Entry(long timeNs, long number, Runnable action) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return timeNs != other.timeNs
          ? Long.compare(timeNs, other.timeNs)
          : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private final VirtualClock clock;
  private long number;
  private long leaptNs;

  public EventQueue(VirtualClock clock) {
    this.clock = clock;
  }

  /** Now, in the queue's time; nanoseconds. */
  public long nowNs() {
    return clock.virtualNs() - leaptNs;
  }

  /** Does {@code action} in {@code delayNs} from now. */
  public void in(long delayNs, Runnable action) {
    entries.add(new Entry(nowNs() + Math.max(0, delayNs), number++, action));
  }

  /** Time of the next event in the queue's time; {@link Long#MAX_VALUE} if there is none. */
  public long nextNs() {
    Entry next = entries.peek();
    return next == null ? Long.MAX_VALUE : next.timeNs();
  }

  /** Moves the clock to the next event and hands it out, or null if there is none. */
  public @Nullable Runnable next() {
    Entry next = entries.poll();
    if (next == null) {
      return null;
    }
    moveTo(next.timeNs());
    return next.action();
  }

  /** Moves the clock on to a time of the queue. */
  public void moveTo(long timeNs) {
    clock.moveTo(timeNs + leaptNs);
  }

  /** Time passes in which nothing happens at all. */
  public void leap(long ns) {
    clock.moveTo(clock.virtualNs() + ns);
    leaptNs += ns;
  }
}
