package io.dialspool.ring;

/**
 * Ended requests of one campaign that are to be accepted anew. What is in it is the spool's own;
 * through the ring it is ordered with puts and recalls, and stored by one write with them.
 */
public interface Redrive {
  /** Told on the ring's thread once what became of it is synced. Must not block. */
  void synced();
}
