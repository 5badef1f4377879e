package io.dialspool.intake;

import io.dialspool.ring.DialSlot;

/**
 * A reply that its event loop gets together with all others of the same group. First {@link
 * #synced} on the ring's thread, then {@link #deliver} and {@link #delivered} on the loop, or
 * {@link #lost} if that has ended.
 */
interface GroupReply extends DialSlot.Reply {
  /** Its loop's. */
  Outbox outbox();

  /**
   * Takes over what {@link #synced} has found.
   *
   * @param answers what the group's replies have written; valid until this returns
   */
  void deliver(byte[] answers);

  /** Every reply of the group is delivered. */
  default void delivered() {}

  /** The loop has ended and its connections with it. On the ring's thread. */
  void lost();
}
