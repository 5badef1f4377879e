package io.dialspool.cli;

import io.dialspool.replay.ReplayListener;
import io.dialspool.replay.ReplayProgress;
import io.dialspool.story.Told;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how a replay goes, on standard error: a bar on a terminal, lines elsewhere. */
interface ReplayProgressView extends ReplayListener, AutoCloseable {
  static ReplayProgressView of(Surroundings surroundings) {
    return surroundings.isTerminal() ? new Bar(surroundings) : new Lines(surroundings);
  }

  @Override
  void close();

  /** {@code leads-b.csv (2 of 5, 43 %)}; the part in brackets as far as it is known. */
  static String source(ReplayProgress progress) {
    String name = fileName(progress.source());
    boolean several = progress.sources() > 1;
    String place = several ? progress.sourceNumber() + " of " + progress.sources() : "";
    String share =
        several && progress.sourceBytes() > 0
            ? percent(progress.sourceReadBytes(), progress.sourceBytes())
            : "";
    String both = place + (place.isEmpty() || share.isEmpty() ? "" : ", ") + share;
    return both.isEmpty() ? name : name + " (" + both + ")";
  }

  private static String fileName(String source) {
    try {
      Path name = Path.of(source).getFileName();
      return name == null ? source : name.toString();
    } catch (InvalidPathException e) {
      return source;
    }
  }

  static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%d %%", 100 * part / Math.max(1, whole));
  }

  /** Rows a second and the time left, by what was done since the beginning. */
  final class Speed {
    private static final long SECOND_NS = 1_000_000_000L;
    private final Surroundings surroundings;
    private final long beganNs;

    Speed(Surroundings surroundings) {
      this.surroundings = surroundings;
      this.beganNs = surroundings.clock().nanoTime();
    }

    private long tookNs() {
      return Math.max(1, surroundings.clock().nanoTime() - beganNs);
    }

    String rate(ReplayProgress progress) {
      return String.format(
          Locale.ROOT, "%,d/s", Math.round(progress.rows() * (double) SECOND_NS / tookNs()));
    }

    /** Empty if it can't be told. */
    String left(ReplayProgress progress) {
      if (progress.totalBytes() <= 0 || progress.readBytes() <= 0 || tookNs() < SECOND_NS) {
        return "";
      }
      double leftNs =
          tookNs() * (double) (progress.totalBytes() - progress.readBytes()) / progress.readBytes();
      return Told.span(Math.round(leftNs / 1e6));
    }
  }

  /** A bar over the bytes of the files, or a running count when their size isn't known. */
  final class Bar implements ReplayProgressView {
    private final Speed speed;
    private @Nullable ProgressBar bar;

    Bar(Surroundings surroundings) {
      this.speed = new Speed(surroundings);
    }

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
                .hideEta()
                .build();
        bar = open;
      }
      open.stepTo(progress.readBytes());
      String left = speed.left(progress);
      open.setExtraMessage(
          String.format(
                  Locale.ROOT,
                  " %s%s, %,d rows, %s, %,d rejected %s",
                  left.isEmpty() ? "" : left + " left, ",
                  source(progress),
                  progress.rows(),
                  speed.rate(progress),
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
    private final Speed speed;
    private long latestNs;
    private String latestWait = "";

    Lines(Surroundings surroundings) {
      this.surroundings = surroundings;
      this.speed = new Speed(surroundings);
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
      String left = speed.left(progress);
      surroundings
          .err()
          .println(
              String.format(
                  Locale.ROOT,
                  "replay: %s, %,d rows, %,d accepted, %,d duplicates, %,d rejected, %s%s%s%s",
                  source(progress),
                  progress.rows(),
                  progress.accepted(),
                  progress.duplicates(),
                  progress.rejected(),
                  speed.rate(progress),
                  progress.totalBytes() > 0
                      ? ", " + percent(progress.readBytes(), progress.totalBytes())
                      : "",
                  left.isEmpty() ? "" : ", about " + left + " left",
                  latestWait.isEmpty() ? "" : ", waiting: " + latestWait));
      surroundings.err().flush();
    }

    @Override
    public void close() {}
  }
}
