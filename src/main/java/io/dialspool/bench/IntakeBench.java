package io.dialspool.bench;

import io.dialspool.request.CampaignId;
import io.dialspool.time.Clock;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench intake}. */
@Command(
    name = "intake",
    mixinStandardHelpOptions = true,
    description = {
      "Puts the data port of a service under load and compares it with a server that answers at"
          + " once.",
      "Starts a service of its own, synced to disk, with a paused campaign; or measures one that"
          + " runs (--endpoint): what it sends there is accepted and kept, use a campaign made for"
          + " it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every request was answered with 200, every valid item accepted",
      "1:some were not",
      "2:wrong usage",
      "4:the endpoint can't be reached"
    })
final class IntakeBench implements Callable<Integer> {
  private static final int CONNECTIONS = 64;
  private static final int CONNECTIONS_OF_UPLOADS = 4;
  private static final int LINES = 25_000;
  private static final int LATER_WARMUP_S = 1;

  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Data port of a running service, http; CPU, garbage and syncs aren't seen then.")
  private @Nullable URI endpoint;

  @Option(
      names = "--campaign",
      paramLabel = "ID",
      description = "With --endpoint: a campaign that the service knows.")
  private @Nullable String campaign;

  @Option(
      names = "--bearer",
      defaultValue = "",
      paramLabel = "T",
      description = "With --endpoint: a bearer token of the service's key file.")
  private String bearer = "";

  @Option(
      names = "--campaigns",
      defaultValue = "1",
      paramLabel = "N",
      description = "Without --endpoint: so many, in rotation (default: ${DEFAULT-VALUE}).")
  private int campaigns;

  @Option(
      names = "--items",
      defaultValue = "1",
      paramLabel = "N",
      description = "Dial requests in one HTTP request, 1 to 25 (default: ${DEFAULT-VALUE}).")
  private int items;

  @Option(
      names = "--ndjson",
      description = "Uploads of a dial request a line in place of PutDialRequestBatch.")
  private boolean ndjson;

  @Option(
      names = "--lines",
      defaultValue = "" + LINES,
      paramLabel = "N",
      description = "Of one upload (default: ${DEFAULT-VALUE}).")
  private int lines;

  @Option(
      names = "--connections",
      defaultValue = "0",
      paramLabel = "N",
      description = "One request in flight on each (default: 64, uploads 4).")
  private int connections;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      paramLabel = "N",
      description = "Counted time of a round (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warmup",
      defaultValue = "5",
      paramLabel = "N",
      description =
          "Seconds before the first round; later ones have one (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description = "Bare limit and service in turns, so often (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Requests per second over all connections, latency from the intended send time; with %%,"
              + " a share of the highest rate, which is measured first; 0 for as fast as answers"
              + " come (default: ${DEFAULT-VALUE}).")
  private String rate = "0";

  @Option(
      names = "--duplicates",
      defaultValue = "0",
      paramLabel = "SHARE",
      description = "Of items under a token sent before, 0 to 0.9 (default: ${DEFAULT-VALUE}).")
  private double duplicates;

  @Option(
      names = "--invalid",
      defaultValue = "0",
      paramLabel = "SHARE",
      description = "Of items without a valid number, 0 to 0.9 (default: ${DEFAULT-VALUE}).")
  private double invalid;

  @Option(
      names = "--hdr",
      paramLabel = "DIR",
      description = "Writes the latencies of each round there, as HdrHistogram's percentiles.")
  private @Nullable Path hdr;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Draws the latencies of all rounds by percentile.")
  private @Nullable Path svg;

  @Option(names = "--json", description = "One JSON object on the last line of standard output.")
  private boolean json;

  @Mixin private BedOptions bedOptions = new BedOptions();

