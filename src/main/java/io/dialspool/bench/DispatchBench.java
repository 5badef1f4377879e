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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench dispatch}. */
@Command(
    name = "dispatch",
    mixinStandardHelpOptions = true,
    description = {
      "Parks dial requests with a service of its own, opens the gate, and watches them arrive at a"
          + " local target: one that answers at once; one with a quota (--calls-per-second); or one"
          + " whose dialer drains a buffer at a rate that changes (--drain).",
      "A quota or a drain rate is played by the campaign-service, in a process of its own."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:what was acknowledged and what arrived add up",
      "1:they don't, or the measurement could not be made",
      "2:wrong usage"
    })
final class DispatchBench implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--requests",
      defaultValue = "2000000",
      paramLabel = "N",
      description =
          "Parked before each round, rounded up to whole uploads, each of one campaign (default:"
              + " ${DEFAULT-VALUE}).")
  private long requests;

  @Option(
      names = "--campaigns",
      defaultValue = "1",
      paramLabel = "N",
      description = "That share them (default: ${DEFAULT-VALUE}).")
  private int campaigns;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Of a target that answers at once, after one that isn't counted (default:"
              + " ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--calls-per-second",
      defaultValue = "0",
      paramLabel = "R",
      description = "Quota of the target; 0 for none (default: ${DEFAULT-VALUE}).")
  private double callsPerSecond;

  @Option(
      names = "--latency-ms",
      defaultValue = "0",
      paramLabel = "N",
      description = "Of each answer of a target with a quota or a buffer.")
  private int latencyMs;

  @Option(
      names = "--drain",
      split = ",",
      paramLabel = "R,…",
      description =
          "Dial requests a second that the dialer takes out of its buffer, one rate after the"
              + " other. Each is counted in the minute from 30 s after it began.")
  private List<Integer> drain = List.of();

  @Option(
      names = "--buffer",
      defaultValue = "1000",
      paramLabel = "N",
      description = "Dial requests that the dialer's buffer holds (default: ${DEFAULT-VALUE}).")
  private int buffer;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "Counted time of a quota or of each drain rate (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warmup",
      defaultValue = "30",
      paramLabel = "N",
      description = "Seconds before each of these (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(names = "--json", description = "One JSON object on the last line of standard output.")
  private boolean json;

  @Mixin private BedOptions bedOptions = new BedOptions();

  @Override
  public Integer call() throws InterruptedException {
    Expected.range(spec.commandLine(), "--requests", requests, 25, 20_000_000);
    Expected.range(spec.commandLine(), "--campaigns", campaigns, 1, 10_000);
    Expected.range(spec.commandLine(), "--rounds", rounds, 1, 100);
    Expected.range(spec.commandLine(), "--seconds", seconds, 1, 3_600);
    Expected.range(spec.commandLine(), "--warmup", warmup, 0, 3_600);
    Expected.range(spec.commandLine(), "--latency-ms", latencyMs, 0, 60_000);
    Expected.range(spec.commandLine(), "--buffer", buffer, 1, 10_000_000);
    for (int rate : drain) {
      Expected.range(spec.commandLine(), "--drain", rate, 1, 1_000_000);
    }
    if (callsPerSecond != 0 && !(callsPerSecond >= 0.1 && callsPerSecond <= 100_000)) {
      throw new ParameterException(
          spec.commandLine(),
          "--calls-per-second: " + callsPerSecond + " (expected: 0, or 0.1 to 100000)");
    }
    PrintWriter out = spec.commandLine().getOut();
    ObjectNode figures = ServiceCalls.JSON.createObjectNode();
    boolean addsUp;
    try (var bed = new Bed(bedOptions, Clock.SYSTEM)) {
      addsUp = run(bed, out, figures);
    } catch (BenchFailure | UnreachableException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    if (json) {
      out.println(figures);
    }
    out.flush();
    return addsUp ? 0 : 1;
  }

  private boolean run(Bed bed, PrintWriter out, ObjectNode figures) throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    if (callsPerSecond == 0 && drain.isEmpty()) {
      return new AtOnce(bed, requests, campaigns, rounds, err).run(out, figures);
    }
    double quota = callsPerSecond == 0 ? 10 : callsPerSecond;
    var scarce = new Scarce(bed, quota, latencyMs, buffer, warmup, seconds, err);
    return drain.isEmpty() ? scarce.quota(out, figures) : scarce.drains(drain, out, figures);
  }
}
