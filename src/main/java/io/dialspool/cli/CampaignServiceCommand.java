package io.dialspool.cli;

import io.dialspool.auth.Gates;
import io.dialspool.campaignservice.CampaignService;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import io.dialspool.http.Entrance;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code campaign-service}: the embedded Amazon Connect side as a process of its own. */
@Command(
    name = "campaign-service",
    description = {
      "Runs the Amazon Connect side of the campaign API, with campaigns, throttles and a dialer that works:"
          + " for rehearsals and tests.",
      "Defaults come from campaignService.* of the configuration's environment."
    })
final class CampaignServiceCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Map<String, String> sets = new LinkedHashMap<>();

  CampaignServiceCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Option(
      names = "--address",
      paramLabel = "A",
      description = "Where it listens; loopback by default.")
  void address(@Nullable String value) {
    set("address", value);
  }

  @Option(names = "--port", paramLabel = "P", description = "0 for any free one; 8027 by default.")
  void port(@Nullable String value) {
    set("port", value);
  }

  @Option(names = "--data", paramLabel = "DIR", description = "Where it keeps what it was told.")
  void data(@Nullable String value) {
    set("directory", value);
  }

  @Option(names = "--agents", paramLabel = "N", description = "Agents of each campaign's dialer.")
  void agents(@Nullable String value) {
    set("agents", value);
  }

  @Option(
      names = "--buffer",
      paramLabel = "N",
      description =
          "Dial requests that a campaign's dialer holds before it answers RequestThrottled.")
  void buffer(@Nullable String value) {
    set("buffer", value);
  }

  @Option(
      names = "--drain-per-second",
      paramLabel = "N",
      description = "How fast that buffer empties; 0 for as fast as the agents allow.")
  void drainPerSecond(@Nullable String value) {
    set("drainPerSecond", value);
  }

  @Option(
      names = "--calls-per-second",
      paramLabel = "N",
      description = "PutDialRequestBatch calls admitted; 10 by default, as Amazon Connect does.")
  void callsPerSecond(@Nullable String value) {
    set("callsPerSecond", value);
  }

  @Option(names = "--burst", paramLabel = "N", description = "How many of them may come at once.")
  void burst(@Nullable String value) {
    set("burst", value);
  }

  @Option(names = "--latency-ms", paramLabel = "N", description = "Wait before each answer.")
  void latencyMs(@Nullable String value) {
    set("latencyMs", value);
  }

  @Option(names = "--faults", paramLabel = "FILE", description = "JSON, as PUT /faults takes it.")
  void faults(@Nullable String value) {
    set("faults", value);
  }

  @Option(names = "--seed", paramLabel = "S", description = "The same seed plays the same faults.")
  void seed(@Nullable String value) {
    set("seed", value);
  }

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = {
        "YAML, who may do what, read again when it changes; any credentials do without.",
        "Signatures must be for the region us-east-1, or DIALSPOOL_TARGET_REGION."
      })
  void keyFile(@Nullable String value) {
    set("keyFile", value);
  }

  // picocli resets every option to null before it parses.
  private void set(String key, @Nullable String value) {
    if (value == null) {
      sets.remove("campaignService." + key);
    } else {
      sets.put("campaignService." + key, value);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Config config = ConfigLoader.load(null, surroundings.environment(), sets);
    var gates = Gates.ofCampaignService(config, surroundings.clock());
    var entrance = new Entrance(() -> null, gates.campaignService());
    CampaignService service =
        CampaignService.start(config.campaignService(), entrance, surroundings.clock());
    Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("key-file", true))
        .scheduleWithFixedDelay(gates::look, 1, 1, TimeUnit.SECONDS);
    surroundings.out().println("ready campaign-service=" + service.url());
    surroundings.out().flush();
    surroundings.untilStopped().await(service);
    return 0;
  }
}
