package io.dialspool.intake;

import io.dialspool.time.Clock;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Those of one event loop who found the ring full, in the order they came. They are tried again
 * every few milliseconds by one timer for all, until there is room or their patience is over. Only
 * on that loop; bounded by its connections, each of which waits at most once.
 */
final class WaitingForRoom {
  /** Who waits. */
  interface Waiter {
    /** Tries to publish; false to go on waiting. */
    boolean tryNow();

    /** Patience is over. */
    void giveUp();

    /** Whether waiting has become pointless. */
    boolean gone();
  }

  private record Place(Waiter waiter, long untilNs) {}

  private static final long RETRY_MS = 2;

  private final EventLoop loop;
  private final Clock clock;
  private final BooleanSupplier room;
  private final ArrayDeque<Place> places = new ArrayDeque<>();
  private boolean scheduled;

  WaitingForRoom(EventLoop loop, Clock clock, BooleanSupplier room) {
    this.loop = loop;
    this.clock = clock;
    this.room = room;
  }

  /** Whether a newcomer would overtake others. */
  boolean isEmpty() {
    return places.isEmpty();
  }

  void add(Waiter waiter, long patienceMs) {
    places.add(new Place(waiter, clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs)));
    schedule();
  }

  private void schedule() {
    if (!scheduled && !places.isEmpty()) {
      scheduled = true;
      loop.schedule(this::tryAll, RETRY_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void tryAll() {
    scheduled = false;
    long nowNs = clock.nanoTime();
    try {
      // Whoever gives up or succeeds may come back at once, and waits for the next turn.
      for (int left = places.size(); left > 0; left--) {
        Place place = places.remove();
        if (place.waiter.gone() || (room.getAsBoolean() && place.waiter.tryNow())) {
          continue;
        }
        if (nowNs - place.untilNs >= 0) {
          place.waiter.giveUp();
        } else {
          places.add(place);
        }
      }
    } finally {
      schedule(); // one that fails must not leave the others waiting for ever
    }
  }
}
