package io.dialspool.cli;

import io.dialspool.replay.ReplayListener;
import io.dialspool.replay.ReplayProgress;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how a replay goes, on standard error: a bar on a terminal, lines elsewhere. */
interface ReplayProgressView extends ReplayListener, AutoCloseable {
  static ReplayProgressView of(Surroundings surroundings) {
    return surroundings.isTerminal() ? new Bar() : new Lines(surroundings);
  }

  @Override
  void close();

  /** A bar over the bytes of the files, or a running count when their size isn't known. */
  final class Bar implements ReplayProgressView {
    private @Nullable ProgressBar bar;

    @Override
    public void progressed(ReplayProgress progress) {
      ProgressBar open = bar;
      if (open == null) {
        open =
            new ProgressBarBuilder()
                .setTaskName("replay")
                .setInitialMax(progress.totalBytes())
                .setUnit("MB", 1_000_000)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .build();
        bar = open;
      }
      open.stepTo(progress.readBytes());
      open.setExtraMessage(
          String.format(
                  Locale.ROOT,
                  " %,d rows, %,d rejected %s",
                  progress.rows(),
                  progress.rejected(),
                  progress.waitingFor())
              .stripTrailing());
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }

  /** A line every two seconds, and one when a wait begins. */
  final class Lines implements ReplayProgressView {
    private static final long EVERY_NS = 2_000_000_000L;
    private final Surroundings surroundings;
    private long latestNs;
    private String latestWait = "";

    Lines(Surroundings surroundings) {
      this.surroundings = surroundings;
      this.latestNs = surroundings.clock().nanoTime();
    }

    @Override
    public void progressed(ReplayProgress progress) {
      long nowNs = surroundings.clock().nanoTime();
      boolean waitBegins =
          !progress.waitingFor().isEmpty() && !progress.waitingFor().equals(latestWait);
      if (nowNs - latestNs < EVERY_NS && !waitBegins) {
        return;
      }
      latestNs = nowNs;
      latestWait = progress.waitingFor();
      surroundings
          .err()
          .println(
              String.format(
                  Locale.ROOT,
                  "replay: %s, %,d rows, %,d accepted, %,d duplicates, %,d rejected%s",
                  progress.source(),
                  progress.rows(),
                  progress.accepted(),
                  progress.duplicates(),
                  progress.rejected(),
                  latestWait.isEmpty() ? "" : ", waiting: " + latestWait));
      surroundings.err().flush();
    }

    @Override
    public void close() {}
  }
}
