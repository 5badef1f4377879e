package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.config.Config;
import io.dialspool.rehearsal.Rehearsal;
import io.dialspool.rehearsal.RehearsalReport;
import io.dialspool.replay.DryRun;
import io.dialspool.replay.Replay;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.ReplayException;
import io.dialspool.replay.ReplaySummary;
import io.dialspool.replay.Sources;
import io.dialspool.target.Identification;
import io.dialspool.validate.NumberRule;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay FILE…}: bulk files into a running service. */
@Command(
    name = "replay",
    description = {
      "Sends the leads of CSV and NDJSON files, plain, gzip or zstd, to a running service.",
      "--dry-run looks at the files without sending anything; --rehearse plays the whole of it against"
          + " the embedded campaign service, hours in seconds."
    },
    footer = {
      "",
      "Columns are found by their names: phoneNumber, phone, number, address or",
      "msisdn; clientToken, token or id; expirationTime, deadline or expires;",
      "expiresIn. Every other column is an attribute, its name made legal (letters,",
      "digits, - and _); empty cells are none. Files that Amazon Pinpoint exports are",
      "understood as they are. Otherwise say what is where:",
      "  --map phoneNumber=Tel --map clientToken=LeadId",
      "  --map expirationTime=ValidUntil --map expiresIn=validFor",
      "  --map attributes.first_name=Vorname",
      "expirationTime is a moment (2026-11-21T18:00:00Z, or seconds since 1970),",
      "expiresIn a span from now (seconds, or 90s, 15m, 4h, 2d; negative is past).",
      "",
      "A row without a token gets one made from its content and campaign: replaying a",
      "file again changes nothing, and a replay that was interrupted is continued by",
      "running it again. Rejected rows are listed as file,line,member,reason."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SKIPPED_TOLD_MAX = 10;

  /** Stands in made tokens where nothing is sent. */
  private static final String NO_CAMPAIGN = "none";

  private final Surroundings surroundings;

  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "CSV or NDJSON; a directory for those in it, a glob ('leads-*.csv.gz', '**/*.csv') for what"
              + " it matches, in order of names; - is standard input.")
  private List<String> files = List.of();

  @Option(
      names = "--campaign",
      paramLabel = "ID",
      description = "The campaign that the leads are for; needed to send them.")
  private String campaign = "";

  @Mixin private LeadOptions leads = new LeadOptions();

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description = "Where rejected rows are listed; rejects.csv by default.")
  private Path rejects = ReplayConfig.REJECTS;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Sends at most so many rows a second, evenly; as fast as it goes by default.")
  private double rowsPerSecond;

  @Option(names = "--json", description = "The summary as one JSON object.")
  private boolean json;

  @Option(
      names = "--dry-run",
      description =
          "Sends nothing: tells what would be rejected and why, duplicates, countries, deadlines.")
  private boolean dryRun;

  @Option(
      names = "--rehearse",
      description = "Sends nothing: tells when it would finish, what would expire, what holds it.")
  private boolean rehearse;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @ArgGroup(validate = false, heading = "%nWhat --rehearse is played against, with its default:%n")
  private RehearsalOptions rehearsal = new RehearsalOptions();

  ReplayCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (dryRun && rehearse) {
      throw fault("--dry-run, --rehearse: both given (expected: one of them)");
    }
    if (spec.commandLine().getParseResult().hasMatchedOption("--rate") && rowsPerSecond <= 0) {
      throw fault("--rate: " + rowsPerSecond + " (expected: 0.1 to 1000000 rows a second)");
    }
    boolean sends = !dryRun && !rehearse;
    if (sends && campaign.isEmpty()) {
      throw fault("--campaign: missing (expected: the id of a campaign)");
    }
    Sources sources = Sources.of(files);
    tellSkipped(sources);
    ReplayConfig config =
        leads.replay(
            spec,
            endpoint.url(),
            campaign.isEmpty() ? NO_CAMPAIGN : campaign,
            sources.all(),
            rejects,
            sends ? endpoint.identification(surroundings) : Identification.NONE,
            sends ? endpoint.tls() : null,
            rowsPerSecond);
    return dryRun ? dryRun(config) : rehearse ? rehearse(config) : replay(config);
  }

  private ParameterException fault(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void tellSkipped(Sources sources) {
    List<String> skipped = sources.skipped();
    for (String one : skipped.subList(0, Math.min(SKIPPED_TOLD_MAX, skipped.size()))) {
      surroundings.err().println("skipped " + one);
    }
    if (skipped.size() > SKIPPED_TOLD_MAX) {
      surroundings.err().println("skipped " + (skipped.size() - SKIPPED_TOLD_MAX) + " others");
    }
    surroundings.err().flush();
  }

  private int dryRun(ReplayConfig config) {
    NumberRule numbers =
        NumberRule.load(rehearsal.config(surroundings.environment()).intake().fullNumberCheck());
    var run = new DryRun(config, numbers, surroundings.clock(), Long.MAX_VALUE);
    DryRun.Outcome outcome;
    try (var progress = ReplayProgressView.of(surroundings)) {
      outcome = run.run(progress);
    }
    if (json) {
      print(DryRunView.json(outcome));
    } else {
      new DryRunView(surroundings).show(outcome, config.sources().size());
    }
    surroundings.out().flush();
    return outcome.rejected() == 0 ? 0 : DialspoolCommand.REFUSED;
  }

  private int rehearse(ReplayConfig config) {
    Config service = rehearsal.config(surroundings.environment());
    var play = new Rehearsal(service, config, surroundings.clock());
    RehearsalReport report;
    try (var progress = RehearsalProgressView.of(surroundings)) {
      report = play.run(progress);
    }
    if (json) {
      print(RehearsalView.json(report));
    } else {
      new RehearsalView(surroundings.out(), ZoneId.systemDefault())
          .show(report, service, config.sources().size());
    }
    surroundings.out().flush();
    return report.rejected() == 0 ? 0 : DialspoolCommand.REFUSED;
  }

  private int replay(ReplayConfig config) {
    var replay = new Replay(config, surroundings.clock());
    try {
      ReplaySummary summary = run(replay);
      tell(summary, "");
      return summary.rejected() == 0 ? 0 : DialspoolCommand.REFUSED;
    } catch (ReplayException e) {
      ReplaySummary soFar = e.soFar();
      if (soFar != null) {
        tell(soFar, String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  // The bar must be gone before anything else is written.
  private ReplaySummary run(Replay replay) {
    try (var progress = ReplayProgressView.of(surroundings)) {
      return replay.run(progress);
    }
  }

  private void tell(ReplaySummary summary, String error) {
    if (!json) {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%,d rows in %.1f s: %,d accepted, %,d duplicates, %,d rejected%s",
                  summary.rows(),
                  summary.seconds(),
                  summary.accepted(),
                  summary.duplicates(),
                  summary.rejected(),
                  summary.rejects() == null ? "" : " (see " + summary.rejects() + ")"));
      surroundings.out().flush();
      return;
    }
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("rows", summary.rows());
    members.put("accepted", summary.accepted());
    members.put("duplicates", summary.duplicates());
    members.put("rejected", summary.rejected());
    members.put("seconds", Math.round(summary.seconds() * 1000) / 1000.0);
    Path file = summary.rejects();
    if (file != null) {
      members.put("rejects", file.toString());
    }
    if (!error.isEmpty()) {
      members.put("error", error);
    }
    print(members);
  }

  private void print(Object members) {
    try {
      surroundings.out().println(JSON.writeValueAsString(members));
      surroundings.out().flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
