package io.dialspool.store;

import org.jspecify.annotations.Nullable;

/** A store that keeps nothing, so that what runs above it is measured alone. */
public final class VoidStore implements OrderedStore {
  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    return null;
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {}

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    return null;
  }

  @Override
  public Batch newBatch() {
    return new VoidBatch();
  }

  @Override
  public void write(Batch batch, boolean sync) {}

  @Override
  public void ingest(Space space, Run run) {}

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {}

  private static final class VoidBatch implements Batch {
    private int size;

    @Override
    public void put(Space space, byte[] key, byte[] value) {
      size++;
    }

    @Override
    public void delete(Space space, byte[] key) {
      size++;
    }

    @Override
    public void add(Space space, byte[] key, long delta) {
      size++;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void clear() {
      size = 0;
    }

    @Override
    public void close() {}
  }
}
