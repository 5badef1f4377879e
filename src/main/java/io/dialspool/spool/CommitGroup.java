package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one atomic write will hold; filled by dedupe and spool, ring's thread only. */
final class CommitGroup {
  /** A token key as a map key. */
  record Token(long high, long low) {
    static Token of(byte[] key) {
      ByteBuffer in = ByteBuffer.wrap(key);
      return new Token(in.getLong(), in.getLong());
    }
  }

  private record Redriven(int lane, long sequence) {}

  final OrderedStore.Batch batch;
  final Set<LaneInfo> touched = new LinkedHashSet<>();
  final List<AppendedPage> appended = new ArrayList<>();
  private final Map<Token, TokenEntry> tokens = new HashMap<>();
  private final Set<Redriven> redriven = new HashSet<>();
  int items;

  CommitGroup(OrderedStore store) {
    batch = store.newBatch();
  }

  @Nullable TokenEntry known(byte[] key) {
    return tokens.get(Token.of(key));
  }

  void addToken(byte[] key, TokenEntry entry) {
    tokens.put(Token.of(key), entry);
    batch.put(Keys.TOKENS, key, entry.encode());
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
