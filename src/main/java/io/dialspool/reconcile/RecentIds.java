package io.dialspool.reconcile;

import io.dialspool.lane.QueuedRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The target's latest dial request ids: one of them for two of our requests means that a lead was
 * lost or dialled twice.
 */
final class RecentIds {
  private static final int REMEMBERED = 16_384;

  private record Ours(int lane, long sequence) {}

  private final Map<String, Ours> byId =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Ours> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Whether the id already stands for another request of ours. */
  boolean isAnothers(String id, QueuedRequest request) {
    if (id.isEmpty()) {
      return false;
    }
    var ours = new Ours(request.stored().lane().number(), request.sequence());
    Ours before = byId.putIfAbsent(id, ours);
    return before != null && !before.equals(ours);
  }
}
