package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.replay.Replay;
import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.ReplayException;
import io.dialspool.replay.ReplaySummary;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay FILE…}: bulk files into a running service. */
@Command(
    name = "replay",
    description = "Sends the leads of CSV and NDJSON files, plain or gzip, to a running service.",
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

  private final Surroundings surroundings;

  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "CSV or NDJSON; - is standard input.")
  private List<String> files = List.of();

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(
      names = "--campaign",
      paramLabel = "ID",
      required = true,
      description = "The campaign that the leads are for.")
  private String campaign = "";

  @Mixin private LeadOptions leads = new LeadOptions();

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description = "Where rejected rows are listed; rejects.csv by default.")
  private Path rejects = ReplayConfig.REJECTS;

  @Option(names = "--json", description = "The summary as one JSON object.")
  private boolean json;

  ReplayCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    ReplayConfig config =
        leads.replay(
            spec,
            endpoint.url(),
            campaign,
            files,
            rejects,
            endpoint.identification(surroundings),
            endpoint.tls());
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
    try {
      surroundings.out().println(JSON.writeValueAsString(members));
      surroundings.out().flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
