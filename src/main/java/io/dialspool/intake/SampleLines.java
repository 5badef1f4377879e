package io.dialspool.intake;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.Fault;
import org.jspecify.annotations.Nullable;

/** Reads lines of an NDJSON body as the data port does, for who wants to know beforehand. */
public final class SampleLines {
  private final LineParser parser = new LineParser();

  /**
   * Reads one line.
   *
   * @param to just behind the line's line feed, which must be there
   * @param into emptied first; then the line's dial request is its only item, still to be judged
   *     for its meaning
   * @return what is wrong with the line's shape; null if nothing is
   */
  public @Nullable Fault read(byte[] bytes, int at, int to, DialItems into) {
    into.clear();
    return add(bytes, at, to, into);
  }

  /**
   * The same, as one item more.
   *
   * @param into not full; as it was if the line's shape is wrong
   */
  public @Nullable Fault add(byte[] bytes, int at, int to, DialItems into) {
    int count = into.count();
    int used = into.used();
    try {
      parser.parse(bytes, at, to, into);
      return null;
    } catch (ShapeException e) {
      if (into.count() > count) {
        into.dropLast(used);
      }
      return new Fault(e.member(), e.reason());
    }
  }
}
