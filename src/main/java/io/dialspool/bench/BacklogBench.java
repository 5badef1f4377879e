package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench backlog}. */
@Command(
    name = "backlog",
    mixinStandardHelpOptions = true,
    description = {
      "Parks many dial requests with a service of its own that has little heap (-Xmx512m): what"
          + " they cost in memory, in idle CPU and in looking one up; then restarts it, and watches"
          + " how soon and how fast it delivers.",
      "With --lanes it measures instead what one dial request costs as campaigns grow in number."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:what was acknowledged and what arrived add up",
      "1:they don't, or the measurement could not be made",
      "2:wrong usage"
    })
final class BacklogBench implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--requests",
      defaultValue = "1000000",
      paramLabel = "N",
      description = "To park; with --lanes for each of them (default: ${DEFAULT-VALUE}).")
  private long requests;

  @Option(
      names = "--campaigns",
      defaultValue = "100",
      paramLabel = "N",
      description = "That share them (default: ${DEFAULT-VALUE}).")
  private int campaigns;

  @Option(
      names = "--settle-seconds",
      defaultValue = "30",
      paramLabel = "N",
      description =
          "Left to the store and the JIT before dial requests are looked up, and again before"
              + " the service counts as idle (default: ${DEFAULT-VALUE}).")
  private int settleSeconds;

  @Option(
      names = "--idle-seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "How long the idle service is watched (default: ${DEFAULT-VALUE}).")
  private int idleSeconds;

  @Option(
      names = "--status-seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "How long dial requests are looked up (default: ${DEFAULT-VALUE}).")
  private int statusSeconds;

  @Option(
      names = "--status-rate",
      defaultValue = "500",
      paramLabel = "N",
      description = "Look-ups a second, open loop (default: ${DEFAULT-VALUE}).")
  private int statusRate;

  @Option(
      names = "--few",
      defaultValue = "10000",
      paramLabel = "N",
      description = "A small backlog to compare the drain rate with (default: ${DEFAULT-VALUE}).")
  private long few;

  @Option(
      names = "--rounds",
      defaultValue = "9",
      paramLabel = "N",
      description = "Drains of that small backlog (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(names = "--kill", description = "Restart after SIGKILL in place of SIGTERM.")
  private boolean kill;

  @Option(
      names = "--lanes",
      split = ",",
      paramLabel = "N,…",
      description = "Numbers of campaigns to compare, each on a spool of its own.")
  private List<Integer> lanes = List.of();

  @Option(names = "--json", description = "One JSON object on the last line of standard output.")
  private boolean json;

  @Mixin private BedOptions bedOptions = new BedOptions();

  @Override
  public Integer call() throws InterruptedException {
    Expected.range(spec.commandLine(), "--requests", requests, 100, 100_000_000);
    Expected.range(spec.commandLine(), "--campaigns", campaigns, 1, 10_000);
    Expected.range(spec.commandLine(), "--settle-seconds", settleSeconds, 0, 3_600);
    Expected.range(spec.commandLine(), "--idle-seconds", idleSeconds, 1, 3_600);
    Expected.range(spec.commandLine(), "--status-seconds", statusSeconds, 1, 3_600);
    Expected.range(spec.commandLine(), "--status-rate", statusRate, 1, 100_000);
    Expected.range(spec.commandLine(), "--few", few, 100, 1_000_000);
    Expected.range(spec.commandLine(), "--rounds", rounds, 1, 100);
    for (int number : lanes) {
      Expected.range(spec.commandLine(), "--lanes", number, 1, 10_000);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    ObjectNode figures = ServiceCalls.JSON.createObjectNode();
    boolean addsUp;
    try {
      addsUp =
          lanes.isEmpty()
              ? backlog(err).run(out, figures)
              : new LaneCosts(bedOptions, requests, Clock.SYSTEM, err).run(lanes, out, figures);
    } catch (BenchFailure | UnreachableException e) {
      err.println(e.getMessage());
      return 1;
    }
    if (json) {
      out.println(figures);
    }
    out.flush();
    return addsUp ? 0 : 1;
  }

  private Backlog backlog(PrintWriter err) {
    return new Backlog(
        bedOptions,
        new Backlog.Size(
            requests,
            campaigns,
            settleSeconds,
            idleSeconds,
            statusSeconds,
            statusRate,
            few,
            rounds,
            kill),
        Clock.SYSTEM,
        err);
  }
}
