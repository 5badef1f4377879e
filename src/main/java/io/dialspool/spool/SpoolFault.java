package io.dialspool.spool;

import io.dialspool.store.Damage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a spool, or lost of it, and where. Never holds a phone number or an attribute.
 *
 * @param file empty if it is not about one
 * @param space the key space; empty if that isn't known
 * @param lane 0 if it isn't about one
 * @param from first sequence; 0 if that isn't known
 * @param to last sequence
 * @param what in words
 */
public record SpoolFault(String file, String space, int lane, long from, long to, String what) {

  static SpoolFault of(String space, int lane, long sequence, String what) {
    return new SpoolFault("", space, lane, sequence, sequence, what);
  }

  /** What the store can't read, told in lanes and sequences. */
  public static SpoolFault of(Damage damage) {
    String space = damage.space() == null ? "" : damage.space();
    int lane = lane(damage.from());
    boolean isOneLane = lane != 0 && lane == lane(damage.to());
    boolean hasSequences =
        isOneLane
            && (space.equals(Keys.PAGES.name()) || space.equals(Keys.SETTLED.name()))
            && sequence(damage.from()) != 0;
    return new SpoolFault(
        damage.file(),
        space,
        isOneLane ? lane : 0,
        hasSequences ? sequence(damage.from()) : 0,
        hasSequences ? sequence(damage.to()) : 0,
        damage.what());
  }

  /** The lane that a key begins with; 0 if it is too short. */
  static int lane(byte @Nullable [] key) {
    return key == null || key.length < 4 ? 0 : ByteBuffer.wrap(key).getInt();
  }

  /** The first sequence of the page that a key of pages or outcomes is about. */
  static long sequence(byte @Nullable [] key) {
    return key == null || key.length < 12 ? 0 : ByteBuffer.wrap(key).getLong(4);
  }

  /** {@code 000012.sst, pages, lane 1, sequences 257 to 512: block checksum mismatch}. */
  public String line() {
    var parts = new ArrayList<String>();
    if (!file.isEmpty()) {
      parts.add(file);
    }
    if (!space.isEmpty()) {
      parts.add(space);
    }
    if (lane != 0) {
      parts.add("lane " + lane);
    }
    if (from != 0) {
      parts.add(from == to ? "sequence " + from : "sequences " + from + " to " + to);
    }
    return (parts.isEmpty() ? "the store" : String.join(", ", parts)) + ": " + what;
  }
}
