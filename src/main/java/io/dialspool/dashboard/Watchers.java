package io.dialspool.dashboard;

import io.dialspool.http.AnswerStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Those who watch. A piece of news is made once for all of them. Whoever hasn't taken the last one
 * misses the next; whoever misses too many is let go, and may come back. Any thread.
 */
final class Watchers {
  static final int WATCHERS_MAX = 32;
  static final int MISSED_MAX = 10;

  /** Then its key is judged anew, with the connection it comes back by. */
  static final int PIECES_MAX = 900;

  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();

  /** Whether there is room for one more; {@link #add} or {@link #leave} must follow then. */
  boolean enter() {
    if (count.incrementAndGet() > WATCHERS_MAX) {
      count.decrementAndGet();
      return false;
    }
    return true;
  }

  void leave() {
    count.decrementAndGet();
  }

  /**
   * @param first what it is told before all else
   */
  void add(AnswerStream stream, byte[] first) {
    var watcher = new Watcher(stream);
    watchers.add(watcher);
    watcher.tell(first);
  }

  boolean isEmpty() {
    return watchers.isEmpty();
  }

  int size() {
    return count.get();
  }

  void tell(byte[] piece) {
    watchers.forEach(watcher -> watcher.tell(piece));
  }

  private final class Watcher {
    private final AnswerStream stream;
    private final AtomicBoolean taking = new AtomicBoolean();
    private int missed;
    private int pieces;

    Watcher(AnswerStream stream) {
      this.stream = stream;
    }

    // Told by one thread at a time.
    void tell(byte[] piece) {
      if (!taking.compareAndSet(false, true)) {
        if (++missed > MISSED_MAX && forget()) {
          stream.abort();
        }
        return;
      }
      missed = 0;
      if (++pieces > PIECES_MAX && forget()) {
        stream.end();
        return;
      }
      stream.write(
          piece,
          written -> {
            taking.set(false);
            if (!written && forget()) {
              stream.abort();
            }
          });
    }

    private boolean forget() {
      boolean mine = watchers.remove(this);
      if (mine) {
        leave();
      }
      return mine;
    }
  }
}
