package io.dialspool.dispatch;

import io.dialspool.lane.Ending;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.StoreCommand;
import io.dialspool.spool.StoreWorker;
import java.util.ArrayList;
import java.util.List;

/** Gathers the ends decided in one turn and hands them to the store thread together. */
final class SettleQueue implements Ending {
  private static final int TOGETHER_MAX = 1_000;

  private final StoreWorker store;
  private List<Settlement> decided = new ArrayList<>();
  private long underWay;

  SettleQueue(StoreWorker store) {
    this.store = store;
  }

  @Override
  public void settle(Settlement settlement) {
    decided.add(settlement);
    underWay++;
    if (decided.size() == TOGETHER_MAX) {
      flush();
    }
  }

  void flush() {
    if (!decided.isEmpty()) {
      store.offer(new StoreCommand.Settle(decided));
      decided = new ArrayList<>();
    }
  }

  void settled(int count) {
    underWay -= count;
  }

  /** Ends that are decided and not yet synced. */
  long underWay() {
    return underWay;
  }
}