  @Override
  public Integer call() throws InterruptedException {
    check();
    LoadPlan plan = plan(List.of(campaign == null ? "none-yet" : campaign)).at(0);
    rate();
    PrintWriter err = spec.commandLine().getErr();
    IntakeReport report;
    try (var bed = new Bed(bedOptions, Clock.SYSTEM)) {
      report = run(plan, bed);
    } catch (UnreachableException e) {
      err.println(e.getMessage());
      return 4;
    } catch (BenchFailure e) {
      err.println(e.getMessage());
      return 1;
    }
    if (hdr != null) {
      Latencies.write(hdr, report.latencies());
    }
    if (svg != null) {
      Latencies.draw(svg, report.latencies());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(report.table());
    if (json) {
      out.println(report.json());
    }
    out.flush();
    return report.isClean() ? 0 : 1;
  }

  private IntakeReport run(LoadPlan asked, Bed bed) throws InterruptedException {
    int linesPerUpload = asked.lines() ? asked.itemsPerRequest() : 0;
    Child bare =
        bed.child("bare-server", List.of("bench", "bare-server", "--lines", "" + linesPerUpload));
    URI bareUrl = URI.create(bare.said("bare"));
    Serve serve = endpoint == null ? bed.serve("-Xmx1g", Map.of()) : null;
    URI url = serve == null ? Objects.requireNonNull(endpoint) : serve.intake();
    LoadPlan plan = serve == null ? asked : plan(serve.pausedCampaigns(campaigns));
    if (serve != null) {
      // The first look loads classes, and the JIT then throws away much of what it has compiled:
      // that is to be over before anything is counted.
      serve.warmUpLooks();
    }
    if (isShare()) {
      say("highest rate", warmup + seconds);
      LoadResult highest = LoadGenerator.run(plan.during(warmup, seconds), url, Clock.SYSTEM);
      plan = plan.at(Math.max(1, Math.round(highest.requestsPerSecond() * rate() / 100)));
    } else {
      plan = plan.at(Math.round(rate()));
    }
    var measured = new ArrayList<IntakeReport.Round>();
    for (int round = 1; round <= rounds; round++) {
      // One after the other: at once they would fight for the cores. The service's warm-up is whole
      // each time: the looks before it, after a pause, set the JIT to work for two seconds, and on
      // two cores every answer is late meanwhile.
      int bareWarmup = round == 1 ? warmup : LATER_WARMUP_S;
      say("round " + round + ", bare limit", bareWarmup + seconds);
      LoadResult ofBare =
          LoadGenerator.run(plan.during(bareWarmup, seconds), bareUrl, Clock.SYSTEM);
      say("round " + round + ", intake", warmup + seconds);
      LoadPlan now = plan.during(warmup, seconds);
      measured.add(
          serve == null
              ? new IntakeReport.Round(LoadGenerator.run(now, url, Clock.SYSTEM), ofBare, null)
              : watched(now, url, ofBare, serve));
    }
    return new IntakeReport(url, List.copyOf(measured), disk(bed, plan, measured));
  }

  private static IntakeReport.Round watched(LoadPlan plan, URI url, LoadResult ofBare, Serve serve)
      throws InterruptedException {
    serve.warmUpLooks();
    var watch = new Watch(serve);
    LoadResult result = LoadGenerator.run(plan, url, LoadGenerator.newRun(), Clock.SYSTEM, watch);
    return new IntakeReport.Round(result, ofBare, watch.figures());
  }

  /** The same groups on the bare disk; null if nobody knows how large they were. */
  private static @Nullable DiskLimit disk(
      Bed bed, LoadPlan plan, List<IntakeReport.Round> measured) {
    double[] groups =
        measured.stream()
            .flatMap(round -> Stream.ofNullable(round.serve()))
            .mapToDouble(ServeFigures::itemsPerSync)
            .toArray();
    double itemsPerGroup = Sheet.median(groups);
    return itemsPerGroup == 0
        ? null
        : DiskLimit.measure(
            bed.directory(), itemsPerGroup, RequestTemplate.itemBytes(plan), Clock.SYSTEM);
  }

  private void say(String what, int duringSeconds) {
    spec.commandLine().getErr().println(what + ": " + duringSeconds + " s");
    spec.commandLine().getErr().flush();
  }

  private boolean isShare() {
    return rate.endsWith("%");
  }

  private double rate() {
    try {
      double value = Double.parseDouble(isShare() ? rate.substring(0, rate.length() - 1) : rate);
      if (value >= 0 && value <= (isShare() ? 100 : 10_000_000)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ParameterException(
        spec.commandLine(),
        "--rate: " + rate + " (expected: 0 to 10000000 requests a second, or 0% to 100%)");
  }

  private void check() {
    CommandLine command = spec.commandLine();
    if (endpoint == null) {
      if (campaign != null || !bearer.isEmpty()) {
        throw new ParameterException(
            command, "--campaign, --bearer: given without --endpoint (expected: with it)");
      }
    } else {
      if (!"http".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
        throw new ParameterException(
            command, "--endpoint: " + endpoint + " (expected: http://host:port)");
      }
      if (campaign == null || !CampaignId.isValid(campaign)) {
        throw new ParameterException(
            command,
            "--campaign: missing or no id (expected with --endpoint: 1 to 256 characters without"
                + " white space)");
      }
    }
    Expected.range(command, "--campaigns", campaigns, 1, 10_000);
    Expected.range(command, "--rounds", rounds, 1, 100);
  }

  private LoadPlan plan(List<String> ids) {
    int open = connections > 0 ? connections : ndjson ? CONNECTIONS_OF_UPLOADS : CONNECTIONS;
    try {
      return LoadPlan.of(ids, ndjson ? lines : items, ndjson, open)
          .during(warmup, seconds)
          .of(0, duplicates, invalid)
          .authorizedBy(bearer.isEmpty() ? "" : "Bearer " + bearer);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** Looks at the service when the counted time begins and when it is over. */
  private static final class Watch implements LoadGenerator.Window {
    private final Serve serve;
    private ServeFigures.@Nullable Snapshot from;
    private @Nullable ServeFigures figures;

    Watch(Serve serve) {
      this.serve = serve;
    }

    @Override
    public void opened() throws InterruptedException {
      from = serve.fresh();
    }

    @Override
    public void closed() throws InterruptedException {
      figures = serve.since(Objects.requireNonNull(from));
    }

    @Nullable ServeFigures figures() {
      return figures;
    }
  }
}
