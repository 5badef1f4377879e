package io.dialspool.campaignservice;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * A campaign's dialer: a finite buffer that agents empty while the campaign is Running.
 *
 * <p>It has no thread: each look first plays the time since the last one. Contacts leave the buffer
 * earliest deadline first, at the set drain or as fast as the agents come free; one whose {@code
 * expirationTime} passes in the buffer leaves it as expired, Running or not. What is kept is a
 * count per second of expiry, and since deadlines lie at most 900 s ahead, that stays small however
 * many contacts there are. A contact that was dialled is over at once: talk time shows in the rate,
 * not in single calls.
 */
final class Dialer {
  private static final double RING_SECONDS = 20;
  private static final int STATE_BYTES_MAX = 1024 * 12 + 40;

  private final double secondsPerDial;
  private final NavigableMap<Long, Integer> expiring = new TreeMap<>();
  private long buffered;
  private long dialled;
  private long expired;
  private double credit; // the part of a dial that the passed time has earned
  private long playedNs;

  /**
   * @param seed with {@code ordinal}, draws the callee's habits: 25 to 45 % answer and keep their
   *     agent for 60 to 120 s with the work after the call, the others ring for 20 s
   */
  Dialer(long seed, long ordinal, long nowNs) {
    var habits = new Random(seed * 1_000_003 + ordinal);
    double answerRate = 0.25 + 0.20 * habits.nextDouble();
    double talkSeconds = 60 + 60 * habits.nextDouble();
    secondsPerDial = RING_SECONDS + answerRate * talkSeconds;
    playedNs = nowNs;
  }

  /** Contacts that {@code capacity} lets it dial in a second. */
  double dialsPerSecond(Capacity capacity) {
    return capacity.drainPerSecond() > 0
        ? capacity.drainPerSecond()
        : capacity.agents() / secondsPerDial;
  }

  /** Plays the time since the last call, in which it was {@code running} or not. */
  void play(long nowNs, long nowMs, boolean running, Capacity capacity) {
    double rate = running ? dialsPerSecond(capacity) : 0;
    // All in seconds since the last look: small numbers, so that a double is exact enough.
    double end = (double) Math.max(0, nowNs - playedNs) / 1e9;
    double played = 0;
    playedNs = nowNs;
    while (!expiring.isEmpty() && expiring.firstKey() * 1000 <= nowMs) {
      long second = expiring.firstKey();
      double at = end - (double) (nowMs - second * 1000) / 1000;
      dial(rate * Math.max(0, at - played));
      played = Math.max(played, at);
      Integer late = expiring.remove(second); // unless the agents just got through with them
      if (late != null) {
        expired += late;
        buffered -= late;
      }
    }
    dial(rate * Math.max(0, end - played));
  }

  private void dial(double contacts) {
    credit += contacts;
    long due = (long) (credit + 1e-6); // sums of fractions fall a hair short of the whole
    credit = Math.max(0, credit - due);
    while (due > 0 && buffered > 0) {
      Map.Entry<Long, Integer> next = expiring.firstEntry();
      int count = (int) Math.min(due, next.getValue());
      if (count == next.getValue()) {
        expiring.remove(next.getKey());
      } else {
        expiring.put(next.getKey(), next.getValue() - count);
      }
      due -= count;
      buffered -= count;
      dialled += count;
    }
    if (buffered == 0) {
      credit = 0; // idle agents save nothing up
    }
  }

  boolean hasRoom(Capacity capacity) {
    return buffered < capacity.buffer();
  }

  void take(Instant expirationTime) {
    long second = expirationTime.getEpochSecond() + (expirationTime.getNano() > 0 ? 1 : 0);
    expiring.merge(second, 1, Integer::sum);
    buffered++;
  }

  long buffered() {
    return buffered;
  }

  long dialled() {
    return dialled;
  }

  /** Contacts whose time ran out in the buffer. */
  long expired() {
    return expired;
  }

  /**
   * Its state for the disk.
   *
   * @param nextSequence the first dial request that is not in it
   */
  byte[] state(long nowMs, long nextSequence) {
    var state = ByteBuffer.allocate(Math.max(STATE_BYTES_MAX, expiring.size() * 12 + 40));
    state.putLong(nowMs).putLong(nextSequence).putDouble(credit).putLong(dialled).putLong(expired);
    expiring.forEach((second, count) -> state.putLong(second).putInt(count));
    byte[] bytes = new byte[state.position()];
    state.flip().get(bytes);
    return bytes;
  }

  /**
   * Takes up {@code state}; the time that the service was away is played by the next {@link #play}.
   *
   * @return the first dial request that is not in it
   */
  long restore(byte[] state, long nowNs, long nowMs) {
    var in = ByteBuffer.wrap(state);
    long awayMs = Math.max(0, nowMs - in.getLong());
    playedNs = nowNs - awayMs * 1_000_000;
    long nextSequence = in.getLong();
    credit = in.getDouble();
    dialled = in.getLong();
    expired = in.getLong();
    while (in.hasRemaining()) {
      long second = in.getLong();
      int count = in.getInt();
      expiring.put(second, count);
      buffered += count;
    }
    return nextSequence;
  }
}
