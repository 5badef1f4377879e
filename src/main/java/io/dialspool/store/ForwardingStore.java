package io.dialspool.store;

import org.jspecify.annotations.Nullable;

/** Another store, to be changed in one respect by who extends it. */
public abstract class ForwardingStore implements OrderedStore {
  private final OrderedStore store;

  protected ForwardingStore(OrderedStore store) {
    this.store = store;
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    return store.get(space, key);
  }

  @Override
  public boolean get(Space space, byte[] key, byte[] into) {
    return store.get(space, key, into);
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    store.scan(space, from, to, visitor);
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    return store.floor(space, lowest, key);
  }

  @Override
  public Batch newBatch() {
    return store.newBatch();
  }

  @Override
  public void write(Batch batch, boolean sync) {
    store.write(batch, sync);
  }

  @Override
  public void ingest(Space space, Run run) {
    store.ingest(space, run);
  }

  @Override
  public long sizeBytes() {
    return store.sizeBytes();
  }

  @Override
  public void close() {
    store.close();
  }
}
