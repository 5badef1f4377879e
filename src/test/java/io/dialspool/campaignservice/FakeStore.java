package io.dialspool.campaignservice;

import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store in memory that loses, at a crash, what was not synced. */
final class FakeStore implements OrderedStore {
  private Map<String, NavigableMap<byte[], byte[]>> now = new HashMap<>();
  private Map<String, NavigableMap<byte[], byte[]>> synced = new HashMap<>();
  boolean failing;
  int syncs;

  private static NavigableMap<byte[], byte[]> in(
      Map<String, NavigableMap<byte[], byte[]>> spaces, Space space) {
    return spaces.computeIfAbsent(space.name(), name -> new TreeMap<>(Arrays::compareUnsigned));
  }

  private static Map<String, NavigableMap<byte[], byte[]>> copy(
      Map<String, NavigableMap<byte[], byte[]>> spaces) {
    var copy = new HashMap<String, NavigableMap<byte[], byte[]>>();
    spaces.forEach((name, space) -> copy.put(name, new TreeMap<>(space)));
    return copy;
  }

  void crash() {
    now = copy(synced);
  }

  int size(String space) {
    return now.getOrDefault(space, new TreeMap<>(Arrays::compareUnsigned)).size();
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    return in(now, space).get(key);
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    for (var entry : in(now, space).subMap(from, true, to, false).entrySet()) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    var entry = in(now, space).floorEntry(key);
    return entry == null || Arrays.compareUnsigned(entry.getKey(), lowest) < 0
        ? null
        : new Entry(entry.getKey(), entry.getValue());
  }

  @Override
  public Batch newBatch() {
    return new FakeBatch();
  }

  @Override
  public void write(Batch batch, boolean sync) {
    if (failing) {
      throw new StoreException("the disk is gone");
    }
    ((FakeBatch) batch).changes.forEach(change -> change.accept(now));
    if (sync) {
      syncs++;
      synced = copy(now);
    }
  }

  @Override
  public void ingest(Space space, Run run) {
    throw new UnsupportedOperationException("nothing in bulk here");
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {}

  private static final class FakeBatch implements Batch {
    private final List<Consumer<Map<String, NavigableMap<byte[], byte[]>>>> changes =
        new ArrayList<>();

    @Override
    public void put(Space space, byte[] key, byte[] value) {
      changes.add(spaces -> in(spaces, space).put(key, value));
    }

    @Override
    public void delete(Space space, byte[] key) {
      changes.add(spaces -> in(spaces, space).remove(key));
    }

    @Override
    public void add(Space space, byte[] key, long delta) {
      changes.add(
          spaces -> {
            byte[] old = in(spaces, space).getOrDefault(key, new byte[8]);
            long sum = ByteBuffer.wrap(old).order(ByteOrder.LITTLE_ENDIAN).getLong() + delta;
            in(spaces, space)
                .put(
                    key,
                    ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(sum).array());
          });
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
}
