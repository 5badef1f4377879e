package io.dialspool.cli;

import io.dialspool.crashtest.CrashPlan;
import io.dialspool.crashtest.CrashReport;
import io.dialspool.crashtest.CrashTest;
import io.dialspool.crashtest.ReportFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code crash-test}: kills the service over and over and counts what came of it. */
@Command(
    name = "crash-test",
    description = {
      "Kills serve and the campaign-service over and over, under load, and judges what became of each request.",
      "They run as processes of their own, and start again on what they left behind. In the end every acknowledged",
      "request must have been dialled once, or have another end that is its due. Exit code 1 if anything was lost,",
      "dialled twice or doesn't add up."
    })
final class CrashTestCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--cycles",
      paramLabel = "N",
      description = "Of start, load and kill, some 2 to 3 s each; 200 by default.")
  private int cycles = 200;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Draws moments, kinds of kills and loads; 1 by default.")
  private long seed = 1;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where spool, record, ledger and logs lie, and stay; must be empty. A temporary one by default,"
              + " which stays if something is wrong.")
  private @Nullable Path directory;

  @Option(
      names = "--rate-min",
      paramLabel = "N",
      description =
          "Requests acknowledged a second that each cycle must reach while the service is up; 50 by default.")
  private double rateMin = CrashPlan.RATE_MIN;

  @Option(
      names = "--waiting",
      paramLabel = "N",
      description =
          "Requests that wait for a paused campaign through all cycles and are sent in the end.")
  private int waiting;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Markdown page of which the result becomes a section, or replaces the last.")
  private @Nullable Path report;

  @Option(names = "--json", description = "The result as one JSON object on the last line.")
  private boolean json;

  CrashTestCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path given = directory;
    boolean temporary = given == null;
    CrashPlan plan = plan(given == null ? Path.of("") : given);
    if (given == null) {
      plan = plan(Files.createTempDirectory("dialspool-crash-test"));
    } else if (!Directories.isFree(given)) {
      throw wrong("--directory: " + given + " (expected: empty, or not there yet)");
    }
    CrashReport result;
    try (var view = new View(surroundings, cycles)) {
      view.step("everything lies in " + plan.directory());
      result = new CrashTest(plan, surroundings.clock(), view).run();
    }
    if (report != null) {
      ReportFile.write(report, result);
    }
    surroundings.out().println(result.table());
    if (temporary && result.isClean()) {
      Directories.remove(plan.directory());
    } else {
      surroundings.err().println("look into " + plan.directory());
    }
    if (json) {
      surroundings.out().println(result.json());
    }
    surroundings.out().flush();
    return result.isClean() ? 0 : DialspoolCommand.REFUSED;
  }

  private CrashPlan plan(Path where) {
    try {
      return new CrashPlan(cycles, seed, where, rateMin, waiting);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrong(String fault) {
    CommandSpec its = spec;
    if (its == null) {
      throw new IllegalStateException(fault);
    }
    return new ParameterException(its.commandLine(), fault);
  }

  /** Steps as lines; the cycles as a bar on a terminal, elsewhere as a line now and then. */
  private static final class View implements CrashTest.Listener, AutoCloseable {
    private static final long EVERY_NS = 5_000_000_000L;
    private final Surroundings surroundings;
    private final int cyclesAll;
    private @Nullable ProgressBar bar;
    private long latestNs;

    View(Surroundings surroundings, int cyclesAll) {
      this.surroundings = surroundings;
      this.cyclesAll = cyclesAll;
      this.latestNs = surroundings.clock().nanoTime();
    }

    @Override
    public void step(String what) {
      close();
      surroundings.err().println(what);
      surroundings.err().flush();
    }

    @Override
    public void cycle(int cycles, long acknowledged, int kills) {
      String detail =
          String.format(Locale.ROOT, "%,d acknowledged, %,d kills", acknowledged, kills);
      if (surroundings.isTerminal()) {
        ProgressBar open = bar;
        if (open == null) {
          open =
              new ProgressBarBuilder()
                  .setTaskName("cycles")
                  .setInitialMax(cyclesAll)
                  .setStyle(ProgressBarStyle.ASCII)
                  .build();
          bar = open;
        }
        open.stepTo(cycles);
        open.setExtraMessage(" " + detail);
      } else if (surroundings.clock().nanoTime() - latestNs >= EVERY_NS || cycles == cyclesAll) {
        latestNs = surroundings.clock().nanoTime();
        surroundings.err().println(cycles + " of " + cyclesAll + " cycles: " + detail);
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
