package io.dialspool.campaignservice;

/**
 * The contacts that wait to be dialled: first come, first dialled, unless their time runs out
 * before. Some 45 bytes each, and no objects.
 *
 * <p>Sequences grow by one, so what waits is a window over them: a ring of expiration times, with
 * holes where one expired out of turn. The agenda finds those; it learns late of those that were
 * dialled, and is tidied when half of it is stale.
 */
final class DialBuffer {
  private static final long GONE = Long.MIN_VALUE;
  private static final int STALE_MIN = 64;

  private final Agenda expiries = new Agenda();
  private long[] expirationsMs = new long[64]; // a power of two; at sequence modulo its length
  private long first = 1; // the first that waits, or next
  private long next = 1;
  private int size;

  int size() {
    return size;
  }

  /** Says, of an empty one, that all before {@code sequence} is gone. */
  void beginAt(long sequence) {
    first = sequence;
    next = sequence;
  }

  /**
   * @param sequence above all before it; what is left out counts as gone
   * @param expirationMs epoch milliseconds
   */
  void add(long sequence, long expirationMs) {
    if (size == 0) {
      beginAt(sequence);
    }
    while (next <= sequence) {
      if (next - first == expirationsMs.length) {
        grow();
      }
      expirationsMs[index(next++)] = GONE;
    }
    expirationsMs[index(sequence)] = expirationMs;
    size++;
    if (expiries.size() > 2 * size + STALE_MIN) {
      expiries.retain(this::waits);
    }
    expiries.add(expirationMs, sequence, DisconnectReason.EXPIRED);
  }

  /** The sequence of the oldest one; if none waits, one above all that did. */
  long first() {
    return first;
  }

  /** Takes the oldest one out; there must be one. */
  long poll() {
    long sequence = first;
    remove(sequence);
    return sequence;
  }

  /** When the next one expires; {@link Agenda#NEVER} if none waits. */
  long nextExpirationMs() {
    while (expiries.size() > 0 && !waits(expiries.firstSequence())) {
      expiries.removeFirst();
    }
    return expiries.firstMs();
  }

  /** Takes out the one whose time is {@link #nextExpirationMs}. */
  long pollNextToExpire() {
    long sequence = expiries.firstSequence();
    expiries.removeFirst();
    remove(sequence);
    return sequence;
  }

  private boolean waits(long sequence) {
    return sequence >= first && sequence < next && expirationsMs[index(sequence)] != GONE;
  }

  private void remove(long sequence) {
    expirationsMs[index(sequence)] = GONE;
    size--;
    while (first < next && expirationsMs[index(first)] == GONE) {
      first++;
    }
  }

  private int index(long sequence) {
    return (int) (sequence & (expirationsMs.length - 1));
  }

  private void grow() {
    long[] small = expirationsMs;
    expirationsMs = new long[small.length * 2];
    for (long sequence = first; sequence < next; sequence++) {
      expirationsMs[index(sequence)] = small[(int) (sequence & (small.length - 1))];
    }
  }
}
