package io.dialspool.cli;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far the reading of a spool is: a bar on a terminal, a line every two seconds elsewhere. */
final class SpoolProgressView implements AutoCloseable {
  private static final long EVERY_NS = 2_000_000_000L;
  private static final double MIB = 1 << 20;

  private final Surroundings surroundings;
  private @Nullable ProgressBar bar;
  private String step = "";
  private long latestNs;

  SpoolProgressView(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.latestNs = surroundings.clock().nanoTime();
  }

  void verified(long bytes, long ofBytes) {
    if (surroundings.isTerminal()) {
      bar("verify tables", ofBytes, bytes);
    } else {
      line("verified %,.0f of %,.0f MiB of tables", bytes / MIB, ofBytes / MIB);
    }
  }

  /** How many of something; how many there are isn't known. */
  void counted(String what, long count) {
    if (surroundings.isTerminal()) {
      bar(what, -1, count);
    } else {
      line("%s: %,d", what, count);
    }
  }

  private void bar(String name, long max, long at) {
    ProgressBar open = bar;
    if (open == null || !step.equals(name)) {
      end();
      open =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(max)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .build();
      bar = open;
      step = name;
    }
    open.stepTo(at);
  }

  private void line(String format, Object... values) {
    long nowNs = surroundings.clock().nanoTime();
    if (nowNs - latestNs >= EVERY_NS) {
      latestNs = nowNs;
      surroundings.err().println(String.format(Locale.ROOT, format, values));
      surroundings.err().flush();
    }
  }

  @Override
  public void close() {
    end();
  }

  /** Takes the bar away. */
  void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
