package io.dialspool.bench;

import io.dialspool.request.CampaignId;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench intake}. */
@Command(
    name = "intake",
    mixinStandardHelpOptions = true,
    description =
        "Puts the data port of a running service under load and compares it with a server that"
            + " answers at once. What it sends is accepted and kept: use a campaign made for it.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every request was answered with 200, every item accepted",
      "1:some were not",
      "2:wrong usage",
      "4:the endpoint can't be reached"
    })
final class IntakeBench implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--endpoint",
      defaultValue = "http://127.0.0.1:8025",
      paramLabel = "URL",
      description = "Data port of a running service (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  private URI endpoint;

  @Option(
      names = "--campaign",
      required = true,
      paramLabel = "ID",
      description = "A campaign that the service knows.")
  @SuppressWarnings("NullAway.Init")
  private String campaign;

  @Option(
      names = "--items",
      defaultValue = "1",
      paramLabel = "N",
      description = "Dial requests in one HTTP request, 1 to 25 (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--connections",
      defaultValue = "64",
      paramLabel = "N",
      description = "One request in flight on each (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Counted time (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warmup",
      defaultValue = "3",
      paramLabel = "N",
      description = "Seconds before that (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Requests per second over all connections, latency from the intended send time; 0 for as"
              + " fast as answers come (default: ${DEFAULT-VALUE}).")
  private long rate;

  @Option(names = "--json", description = "One JSON object on the last line of standard output.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    LoadPlan plan = plan();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    LoadResult bare;
    LoadResult service;
    try {
      // The same load on both, one after the other: at once they would fight for the cores.
      try (var server = new BareServer()) {
        err.println("bare limit: " + (warmup + seconds) + " s");
        bare = LoadGenerator.run(plan, server.url(), Clock.SYSTEM);
      }
      err.println("intake: " + (warmup + seconds) + " s");
      service = LoadGenerator.run(plan, endpoint, Clock.SYSTEM);
    } catch (UnreachableException e) {
      err.println(e.getMessage());
      return 4;
    }
    var report = new IntakeReport(endpoint, service, bare);
    out.print(report.table());
    if (json) {
      out.println(report.json());
    }
    out.flush();
    return service.isClean() ? 0 : 1;
  }

  private LoadPlan plan() {
    CommandLine command = spec.commandLine();
    if (!"http".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
      throw new ParameterException(
          command, "--endpoint: " + endpoint + " (expected: http://host:port)");
    }
    if (!CampaignId.isValid(campaign)) {
      throw new ParameterException(
          command, "--campaign: (expected: 1 to 256 characters without white space)");
    }
    try {
      return new LoadPlan(campaign, items, connections, warmup, seconds, rate);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage(), e);
    }
  }
}
