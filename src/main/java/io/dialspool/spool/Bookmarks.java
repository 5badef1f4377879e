package io.dialspool.spool;

import io.dialspool.store.OrderedStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Small texts that readers of the feed keep with the spool: how far each has read, and what it has
 * put aside. A backup takes them along, a salvage doesn't. Any thread that may wait for the disk.
 */
public final class Bookmarks {
  private static final String PREFIX = "bookmark/";

  private final OrderedStore store;

  public Bookmarks(Spool spool) {
    this(spool.store());
  }

  /**
   * @param store opened with {@link Spool#spaces}
   */
  public Bookmarks(OrderedStore store) {
    this.store = store;
  }

  /** The text under a key, or null. */
  public @Nullable String get(String key) {
    byte[] value = store.get(Keys.META, bytes(PREFIX + key));
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  /** All whose keys begin so, in the order of their keys, at most {@code max}. */
  public Map<String, String> below(String begin, int max) {
    var found = new TreeMap<String, String>();
    store.scan(
        Keys.META,
        bytes(PREFIX + begin),
        behind(bytes(PREFIX + begin)),
        (key, value) -> {
          found.put(
              new String(key, StandardCharsets.UTF_8).substring(PREFIX.length()),
              new String(value, StandardCharsets.UTF_8));
          return found.size() < max;
        });
    return found;
  }

  /**
   * Changes some together. Survives the end of the process at once, and a power cut with the next
   * synced write: who reads on from an older mark reads something twice, and nobody waits for the
   * disk.
   *
   * @param changes null to remove
   */
  public void write(Map<String, @Nullable String> changes) {
    try (OrderedStore.Batch batch = store.newBatch()) {
      changes.forEach(
          (key, text) -> {
            if (text == null) {
              batch.delete(Keys.META, bytes(PREFIX + key));
            } else {
              batch.put(Keys.META, bytes(PREFIX + key), bytes(text));
            }
          });
      store.write(batch, false);
    }
  }

  // No UTF-8 has such a byte.
  private static byte[] behind(byte[] begin) {
    byte[] end = Arrays.copyOf(begin, begin.length + 1);
    end[begin.length] = (byte) 0xFF;
    return end;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
