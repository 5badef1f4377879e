package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.Dialspool;
import io.dialspool.config.Config;
import io.dialspool.config.TargetConfig;
import io.dialspool.preflight.Finding;
import io.dialspool.preflight.Preflight;
import io.dialspool.replay.DryRun;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.Sources;
import io.dialspool.request.CampaignId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code preflight}: would leads arrive? */
@Command(
    name = "preflight",
    description = {
      "Checks the configuration's target and a campaign before any lead is sent.",
      "Looks at reachability, credentials, clock, the campaign's state, this machine's directory and ports, and a",
      "sample file. Sends nothing, needs no serve."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:leads can be sent; a warning may be among the lines",
      "1:something doesn't add up: the campaign, this machine, or rows of the file",
      "2:wrong usage or configuration",
      "4:the target can't be reached or refuses us"
    })
final class PreflightCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REASONS_MAX = 10;

  private final Surroundings surroundings;

  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--campaign",
      paramLabel = "ID",
      required = true,
      description = "The campaign that leads are to be sent to.")
  private String campaign = "";

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description =
          "Which of several; by default the one whose rule names the campaign, else default.")
  private String target = "";

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A sample of the leads, CSV or NDJSON; read as replay reads it.")
  private @Nullable String file;

  @Mixin private LeadOptions leads = new LeadOptions();

  @Option(names = "--json", description = "What was found as one JSON object.")
  private boolean json;

  PreflightCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!CampaignId.isValid(campaign)) {
      throw new ParameterException(
          spec.commandLine(), "--campaign: (expected: 1 to 256 characters without white space)");
    }
    Map<String, String> environment = surroundings.environment();
    Config config = options.load(environment);
    Dialspool.checkDoors(config, surroundings.clock());
    Config forAMoment =
        options.load(
            environment,
            Map.of(
                "campaignService.address", "127.0.0.1",
                "campaignService.port", "0",
                "campaignService.latencyMs", "0",
                "campaignService.faults", ""));
    ReplayConfig replay =
        file == null
            ? null
            : leads.reading(spec, campaign, Sources.of(List.of(file)).all(), ReplayConfig.REJECTS);
    var preflight =
        new Preflight(
            config,
            target(config),
            forAMoment.campaignService(),
            surroundings.clock(),
            json ? finding -> {} : this::show);
    List<Finding> findings = preflight.run(new CampaignId(campaign), replay);
    if (json) {
      surroundings.out().println(json(findings, preflight.file()));
    } else {
      conclude(findings, preflight.file());
    }
    surroundings.out().flush();
    return exitCode(findings);
  }

  private TargetConfig target(Config config) {
    String name = target.isEmpty() ? Preflight.targetOf(config, new CampaignId(campaign)) : target;
    TargetConfig found = config.allTargets().get(name);
    if (found == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--target: "
              + name
              + " (expected: "
              + String.join(" or ", config.allTargets().keySet())
              + ")");
    }
    return found;
  }

  private static int exitCode(List<Finding> findings) {
    if (findings.stream().anyMatch(finding -> finding.level() == Finding.Level.REFUSED)) {
      return DialspoolCommand.ENDPOINT;
    }
    return isReady(findings) ? 0 : DialspoolCommand.REFUSED;
  }

  private static boolean isReady(List<Finding> findings) {
    return findings.stream().noneMatch(finding -> finding.level().isFailure());
  }

  private void show(Finding finding) {
    line(finding.level().word(), finding.check(), finding.found());
    if (!finding.next().isEmpty()) {
      line("", "", finding.next());
    }
    surroundings.out().flush();
  }

  private void line(String level, String check, String text) {
    surroundings.out().println(String.format(Locale.ROOT, "%-4s  %-13s  %s", level, check, text));
  }

  private void conclude(List<Finding> findings, DryRun.@Nullable Outcome sample) {
    if (sample != null) {
      reasons(sample.invalid());
    }
    String failed =
        findings.stream()
            .filter(finding -> finding.level().isFailure())
            .map(Finding::check)
            .collect(Collectors.joining(", "));
    surroundings
        .out()
        .println(failed.isEmpty() ? "\nLeads can be sent." : "\nNOT READY: " + failed);
  }

  private void reasons(List<DryRun.Invalid> invalid) {
    if (invalid.isEmpty()) {
      return;
    }
    surroundings.out().println("\nrows  why they would be rejected");
    invalid.stream()
        .limit(REASONS_MAX)
        .forEach(
            reason ->
                surroundings
                    .out()
                    .println(String.format(Locale.ROOT, "%,4d  %s", reason.rows(), reason.text())));
    if (invalid.size() > REASONS_MAX) {
      surroundings.out().println("      and " + (invalid.size() - REASONS_MAX) + " other reasons");
    }
  }

  private String json(List<Finding> findings, DryRun.@Nullable Outcome sample) {
    ObjectNode all = JSON.createObjectNode().put("campaignId", campaign);
    all.put("ready", isReady(findings));
    for (Finding finding : findings) {
      ObjectNode one = all.withArray("checks").addObject();
      one.put("check", finding.check()).put("level", finding.level().word());
      one.put("found", finding.found());
      if (!finding.next().isEmpty()) {
        one.put("next", finding.next());
      }
    }
    if (sample != null) {
      ObjectNode of = all.putObject("file");
      of.put("rows", sample.rows()).put("valid", sample.rows() - sample.rejected());
      of.put("whole", sample.whole());
      ObjectNode invalid = of.putObject("invalid");
      sample.invalid().forEach(reason -> invalid.put(reason.text(), reason.rows()));
      if (sample.deadlines().earliestMs() > 0) {
        of.put(
            "earliestDeadline", Instant.ofEpochMilli(sample.deadlines().earliestMs()).toString());
      }
    }
    try {
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
