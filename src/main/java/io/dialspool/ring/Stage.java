package io.dialspool.ring;

import java.util.List;

/**
 * One job on the ring's only consumer thread. Sees each slot once, then the whole group when it
 * ends. No stage keeps a slot after {@link #endOfGroup}.
 */
public interface Stage {
  /** One slot, in order of arrival. */
  default void on(DialSlot slot) {}

  /** All slots since the last call, oldest first. */
  default void endOfGroup(List<DialSlot> group) {}
}
