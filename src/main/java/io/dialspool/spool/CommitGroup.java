package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What one atomic write will hold; filled by dedupe and spool, ring's thread only. */
final class CommitGroup {
  private record Redriven(int lane, long sequence) {}

  final OrderedStore.Batch batch;
  final Set<LaneInfo> touched = new LinkedHashSet<>();
  final List<AppendedPage> appended = new ArrayList<>();

  /** Tokens that it brings. */
  final TokenTable tokens = new TokenTable();

  private final Set<Redriven> redriven = new HashSet<>();
  int items;

  CommitGroup(OrderedStore store) {
    batch = store.newBatch();
  }

  /** Whether this very group redrives the dead letter. */
  boolean redrives(StoredRequest request) {
    return redriven.contains(new Redriven(request.lane().number(), request.sequence()));
  }

  void addRedriven(StoredRequest from, long as) {
    redriven.add(new Redriven(from.lane().number(), from.sequence()));
    batch.put(
        Keys.REDRIVEN,
        Keys.redriven(from.lane().number(), from.sequence()),
        ByteBuffer.allocate(8).putLong(as).array());
  }

  void clear() {
    batch.clear();
    touched.clear();
    appended.clear();
    tokens.clear();
    redriven.clear();
    items = 0;
  }
}
