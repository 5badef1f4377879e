package io.dialspool.simulation;

import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk that forgets: after a crash every synced batch is there, and of the batches after the last
 * sync some first ones. It can be told to die at a write, before it took place or after it was
 * synced but before anybody heard.
 */
class SimulatedStore implements OrderedStore {
  private record Change(Space space, byte[] key, byte @Nullable [] before) {}

  private final Map<Space, TreeMap<byte[], byte[]>> spaces = new LinkedHashMap<>();

  /** How to take back each batch since the last sync, oldest first. */
  private final ArrayDeque<List<Change>> unsynced = new ArrayDeque<>();

  private int writesUntilCrash = -1;
  private boolean crashAfterSync;
  private int looksUntilCrash = -1;
  private long writes;

  SimulatedStore(List<Space> spaces) {
    for (Space space : spaces) {
      this.spaces.put(space, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  /** Dies at a write: 0 for the next. */
  void crashAt(int write, boolean afterSync) {
    writesUntilCrash = write;
    crashAfterSync = afterSync;
  }

  /** Dies at a look at the disk: 0 for the next. */
  void crashAtLook(int look) {
    looksUntilCrash = look;
  }

  void dontCrash() {
    writesUntilCrash = -1;
    looksUntilCrash = -1;
  }

  private void look() {
    if (looksUntilCrash >= 0 && looksUntilCrash-- == 0) {
      throw new SimulatedCrash(Happening.CRASH_BETWEEN_EVENTS);
    }
  }

  /** What a crash leaves: synced batches, and of the others a prefix. */
  void loseUnsynced(RandomGenerator random) {
    int kept = random.nextInt(unsynced.size() + 1);
    while (unsynced.size() > kept) {
      List<Change> changes = unsynced.removeLast();
      Collections.reverse(changes);
      for (Change change : changes) {
        if (change.before == null) {
          space(change.space).remove(change.key);
        } else {
          space(change.space).put(change.key, change.before);
        }
      }
    }
    unsynced.clear();
    dontCrash();
  }

  /** All of a space, for who counts anew. */
  NavigableMap<byte[], byte[]> contents(String name) {
    for (Map.Entry<Space, TreeMap<byte[], byte[]>> entry : spaces.entrySet()) {
      if (entry.getKey().name().equals(name)) {
        return Collections.unmodifiableNavigableMap(entry.getValue());
      }
    }
    throw new IllegalArgumentException("no space " + name);
  }

  /** Forgets the last entry of a space, which no disk may. */
  void loseLast(String name) {
    spaces.forEach(
        (space, entries) -> {
          if (space.name().equals(name)) {
            entries.pollLastEntry();
          }
        });
  }

  /** Batches applied so far. */
  long writes() {
    return writes;
  }

  private NavigableMap<byte[], byte[]> space(Space space) {
    NavigableMap<byte[], byte[]> found = spaces.get(space);
    if (found == null) {
      throw new IllegalArgumentException("space " + space.name() + " was not opened");
    }
    return found;
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    look();
    byte[] value = space(space).get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public void scan(Space space, byte[] from, byte[] to, Visitor visitor) {
    look();
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return;
    }
    SortedMap<byte[], byte[]> range = space(space).subMap(from, to);
    for (Map.Entry<byte[], byte[]> entry : range.entrySet()) {
      if (!visitor.visit(entry.getKey().clone(), entry.getValue().clone())) {
        return;
      }
    }
  }

  @Override
  public @Nullable Entry floor(Space space, byte[] lowest, byte[] key) {
    look();
    Map.Entry<byte[], byte[]> found = space(space).floorEntry(key);
    return found == null || Arrays.compareUnsigned(found.getKey(), lowest) < 0
        ? null
        : new Entry(found.getKey().clone(), found.getValue().clone());
  }

  @Override
  public Batch newBatch() {
    return new Changes();
  }

  @Override
  public void write(Batch batch, boolean sync) {
    boolean dies = dies();
    if (dies && !crashAfterSync) {
      throw new SimulatedCrash(Happening.CRASH_BEFORE_A_WRITE);
    }
    var undo = new ArrayList<Change>();
    for (Changes.One one : ((Changes) batch).changes) {
      if (takes(one)) {
        apply(one, undo);
      }
    }
    writes++;
    if (sync || dies) {
      unsynced.clear();
    } else {
      unsynced.addLast(undo);
    }
    if (dies) {
      throw new SimulatedCrash(Happening.CRASH_AFTER_A_SYNC);
    }
  }

  /**
   * All or nothing, as a batch of its own; and what was unsynced stays so, as the log is another
   * file.
   */
  @Override
  public void ingest(Space space, Run run) {
    boolean dies = dies();
    if (dies && !crashAfterSync) {
      throw new SimulatedCrash(Happening.CRASH_BEFORE_AN_INGEST);
    }
    ByteBuffer key = ByteBuffer.allocate(run.keyBytes());
    ByteBuffer value = ByteBuffer.allocate(run.valueBytes());
    byte @Nullable [] last = null;
    for (int i = 0; i < run.size(); i++) {
      run.read(i, key.clear(), value.clear());
      if (last != null && Arrays.compareUnsigned(last, key.array()) >= 0) {
        throw new IllegalArgumentException("keys out of order");
      }
      last = key.array().clone();
      var one = new Changes.One(space, last, value.array().clone(), false, 0);
      if (takes(one)) {
        space(space).put(one.key, Objects.requireNonNull(one.value));
        outlives(one);
      }
    }
    writes++;
    if (dies) {
      throw new SimulatedCrash(Happening.CRASH_AFTER_AN_INGEST);
    }
  }

  /** A batch before it that is lost leaves what was ingested since. */
  private void outlives(Changes.One ingested) {
    for (List<Change> changes : unsynced) {
      changes.replaceAll(
          change ->
              change.space.equals(ingested.space) && Arrays.equals(change.key, ingested.key)
                  ? new Change(change.space, change.key, ingested.value)
                  : change);
    }
  }

  /** Whether a change reaches the disk; a broken store may say no. */
  boolean takes(Changes.One one) {
    return true;
  }

  private boolean dies() {
    boolean dies = writesUntilCrash == 0;
    if (writesUntilCrash >= 0) {
      writesUntilCrash--;
    }
    return dies;
  }

  private void apply(Changes.One one, List<Change> undo) {
    NavigableMap<byte[], byte[]> space = space(one.space);
    byte[] before = space.get(one.key);
    undo.add(new Change(one.space, one.key, before));
    byte[] after = one.value;
    if (one.isAdd) {
      after = sum(before, one.delta);
    }
    if (after == null) {
      space.remove(one.key);
    } else {
      space.put(one.key, after);
    }
  }

  private static byte[] sum(byte @Nullable [] before, long delta) {
    long was =
        before == null ? 0 : ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(was + delta).array();
  }

  @Override
  public long sizeBytes() {
    return 0;
  }

  @Override
  public void close() {}

  /** Changes to apply together, copied as they come. */
  static final class Changes implements Batch {
    record One(Space space, byte[] key, byte @Nullable [] value, boolean isAdd, long delta) {}

    final List<One> changes = new ArrayList<>();

    @Override
    public void put(Space space, byte[] key, byte[] value) {
      changes.add(new One(space, key.clone(), value.clone(), false, 0));
    }

    @Override
    public void delete(Space space, byte[] key) {
      changes.add(new One(space, key.clone(), null, false, 0));
    }

    @Override
    public void add(Space space, byte[] key, long delta) {
      if (space.access() != Space.Access.COUNTER) {
        throw new IllegalArgumentException("space " + space.name() + " holds no counters");
      }
      changes.add(new One(space, key.clone(), null, true, delta));
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
