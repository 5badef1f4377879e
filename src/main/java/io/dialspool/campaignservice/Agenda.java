package io.dialspool.campaignservice;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * Contacts by the moment at which something happens to them, the next one first; of two at one
 * moment the one that came first. A binary heap in arrays of numbers: 17 bytes a contact, and a
 * dialer may have a million.
 */
final class Agenda {
  static final long NEVER = Long.MAX_VALUE;

  private long[] atMs = new long[16];
  private long[] sequences = new long[16];
  private byte[] reasons = new byte[16]; // their codes
  private int size;

  int size() {
    return size;
  }

  void add(long moment, long sequence, DisconnectReason reason) {
    if (size == atMs.length) {
      int larger = size + (size >> 1);
      atMs = Arrays.copyOf(atMs, larger);
      sequences = Arrays.copyOf(sequences, larger);
      reasons = Arrays.copyOf(reasons, larger);
    }
    set(size, moment, sequence, reason.code());
    up(size++);
  }

  /** The next moment; {@link #NEVER} if there is none. */
  long firstMs() {
    return size == 0 ? NEVER : atMs[0];
  }

  long firstSequence() {
    return sequences[0];
  }

  DisconnectReason firstReason() {
    return DisconnectReason.ofCode(reasons[0]);
  }

  void removeFirst() {
    move(--size, 0);
    down(0);
  }

  /** Drops every contact that {@code stays} does not hold for. */
  void retain(LongPredicate stays) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (stays.test(sequences[i])) {
        move(i, kept++);
      }
    }
    size = kept;
    for (int i = size / 2 - 1; i >= 0; i--) {
      down(i);
    }
  }

  /** Puts every moment off by {@code ms}; below 0 brings them forward. */
  void shift(long ms) {
    for (int i = 0; i < size; i++) {
      atMs[i] += ms;
    }
  }

  /** The lowest sequence in it, or {@code otherwise} if that is lower. */
  long lowestSequence(long otherwise) {
    long lowest = otherwise;
    for (int i = 0; i < size; i++) {
      lowest = Math.min(lowest, sequences[i]);
    }
    return lowest;
  }

  private void up(int child) {
    int at = child;
    while (at > 0 && isBefore(at, (at - 1) / 2)) {
      swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
  }

  private void down(int parent) {
    int at = parent;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(child + 1, child)) {
        child++;
      }
      if (!isBefore(child, at)) {
        return;
      }
      swap(child, at);
      at = child;
    }
  }

  private boolean isBefore(int a, int b) {
    return atMs[a] != atMs[b] ? atMs[a] < atMs[b] : sequences[a] < sequences[b];
  }

  private void swap(int a, int b) {
    long moment = atMs[a];
    long sequence = sequences[a];
    byte reason = reasons[a];
    move(b, a);
    set(b, moment, sequence, reason);
  }

  private void move(int from, int to) {
    set(to, atMs[from], sequences[from], reasons[from]);
  }

  private void set(int at, long moment, long sequence, byte reason) {
    atMs[at] = moment;
    sequences[at] = sequence;
    reasons[at] = reason;
  }
}
