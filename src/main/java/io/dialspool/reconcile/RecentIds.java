package io.dialspool.reconcile;

import io.dialspool.lane.QueuedRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The target's latest dial request ids: one of them for two of our requests means that a lead was
 * lost or dialled twice. A ring of ids, the oldest overwritten, chained by hash: it is asked about
 * every request, and a linked map cost as much as the rest of reconciling.
 */
final class RecentIds {
  private static final int REMEMBERED = 16_384; // a power of two
  private static final int CHAINS = 2 * REMEMBERED;
  private static final int NONE = -1;

  private final @Nullable String[] ids = new String[REMEMBERED];
  private final int[] hashes = new int[REMEMBERED];
  private final int[] lanes = new int[REMEMBERED];
  private final long[] sequences = new long[REMEMBERED];
  private final int[] nextInChain = new int[REMEMBERED];
  private final int[] chains = new int[CHAINS];
  private int oldest;

  RecentIds() {
    Arrays.fill(chains, NONE);
  }

  /** Whether the id already stands for another request of ours. */
  boolean isAnothers(String id, QueuedRequest request) {
    if (id.isEmpty()) {
      return false;
    }
    int lane = request.stored().lane().number();
    int hash = id.hashCode();
    int chain = chain(hash);
    for (int i = chains[chain]; i != NONE; i = nextInChain[i]) {
      if (hashes[i] == hash && id.equals(ids[i])) {
        return lanes[i] != lane || sequences[i] != request.sequence();
      }
    }
    int slot = oldest;
    oldest = (oldest + 1) % REMEMBERED;
    forget(slot);
    ids[slot] = id;
    hashes[slot] = hash;
    lanes[slot] = lane;
    sequences[slot] = request.sequence();
    nextInChain[slot] = chains[chain];
    chains[chain] = slot;
    return false;
  }

  private void forget(int slot) {
    if (ids[slot] == null) {
      return;
    }
    int chain = chain(hashes[slot]);
    if (chains[chain] == slot) {
      chains[chain] = nextInChain[slot];
      return;
    }
    int before = chains[chain];
    while (nextInChain[before] != slot) {
      before = nextInChain[before];
    }
    nextInChain[before] = nextInChain[slot];
  }

  private static int chain(int hash) {
    return (hash * 0x9E3779B9) >>> 17; // 15 bits
  }
}
