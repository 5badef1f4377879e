package io.dialspool.simulation;

import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far the seeds are, on standard error: a bar on a terminal, lines elsewhere. */
interface SimulationProgress extends AutoCloseable {
  // On JDK 22 and later a console may be there without a terminal: then the bar goes to a file.
  @SuppressWarnings("SystemConsoleNull")
  static SimulationProgress of(long seeds, PrintWriter err) {
    boolean isTerminal = System.console() != null && !"dumb".equals(System.getenv("TERM"));
    return isTerminal ? new Bar(seeds) : new Lines(seeds, err);
  }

  void at(long done, long failed);

  @Override
  void close();

  /** A bar over the seeds. */
  final class Bar implements SimulationProgress {
    private final ProgressBar bar;

    Bar(long seeds) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("simulate")
              .setInitialMax(seeds)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .build();
    }

    @Override
    public void at(long done, long failed) {
      bar.stepTo(done);
      bar.setExtraMessage(failed == 0 ? "" : " " + failed + " failed");
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** A line every ten seconds. */
  final class Lines implements SimulationProgress {
    private static final long EVERY_NS = 10_000_000_000L;

    private final long seeds;
    private final PrintWriter err;
    private long toldNs = Clock.SYSTEM.nanoTime();

    Lines(long seeds, PrintWriter err) {
      this.seeds = seeds;
      this.err = err;
    }

    @Override
    public void at(long done, long failed) {
      if (Clock.SYSTEM.nanoTime() - toldNs >= EVERY_NS) {
        toldNs = Clock.SYSTEM.nanoTime();
        err.printf(Locale.ROOT, "%d of %d seeds, %d failed%n", done, seeds, failed);
        err.flush();
      }
    }

    @Override
    public void close() {}
  }
}
