package io.dialspool.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The port to the disk: byte keys in unsigned order, atomic batches, sync. All code for pages,
 * index, cursors and recovery runs above it, over RocksDB in service and over a store that forgets
 * unsynced batches in the simulation.
 *
 * <p>Assumes one process per directory. Guarantees that a batch is seen whole or not at all, also
 * after a crash, and that once {@link #write} with sync has returned, it and every batch before it
 * survive one. Reads may come from any thread.
 */
public interface OrderedStore extends AutoCloseable {

  /** The value, or null if the key is absent. */
  byte @Nullable [] get(Space space, byte[] key);

  /**
   * Visits keys from {@code from} (inclusive) to {@code to} (exclusive), ascending, until the
   * visitor says stop.
   */
  void scan(Space space, byte[] from, byte[] to, Visitor visitor);

  /**
   * The entry with the greatest key that is at least {@code lowest} and at most {@code key}; null
   * if there is none.
   */
  @Nullable Entry floor(Space space, byte[] lowest, byte[] key);

  /** An empty batch; close it after use. */
  Batch newBatch();

  /**
   * Applies the batch atomically.
   *
   * @param sync whether to return only after it, and all before it, would survive a power cut
   * @throws StoreException if the disk refused; the store must not be written to afterwards
   */
  void write(Batch batch, boolean sync);

  /**
   * The value of a key in a space whose values are all of one length, without garbage.
   *
   * @param into as long as a value of the space
   * @return whether the key is there
   */
  default boolean get(Space space, byte[] key, byte[] into) {
    byte[] value = get(space, key);
    if (value == null) {
      return false;
    }
    if (value.length != into.length) {
      throw new StoreException(
          "a value of " + value.length + " bytes in " + space.name() + ", not " + into.length);
    }
    System.arraycopy(value, 0, into, 0, value.length);
    return true;
  }

  /**
   * Puts many entries in bulk, beside the batches: far cheaper than one by one where keys are
   * random. They override what was written before, and are overridden by what is written after. All
   * are there or none, also after a crash; once it has returned they survive one. Holds up neither
   * reads nor writes. One thread at a time.
   *
   * @throws StoreException if the disk refused; nothing of them is there then
   */
  void ingest(Space space, Run run);

  /** Bytes on disk, about. */
  long sizeBytes();

  @Override
  void close();

  /** What a scan meets. */
  interface Visitor {
    /** Returns whether to go on. */
    boolean visit(byte[] key, byte[] value);
  }

  /** Entries sorted by key, keys distinct, all of one length, and so the values. */
  interface Run {
    int size();

    int keyBytes();

    int valueBytes();

    /** Appends key and value of an entry; {@code index} is asked for in order. */
    void read(int index, ByteBuffer key, ByteBuffer value);
  }

  /** A key and its value. */
  record Entry(byte[] key, byte[] value) {}

  /** Changes to apply together; one thread. */
  interface Batch extends AutoCloseable {
    void put(Space space, byte[] key, byte[] value);

    /** The same with the first {@code valueBytes} bytes of {@code value}. */
    default void put(Space space, byte[] key, byte[] value, int valueBytes) {
      put(space, key, Arrays.copyOf(value, valueBytes));
    }

    void delete(Space space, byte[] key);

    /**
     * Adds to an eight-byte little-endian number in a {@link Space.Access#COUNTER} space; absent
     * counts as 0.
     */
    void add(Space space, byte[] key, long delta);

    /** Changes in it so far. */
    int size();

    /** Empties it for the next use. */
    void clear();

    @Override
    void close();
  }
}
