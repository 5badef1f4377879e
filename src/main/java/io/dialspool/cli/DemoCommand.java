package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.demo.Demo;
import io.dialspool.demo.DemoLeads;
import io.dialspool.demo.DemoSummary;
import io.dialspool.replay.Source;
import io.dialspool.request.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the main job on the embedded defaults. */
@Command(
    name = "demo",
    description = {
      "Starts everything in a temporary directory and replays 10,000 leads through it.",
      "Some are wrong, some come twice, some too late; the dialer gets full, the campaign is paused and resumed.",
      "Ends with a table that adds up, or with exit code 1."
    })
final class DemoCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Surroundings surroundings;

  @Option(names = "--requests", paramLabel = "N", description = "Only the first N leads.")
  private long requests = Long.MAX_VALUE;

  @Option(names = "--file", paramLabel = "F", description = "Leads of your own, CSV or NDJSON.")
  private @Nullable Path file;

  @Option(names = "--json", description = "The summary as one JSON object on the last line.")
  private boolean json;

  DemoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("dialspool-demo");
    DemoSummary summary;
    try (var view = new View(surroundings)) {
      view.step("everything lies in " + directory + ", removed at the end");
      var demo = new Demo(directory, surroundings.clock(), view);
      summary =
          file == null
              ? demo.run(DemoLeads.bundled(requests), DemoLeads.COLUMNS)
              : demo.run(DemoLeads.of(Source.file(file), requests), Map.of());
    } finally {
      Directories.remove(directory);
    }
    if (json) {
      surroundings.out().println(write(summary));
    } else {
      table(summary);
    }
    surroundings.out().flush();
    return summary.conserved() ? 0 : DialspoolCommand.REFUSED;
  }

  private void table(DemoSummary summary) {
    row("accepted", summary.accepted(), "safe on disk before they were acknowledged");
    row("  submitted", summary.submitted(), "taken by the target, each once by its own record");
    row("  expired", summary.expired(), "their deadline came first; never sent");
    row("  rejected", summary.rejected(), "refused by the target");
    row("  cancelled", summary.cancelled(), "recalled");
    row(
        "  undeliverable",
        summary.undeliverable(),
        "attempts exhausted, campaign gone, or in doubt");
    row("  queued", summary.queued(), "still waiting");
    row("  in flight", summary.inFlight(), "in a call without its answer");
    row(
        "duplicates",
        summary.duplicates(),
        "the same lead again: answered with the first one's id");
    row("refused", summary.refused(), "no valid number, or a deadline already past");
    surroundings
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%n%,d calls; %.1f %% full while calls were scarce. %s",
                summary.batches(),
                summary.fillRatio() * 100,
                summary.conserved() ? "It adds up." : "IT DOES NOT ADD UP."));
  }

  private void row(String name, long count, String meaning) {
    surroundings.out().println(String.format(Locale.ROOT, "%-16s %,8d  %s", name, count, meaning));
  }

  private static String write(DemoSummary summary) {
    try {
      return JSON.writeValueAsString(summary);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Steps as lines; between them a bar on a terminal, a line every two seconds elsewhere. */
  private static final class View implements Demo.Listener, AutoCloseable {
    private static final long EVERY_NS = 2_000_000_000L;
    private final Surroundings surroundings;
    private @Nullable ProgressBar bar;
    private long latestNs;

    View(Surroundings surroundings) {
      this.surroundings = surroundings;
      this.latestNs = surroundings.clock().nanoTime();
    }

    @Override
    public void step(String what) {
      close();
      surroundings.err().println(what);
      surroundings.err().flush();
    }

    @Override
    public void counts(Counts counts) {
      long ended = counts.accepted() - counts.queued() - counts.inFlight();
      String detail =
          String.format(
              Locale.ROOT,
              "%,d submitted, %,d expired, %,d queued, %,d in flight",
              counts.submitted(),
              counts.expired(),
              counts.queued(),
              counts.inFlight());
      if (surroundings.isTerminal()) {
        ProgressBar open = bar;
        if (open == null) {
          open =
              new ProgressBarBuilder()
                  .setTaskName("ended")
                  .setInitialMax(counts.accepted())
                  .setStyle(ProgressBarStyle.ASCII)
                  .setUpdateIntervalMillis(100)
                  .build();
          bar = open;
        }
        open.maxHint(counts.accepted());
        open.stepTo(ended);
        open.setExtraMessage(" " + detail);
      } else if (surroundings.clock().nanoTime() - latestNs >= EVERY_NS) {
        latestNs = surroundings.clock().nanoTime();
        surroundings.err().println(detail);
        surroundings.err().flush();
      }
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
