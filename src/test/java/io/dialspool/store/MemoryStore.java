package io.dialspool.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The ordered store in memory, for tests above it; counts its synced writes. */
public final class MemoryStore implements OrderedStore {
  private final Map<Space, NavigableMap<byte[], byte[]>> spaces = new HashMap<>();
  private int syncs;
  private int ingested;
  private boolean broken;
  private boolean full;

  /** Every write finds no room, until {@link #emptyDisk}. */
  public void fillDisk() {
    full = true;
  }

  public void emptyDisk() {
    full = false;
  }

  /** Every write from now on fails. */
  public void breakDisk() {
    broken = true;
  }

  public int syncs() {
    return syncs;
  }

  private NavigableMap<byte[], byte[]> in(Space space) {
    return spaces.computeIfAbsent(space, any -> new TreeMap<>(Arrays::compareUnsigned));
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    return in(space).get(key);
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return;
    }
    for (var entry : List.copyOf(in(space).subMap(from, to).entrySet())) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    var found = in(space).floorEntry(key);
    return found == null || Arrays.compareUnsigned(found.getKey(), lowest) < 0
        ? null
        : new Entry(found.getKey(), found.getValue());
  }

  @Override
  public Batch newBatch() {
    return new Changes();
  }

  @Override
  public void write(Batch batch, boolean sync) {
    if (broken) {
      throw new StoreException("the disk is broken");
    }
    if (full) {
      throw StoreException.noRoom("no room", new IllegalStateException());
    }
    ((Changes) batch).changes.forEach(Runnable::run);
    syncs += sync ? 1 : 0;
  }

  @Override
  public void ingest(Space space, Run run) {
    if (broken) {
      throw new StoreException("the disk is broken");
    }
    if (full) {
      throw StoreException.noRoom("no room", new IllegalStateException());
    }
    for (int i = 0; i < run.size(); i++) {
      ByteBuffer key = ByteBuffer.allocate(run.keyBytes());
      ByteBuffer value = ByteBuffer.allocate(run.valueBytes());
      run.read(i, key, value);
      in(space).put(key.array(), value.array());
    }
    ingested += run.size();
  }

  /** Entries that came in bulk. */
  public int ingested() {
    return ingested;
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {}

  private final class Changes implements Batch {
    private final List<Runnable> changes = new ArrayList<>();

    @Override
    public void put(Space space, byte[] key, byte[] value) {
      byte[] copy = value.clone();
      changes.add(() -> in(space).put(key, copy));
    }

    @Override
    public void delete(Space space, byte[] key) {
      changes.add(() -> in(space).remove(key));
    }

    @Override
    public void add(Space space, byte[] key, long delta) {
      changes.add(
          () ->
              in(space).merge(key, bytes(delta), (before, more) -> bytes(number(before) + delta)));
    }

    @Override
    public int size() {
      return changes.size();
    }

    @Override
    public void clear() {
      changes.clear();
    }

    @Override
    public void close() {}
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  private static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
