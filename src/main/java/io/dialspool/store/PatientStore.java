package io.dialspool.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits where the disk is full: a write that failed for lack of room is repeated, the very same
 * batch on the very same thread, until it is taken or {@link #giveUp} is called. Any other failure
 * goes through at once.
 *
 * <p>Repeating is sound because of what RocksDB does after such a failure (tried, and in its {@code
 * ResumeImpl}): the batch reached no memtable; every write is refused until all memtables are
 * flushed to tables and a new log is begun; so whatever part of the failed batch lies in the old
 * log is never read again. The caller waits, and nothing of its batch is acknowledged before.
 */
public final class PatientStore extends ForwardingStore {
  private static final Logger LOG = LoggerFactory.getLogger(PatientStore.class);
  private static final long PAUSE_NS = 100_000_000L;

  private final Runnable pause;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean givenUp;

  public PatientStore(OrderedStore store) {
    this(store, () -> LockSupport.parkNanos(PAUSE_NS));
  }

  /**
   * @param pause called between two tries
   */
  PatientStore(OrderedStore store, Runnable pause) {
    super(store);
    this.pause = pause;
  }

  /** Whether a write is waiting for room. Any thread. */
  public boolean isWaiting() {
    return waiting.get() > 0;
  }

  /** From now on a full disk is a failure like any other: who is to leave can't wait. */
  public void giveUp() {
    givenUp = true;
  }

  @Override
  public void write(Batch batch, boolean sync) {
    try {
      super.write(batch, sync);
    } catch (StoreException e) {
      if (!e.isNoRoom() || givenUp) {
        throw e;
      }
      onceThereIsRoom(() -> super.write(batch, sync), e);
    }
  }

  /** Nothing of a failed one is there, so it is begun anew. */
  @Override
  public void ingest(Space space, Run run) {
    try {
      super.ingest(space, run);
    } catch (StoreException e) {
      if (!e.isNoRoom() || givenUp) {
        throw e;
      }
      onceThereIsRoom(() -> super.ingest(space, run), e);
    }
  }

  private void onceThereIsRoom(Runnable write, StoreException first) {
    if (waiting.getAndIncrement() == 0) {
      LOG.warn("{}; nothing is acknowledged until there is room", first.getMessage());
    }
    try {
      while (true) {
        pause.run();
        try {
          write.run();
          LOG.warn("there is room again: the write that had failed is done");
          return;
        } catch (StoreException e) {
          if (!e.isNoRoom() || givenUp) {
            throw e;
          }
        }
      }
    } finally {
      waiting.decrementAndGet();
    }
  }
}
