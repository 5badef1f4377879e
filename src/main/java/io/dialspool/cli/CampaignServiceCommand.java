package io.dialspool.cli;

import io.dialspool.auth.Gates;
import io.dialspool.campaignservice.CampaignService;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import io.dialspool.config.DoorsConfig;
import io.dialspool.http.Binding;
import io.dialspool.http.Entrance;
import io.dialspool.http.HostRule;
import io.dialspool.http.TlsFiles;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** {@code campaign-service}: the embedded Amazon Connect side as a process of its own. */
@Command(
    name = "campaign-service",
    description = {
      "Runs the Amazon Connect side of the campaign API, with campaigns, throttles and a dialer that works:"
          + " for rehearsals and tests.",
      "Defaults come from campaignService.* and doors.* of the configuration's environment."
    })
final class CampaignServiceCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Map<String, String> sets = new LinkedHashMap<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Sets one key of doors, log or campaignService, such as doors.hosts=cs.example.com.")
  private Map<String, String> others = new LinkedHashMap<>();

  @Option(names = "--json", description = "The line that says it is ready as one JSON object.")
  private boolean json;

  private CampaignServiceCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  static CommandSpec spec(Surroundings surroundings) {
    var command = new CampaignServiceCommand(surroundings);
    CommandSpec spec = CommandSpec.forAnnotatedObject(command);
    KeyOption.ALL.forEach(option -> spec.addOption(option.spec(command.setter(option.key()))));
    return spec;
  }

  /** An option that sets a key of {@code campaignService}, which also checks its value. */
  private record KeyOption(String name, String label, String key, String description) {
    static final List<KeyOption> ALL =
        List.of(
            new KeyOption("--address", "A", "address", "Where it listens; loopback by default."),
            new KeyOption("--port", "P", "port", "0 for any free one; 8027 by default."),
            new KeyOption("--data", "DIR", "directory", "Where it keeps what it was told."),
            new KeyOption("--agents", "N", "agents", "Agents of each campaign's dialer."),
            new KeyOption("--ring-ms", "N", "ringMs", "How long a call rings on average."),
            new KeyOption(
                "--talk-ms",
                "N",
                "talkMs",
                "How long an answered call keeps its agent on average."),
            new KeyOption(
                "--answer-rate", "R", "answerRate", "Share of calls that are answered; 0 to 1."),
            new KeyOption(
                "--buffer",
                "N",
                "buffer",
                "Dial requests that a campaign's dialer holds before it answers RequestThrottled."),
            new KeyOption(
                "--drain-per-second",
                "N",
                "drainPerSecond",
                "How fast that buffer empties; 0 for as fast as the agents allow."),
            new KeyOption(
                "--calls-per-second",
                "N",
                "callsPerSecond",
                "PutDialRequestBatch calls admitted; 10 by default, as Amazon Connect does."),
            new KeyOption("--burst", "N", "burst", "How many of them may come at once."),
            new KeyOption("--latency-ms", "N", "latencyMs", "Wait before each answer."),
            new KeyOption(
                "--onboarding-ms",
                "N",
                "onboardingMs",
                "How long the onboarding of a Connect instance takes."),
            new KeyOption("--faults", "FILE", "faults", "JSON, as PUT /faults takes it."),
            new KeyOption("--seed", "S", "seed", "The same seed plays the same calls and faults."),
            new KeyOption(
                "--key-file",
                "FILE",
                "keyFile",
                "YAML, who may do what, read again when it changes; any credentials do without."
                    + " Signatures are for us-east-1, or DIALSPOOL_TARGET_REGION."));

    OptionSpec spec(ISetter setter) {
      return OptionSpec.builder(name)
          .paramLabel(label)
          .type(String.class)
          .description(description)
          .setter(setter)
          .build();
    }
  }

  // picocli resets every option to null before it parses.
  private ISetter setter(String key) {
    return new ISetter() {
      @Override
      public <T> @Nullable T set(@Nullable T value) {
        if (value == null) {
          sets.remove("campaignService." + key);
        } else {
          sets.put("campaignService." + key, value.toString());
        }
        return null;
      }
    };
  }

  @Override
  public Integer call() throws InterruptedException {
    var all = new LinkedHashMap<String, String>(others);
    all.putAll(sets);
    Config whole = ConfigLoader.load(null, surroundings.environment(), all);
    LogFormat.use(whole.log());
    CampaignServiceConfig config = whole.campaignService();
    DoorsConfig doors = whole.doors();
    Binding.check(
        doors,
        List.of(
            new Binding(
                "campaignService.address",
                config.address(),
                "campaignService.keyFile",
                config.keyFile())));
    TlsFiles tls = TlsFiles.open(doors, surroundings.clock());
    Gates gates = Gates.ofCampaignService(whole, surroundings.clock());
    var entrance = new Entrance(tls::context, gates.campaignService(), HostRule.of(doors.hosts()));
    CampaignService service = CampaignService.start(config, entrance, surroundings.clock());
    Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("files", true))
        .scheduleWithFixedDelay(
            () -> {
              tls.look();
              gates.look();
            },
            1,
            1,
            TimeUnit.SECONDS);
    surroundings
        .out()
        .println(
            json
                ? ServiceClient.JSON
                    .createObjectNode()
                    .put("ready", true)
                    .put("campaignService", service.url())
                    .toString()
                : "ready campaign-service=" + service.url());
    surroundings.out().flush();
    surroundings.untilStopped().await(service);
    return 0;
  }
}
