package io.dialspool.spool;

import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Where requests stand that an earlier group brought. It looks among the outcomes alone: to find a
 * request's page would unpack the page, which was most of what a repeat cost (measured), and a page
 * without outcomes has nothing to tell. Remembers the last stretch of a lane that it looked at, for
 * a replayed file repeats whole pages in a row. One thread.
 */
final class KnownStates {
  private final OrderedStore store;
  private int lane;

  /** First sequence of the page that the outcomes are of, and so of the stretch; 0 without any. */
  private long first;

  private long through;

  private Map<Integer, SettledPart.Outcome> outcomes = Map.of();

  KnownStates(OrderedStore store) {
    this.store = store;
  }

  /** Of a request that was accepted; QUEUED until its outcome is stored. */
  RequestState of(int itsLane, long sequence) {
    if (itsLane != lane || sequence < first || sequence > through) {
      look(itsLane, sequence);
    }
    long index = sequence - first;
    SettledPart.Outcome outcome = index > SettledPart.INDEX_MAX ? null : outcomes.get((int) index);
    return outcome == null ? RequestState.QUEUED : outcome.state();
  }

  // The nearest page below with outcomes is the request's own, or its own has none.
  private void look(int itsLane, long sequence) {
    OrderedStore.Entry nearest =
        store.floor(
            Keys.SETTLED,
            Keys.settled(itsLane, 0, 0),
            Keys.settled(itsLane, sequence, SettledPart.INDEX_MAX));
    lane = itsLane;
    through = sequence;
    if (nearest == null) {
      first = 0;
      outcomes = Map.of();
      return;
    }
    first = ByteBuffer.wrap(nearest.key()).getLong(4);
    outcomes = SettledPart.ofPage(store, itsLane, first);
    for (int index : outcomes.keySet()) {
      through = Math.max(through, first + index);
    }
  }

  /** Looks anew from now on. */
  void forget() {
    lane = 0;
    outcomes = Map.of();
  }
}
