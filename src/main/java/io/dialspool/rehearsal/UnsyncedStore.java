package io.dialspool.rehearsal;

import io.dialspool.store.ForwardingStore;
import io.dialspool.store.OrderedStore;

/** A store that never syncs: nothing in it has to outlive the process. */
final class UnsyncedStore extends ForwardingStore {
  UnsyncedStore(OrderedStore store) {
    super(store);
  }

  @Override
  public void write(Batch batch, boolean sync) {
    super.write(batch, false);
  }
}
