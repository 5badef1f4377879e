package io.dialspool.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last events, written out only when somebody looks. Names campaigns and tokens, like a log of
 * the service would.
 */
final class Trace {
  private static final int KEPT = 120;

  private record Event(long virtualNs, String form, @Nullable Object[] words) {
    @Override
    public String toString() {
      return time(virtualNs) + " " + String.format(Locale.ROOT, form, words);
    }
  }

  private final SimulatedClock clock;
  private final @Nullable Consumer<String> lines;
  private final ArrayDeque<Event> last = new ArrayDeque<>(KEPT);
  private long fingerprint;

  /**
   * @param lines told of every event as it happens; null for none
   */
  Trace(SimulatedClock clock, @Nullable Consumer<String> lines) {
    this.clock = clock;
    this.lines = lines;
  }

  /** Notes an event; the words must not change afterwards. */
  void note(String form, @Nullable Object... words) {
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    var event = new Event(clock.virtualNs(), form, words);
    last.addLast(event);
    fingerprint = (fingerprint * 31 + event.virtualNs) * 31 + form.hashCode();
    if (lines != null) {
      lines.accept(event.toString());
    }
  }

  /** Two runs with the same events at the same times have the same. */
  long fingerprint() {
    return fingerprint;
  }

  List<String> last() {
    var written = new ArrayList<String>(last.size());
    last.forEach(event -> written.add(event.toString()));
    return written;
  }

  /** Virtual time, {@code 1:02:03.456789}. */
  static String time(long virtualNs) {
    long us = virtualNs / 1_000;
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d.%06d",
        us / 3_600_000_000L,
        us / 60_000_000L % 60,
        us / 1_000_000L % 60,
        us % 1_000_000L);
  }
}
