package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which request bears a token. The newest tokens lie in memory, in a table that fills and a full
 * one that is on its way; all others in the store, where they come sorted and in bulk: random keys
 * one by one are what an ordered store is slowest at.
 *
 * <pre>
 * ring's thread          group ▸ log (with the pages, one atomic write) ▸ filling
 * the index's thread     full ▸ sorted ▸ ingested ▸ out of the log ▸ out of memory
 * look-ups               filling, full, store
 * </pre>
 *
 * <p>Nothing is lost in a crash: what isn't ingested is in the log, and a start reads that back, at
 * most two tables of it. A token leaves memory only after it is in the store, so a look-up that
 * goes by in this order never misses one. Ingested later overrides ingested earlier, and a table is
 * ingested after all before it; so of two entries for one token, which a redrive makes, the newer
 * one stands. The store's own entry may be deleted only while memory holds none for the token
 * ({@link #letGo}): one ingested later would bring it back.
 *
 * <p>Most tokens are new. A filter tells that of nearly all of them without a look at anything
 * else; after a start it is made anew from the store, a piece at a time, and until it is whole the
 * store is asked.
 *
 * <p>Memory is bounded: with one table full and the other on its way the ring's thread waits.
 */
public final class TokenIndex {
  /**
   * Of one table in service: 12 MB of entries and 4 MB of places, and half a second of full load.
   * Half as many would make a fifth more work for the store, which merges what comes (measured).
   */
  public static final int TABLE_ITEMS = 1 << 18;

  /** A filter begins with room for so many tables. */
  private static final int FILTER_TABLES = 16;

  /** Entries written without a breath. */
  private static final int PIECE = 512;

  private static final int DELETED_TOGETHER = 500;
  private static final byte[] LAST = new byte[17];

  static {
    Arrays.fill(LAST, (byte) 0xff);
  }

  private final OrderedStore store;
  private final int tableItems;
  private final ReentrantLock lock = new ReentrantLock();
  private ByteBuffer written = ByteBuffer.allocate(1 << 12);
  private final byte[] keySought = new byte[16];
  private final byte[] entryFound = new byte[TokenEntry.BYTES];

  // Under the lock, but for what the ring's thread reads of what it alone changes.
  private TokenTable filling;
  private @Nullable TokenTable full;

  /** Empty; null while the one that was full is being emptied. */
  private @Nullable TokenTable spare;

  private long nextCommit = 1;
  private long fullFrom = 1;
  private long fullThrough;
  private boolean wanted;

  /** Every token since the start, and what the log brought. */
  private final TokenFilter newer;

  /** Every token that was in the store at the start; null until it is whole. */
  private volatile @Nullable TokenFilter stored;

  private final TokenFilter stocktaking;
  private byte[] stocktakenBefore = new byte[0];

  /** The index's thread only: tokens that the filter's next part is for; 0 while none is needed. */
  private int filterRoom;

  /** The index's thread only: whether the full table is in the store. */
  private boolean ingested;

  private Runnable wake = () -> {};
  private Runnable whenBehind = this::runOnce;
  private Runnable breath = () -> {};

  /**
   * @param tableItems a table goes on its way once it holds so many
   */
  TokenIndex(OrderedStore store, int tableItems) {
    this.store = store;
    this.tableItems = tableItems;
    this.filling = new TokenTable(tableItems);
    this.spare = new TokenTable(tableItems);
    this.newer = new TokenFilter(FILTER_TABLES * tableItems);
    this.stocktaking = new TokenFilter(FILTER_TABLES * tableItems);
  }

  /**
   * Hands the ingesting over to a thread of its own; without, the ring's does it.
   *
   * @param itsWake called when there is something to do for {@link #runOnce}
   * @param waitABit called on the ring's thread, again and again, while the index is behind
   * @param itsBreath called on the index's thread every few hundred entries, while there is time
   */
  public void runBeside(Runnable itsWake, Runnable waitABit, Runnable itsBreath) {
    wake = itsWake;
    whenBehind = waitABit;
    breath = itsBreath;
  }

  /** Before anything else: reads the log back. */
  void restore() {
    ByteBuffer first = ByteBuffer.allocate(8);
    store.scan(
        Keys.TOKENLOG,
        Keys.commit(0),
        Keys.commit(Long.MAX_VALUE),
        (key, tokens) -> {
          long commit = ByteBuffer.wrap(key).getLong();
          if (first.position() == 0) {
            first.putLong(commit);
          }
          nextCommit = commit + 1;
          if (!filling.read(tokens)) {
            throw new StoreException("the log of tokens is damaged at commit " + commit);
          }
          return true;
        });
    for (int index = 0; index < filling.size(); index++) {
      newer.add(filling.high(index), filling.low(index));
    }
    fullFrom = first.position() == 0 ? nextCommit : first.getLong(0);
    fullThrough = fullFrom - 1;
  }

  // --- ring's thread

  /** Says which tokens will be looked up next. */
  void expect(long[] highs, int count) {
    newer.touch(highs, count);
    TokenFilter older = stored;
    if (older != null) {
      older.touch(highs, count);
    }
  }

  /** What is known of a token that an earlier group brought; null if nothing. */
  @Nullable TokenEntry known(long high, long low) {
    TokenFilter older = stored;
    if (older != null && !newer.mayHave(high, low) && !older.mayHave(high, low)) {
      return null;
    }
    TokenEntry newest = newest(high, low);
    if (newest != null) {
      return newest;
    }
    ByteBuffer.wrap(keySought).putLong(high).putLong(low);
    return store.get(Keys.TOKENS, keySought, entryFound) ? TokenEntry.decode(entryFound) : null;
  }

  /** Puts a group's tokens into the group's batch; waits if there is no room for them in memory. */
  void log(TokenTable group, OrderedStore.Batch batch) {
    while (isBehind()) {
      whenBehind.run();
    }
    int bytes = group.size() * TokenTable.STORED_BYTES;
    if (written.capacity() < bytes) {
      written = ByteBuffer.allocate(2 * bytes);
    }
    group.write(written.clear());
    batch.put(Keys.TOKENLOG, Keys.commit(nextCommit), written.array(), bytes);
  }

  private boolean isBehind() {
    lock.lock();
    try {
      return spare == null && filling.size() >= tableItems;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in a group's tokens once they are synced. */
  void add(TokenTable group) {
    lock.lock();
    try {
      filling.putAll(group);
      for (int index = 0; index < group.size(); index++) {
        newer.add(group.high(index), group.low(index));
      }
      nextCommit++;
      if (filling.size() >= tableItems) {
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets the table that fills go on its way, unless another is. */
  private void send() {
    if (spare != null) {
      full = filling;
      fullThrough = nextCommit - 1;
      filling = spare;
      spare = null;
      wanted = false;
      wake.run();
    }
  }

  // --- any thread

  /** What is known of a token; reads the disk. */
  @Nullable TokenEntry find(byte[] key) {
    TokenEntry newest = newest(key);
    if (newest != null) {
      return newest;
    }
    byte[] stored = store.get(Keys.TOKENS, key);
    return stored == null ? null : TokenEntry.decode(stored);
  }

  private @Nullable TokenEntry newest(byte[] key) {
    ByteBuffer in = ByteBuffer.wrap(key);
    return newest(in.getLong(), in.getLong());
  }

  private @Nullable TokenEntry newest(long high, long low) {
    lock.lock();
    try {
      int index = filling.find(high, low);
      if (index >= 0) {
        return filling.entry(index);
      }
      if (full != null) {
        index = full.find(high, low);
        if (index >= 0) {
          return full.entry(index);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes the store's entry of a request that is let go of; the caller keeps redrives away until
   * the batch is written.
   *
   * @return false if memory still holds the entry, so that the request must stay for now; it goes
   *     to the store soon
   */
  boolean letGo(byte[] key, long sequence, OrderedStore.Batch batch) {
    TokenEntry newest = newest(key);
    if (newest != null) {
      if (newest.sequence() != sequence) {
        return true; // another bears the token by now
      }
      want();
      wake.run();
      return false;
    }
    byte[] stored = store.get(Keys.TOKENS, key);
    if (stored != null && TokenEntry.decode(stored).sequence() == sequence) {
      batch.delete(Keys.TOKENS, key);
    }
    return true;
  }

  private void want() {
    lock.lock();
    try {
      wanted = true;
    } finally {
      lock.unlock();
    }
  }

  // --- the index's thread

  /**
   * Brings a full table into the store, if there is one, in two turns: ingests it, then lets go of
   * it. Returns the work done, 0 for none.
   */
  public int runOnce() {
    TokenTable table = due();
    if (table == null) {
      return stored == null ? takeStock() : 0;
    }
    if (filterRoom > 0) {
      newer.prepare(filterRoom, this::breathe);
      filterRoom = 0;
    }
    if (!ingested) {
      store.ingest(Keys.TOKENS, new Sorted(table, table.sorted(this::breathe)));
      ingested = true;
      return table.size();
    }
    forgetLogged();
    ingested = false;
    int done = table.size();
    lock.lock();
    try {
      full = null;
    } finally {
      lock.unlock();
    }
    table.clear();
    lock.lock();
    try {
      spare = table;
      if (filling.size() >= tableItems) {
        send();
      }
    } finally {
      lock.unlock();
    }
    return done;
  }

  // What is done here is done in bursts, and a burst takes the cores from those who answer. There
  // is time until the next table is full; only when it is half full already there isn't.
  private void breathe() {
    boolean hurry;
    lock.lock();
    try {
      hurry = filling.size() >= tableItems / 2;
    } finally {
      lock.unlock();
    }
    if (!hurry) {
      breath.run();
    }
  }

  /** Whether {@link #runOnce} has something to do. */
  public boolean isDue() {
    lock.lock();
    try {
      return stored == null
          || full != null
          || filling.size() >= tableItems
          || (wanted && filling.size() > 0);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable TokenTable due() {
    lock.lock();
    try {
      if (filling.size() >= tableItems || (wanted && filling.size() > 0)) {
        send();
      }
      filterRoom = newer.neededSoon();
      return full;
    } finally {
      lock.unlock();
    }
  }

  // Oldest first, in pieces: what a crash leaves is the log's end, and the newest entry of each
  // token is in it or in the store. Not synced: whatever is written later is behind it in the
  // store's log, and what comes back in a crash is only put in place once more.
  private void forgetLogged() {
    try (OrderedStore.Batch batch = store.newBatch()) {
      for (long commit = fullFrom; commit <= fullThrough; commit++) {
        batch.delete(Keys.TOKENLOG, Keys.commit(commit));
        if (batch.size() == DELETED_TOGETHER || commit == fullThrough) {
          store.write(batch, false);
          batch.clear();
          breathe();
        }
      }
    }
    fullFrom = fullThrough + 1;
  }

  // What is ingested meanwhile may be met too, that does no harm.
  private int takeStock() {
    int[] seen = {0};
    boolean[] atEnd = {true};
    store.scan(
        Keys.TOKENS,
        stocktakenBefore,
        LAST,
        (key, entry) -> {
          if (seen[0] == tableItems) {
            stocktakenBefore = key;
            atEnd[0] = false;
            return false;
          }
          seen[0]++;
          ByteBuffer in = ByteBuffer.wrap(key);
          stocktaking.add(in.getLong(), in.getLong());
          return true;
        });
    if (atEnd[0]) {
      stored = stocktaking;
    }
    return Math.max(1, seen[0]);
  }

  private final class Sorted implements OrderedStore.Run {
    private final TokenTable table;
    private final int[] order;

    /**
     * @param order of the table's entries, and perhaps more behind
     */
    Sorted(TokenTable table, int[] order) {
      this.table = table;
      this.order = order;
    }

    @Override
    public int size() {
      return table.size();
    }

    @Override
    public int keyBytes() {
      return 16;
    }

    @Override
    public int valueBytes() {
      return TokenEntry.BYTES;
    }

    @Override
    public void read(int index, ByteBuffer key, ByteBuffer value) {
      if (index % PIECE == 0) {
        breathe();
      }
      table.writeKey(order[index], key);
      table.writeEntry(order[index], value);
    }
  }
}
