package io.dialspool.cli;

import io.dialspool.rehearsal.RehearsalListener;
import io.dialspool.story.Told;
import java.util.Locale;

/**
 * Shows how a rehearsal goes, on standard error: a line every two seconds, on a terminal one that
 * is written over. How long it takes can't be told: that is what it is there to find out.
 */
final class RehearsalProgressView implements RehearsalListener, AutoCloseable {
  private static final long EVERY_NS = 2_000_000_000L;
  private static final long EVERY_ON_TERMINAL_NS = 200_000_000L;

  private final Surroundings surroundings;
  private long latestNs;
  private int shownChars;

  private RehearsalProgressView(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.latestNs = surroundings.clock().nanoTime();
  }

  static RehearsalProgressView of(Surroundings surroundings) {
    return new RehearsalProgressView(surroundings);
  }

  @Override
  public void played(long playedMs, long rows, long left) {
    long nowNs = surroundings.clock().nanoTime();
    boolean terminal = surroundings.isTerminal();
    if (nowNs - latestNs < (terminal ? EVERY_ON_TERMINAL_NS : EVERY_NS)) {
      return;
    }
    latestNs = nowNs;
    String line =
        String.format(
            Locale.ROOT,
            "rehearsal: %s played, %,d rows, %,d left",
            Told.span(playedMs),
            rows,
            left);
    if (terminal) {
      surroundings.err().print("\r" + line + " ".repeat(Math.max(0, shownChars - line.length())));
      shownChars = line.length();
    } else {
      surroundings.err().println(line);
    }
    surroundings.err().flush();
  }

  @Override
  public void close() {
    if (shownChars > 0) {
      surroundings.err().print("\r" + " ".repeat(shownChars) + "\r");
      surroundings.err().flush();
    }
  }
}
