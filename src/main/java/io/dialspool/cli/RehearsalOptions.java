package io.dialspool.cli;

import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a rehearsal is played against; checked by the configuration that it becomes. */
final class RehearsalOptions {
  /** As Amazon's answers take; the embedded service itself answers at once. */
  private static final String LATENCY_MS = "60";

  @Option(names = "--agents", paramLabel = "N", description = "Agents; 100 by default.")
  private @Nullable String agents;

  @Option(
      names = "--ring-ms",
      paramLabel = "N",
      description = "How long a call rings on average; 20000 by default.")
  private @Nullable String ringMs;

  @Option(
      names = "--talk-ms",
      paramLabel = "N",
      description = "How long an answered call keeps its agent on average; 90000 by default.")
  private @Nullable String talkMs;

  @Option(
      names = "--answer-rate",
      paramLabel = "R",
      description = "Share of calls that are answered; 0.35 by default.")
  private @Nullable String answerRate;

  @Option(
      names = "--buffer",
      paramLabel = "N",
      description =
          "Dial requests that the dialer holds before it answers RequestThrottled; 50000 by default.")
  private @Nullable String buffer;

  @Option(
      names = "--drain-per-second",
      paramLabel = "N",
      description = "Contacts dialled a second, whoever has time; 0 for as agents allow.")
  private @Nullable String drainPerSecond;

  @Option(
      names = "--calls-per-second",
      paramLabel = "N",
      description = "PutDialRequestBatch calls admitted, and made at most; 10 by default.")
  private @Nullable String callsPerSecond;

  @Option(
      names = "--burst",
      paramLabel = "N",
      description = "How many of them may come at once; 10 by default.")
  private @Nullable String burst;

  @Option(
      names = "--latency-ms",
      paramLabel = "N",
      description = "How long an answer takes; 60 by default.")
  private String latencyMs = LATENCY_MS;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed plays the same calls; 1 by default.")
  private @Nullable String seed;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Of the service, for dispatch.* and intake.fullNumberCheck; of --dry-run too.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key of it, such as dispatch.expiryWindow=840s.")
  private Map<String, String> sets = new LinkedHashMap<>();

  /**
   * @throws io.dialspool.config.ConfigException with every fault
   */
  Config config(Map<String, String> environment) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("campaignService.latencyMs", latencyMs);
    all.putAll(sets);
    put(all, "campaignService.agents", agents);
    put(all, "campaignService.ringMs", ringMs);
    put(all, "campaignService.talkMs", talkMs);
    put(all, "campaignService.answerRate", answerRate);
    put(all, "campaignService.buffer", buffer);
    put(all, "campaignService.drainPerSecond", drainPerSecond);
    put(all, "campaignService.callsPerSecond", callsPerSecond);
    put(all, "campaignService.burst", burst);
    put(all, "campaignService.seed", seed);
    if (!sets.containsKey("target.callsPerSecond")) {
      put(all, "target.callsPerSecond", callsPerSecond);
    }
    return ConfigLoader.load(file, environment, all);
  }

  private static void put(Map<String, String> sets, String key, @Nullable String value) {
    if (value != null) {
      sets.put(key, value);
    }
  }
}
