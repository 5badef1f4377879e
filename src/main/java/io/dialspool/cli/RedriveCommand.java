package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.replay.ReplayConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code redrive}: dead letters accepted anew; counted first, done only when told to. */
@Command(
    name = "redrive",
    description =
        "Accepts a campaign's dead letters anew, each as a new request with a new deadline. Says"
            + " only how many that would be, unless --yes is given.",
    footer = {
      "",
      "A dead letter is redriven once; running the same again does nothing more, and a",
      "run that was interrupted is continued by running it again. What is in doubt was",
      "perhaps dialled: it is left out unless --in-doubt is given or its token named."
    })
final class RedriveCommand implements Callable<Integer> {
  private static final int STOPS_MAX = 30;

  private final Surroundings surroundings;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", required = true, description = "Whose.")
  private String campaign = "";

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only those that are REJECTED, EXPIRED or UNDELIVERABLE.")
  private String state = "";

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only those with this reason, such as CAMPAIGN_STOPPED.")
  private String reason = "";

  @Mixin private SettledOptions settled = new SettledOptions();

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Only this clientToken; may be repeated.")
  private List<String> tokens = new ArrayList<>();

  @Option(names = "--in-doubt", description = "Also those that were perhaps dialled.")
  private boolean inDoubt;

  @ArgGroup(exclusive = true)
  private @Nullable NewDeadline newDeadline;

  @Option(names = "--yes", description = "Do it.")
  private boolean yes;

  @Option(names = "--json", description = "The counts as one JSON object.")
  private boolean json;

  RedriveCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The new requests' deadline, said in one of two ways. */
  static final class NewDeadline {
    @Option(
        names = "--expires-in",
        paramLabel = "SPAN",
        description = "The new deadline from now; 4h by default.")
    private String expiresIn = "";

    @Option(
        names = "--deadline",
        paramLabel = "TIME",
        description = "The new deadline, such as 2026-11-21T18:00:00Z.")
    private String deadline = "";
  }

  /** Sums over the calls that a long redrive takes. */
  private static final class Counts {
    private long matched;
    private long redriven;
    private long inDoubt;
    private long alreadyRedriven;

    void add(JsonNode answer) {
      matched += answer.path("matched").asLong();
      redriven += answer.path("redriven").asLong();
      inDoubt += answer.path("skipped").path("inDoubt").asLong();
      alreadyRedriven += answer.path("skipped").path("alreadyRedriven").asLong();
    }

    long left() {
      return matched - inDoubt - alreadyRedriven;
    }
  }

  @Override
  public Integer call() {
    var client = new ServiceClient(endpoint, surroundings, campaign);
    String deadline = deadline();
    Counts counts = run(client, true, deadline);
    if (yes && counts.left() > 0) {
      if (!json) {
        say("%,d of %,d dead letters to redrive", counts.left(), counts.matched);
      }
      counts = run(client, false, deadline);
    }
    tell(counts);
    return 0;
  }

  private String deadline() {
    NewDeadline given = newDeadline;
    if (given != null && !given.deadline.isEmpty()) {
      return given.deadline;
    }
    String span = given == null ? "4h" : given.expiresIn;
    return Instant.ofEpochMilli(
            surroundings.clock().epochMs() + ReplayConfig.span("--expires-in", span).toMillis())
        .toString();
  }

  private Counts run(ServiceClient client, boolean dryRun, String deadline) {
    var counts = new Counts();
    ObjectNode body = order(dryRun, deadline);
    int stops = 0;
    while (true) {
      ServiceClient.Answer answer = client.post("/dead-letters/redrive", body.toString());
      if (answer.status() != 200) {
        throw ServiceClient.refused(answer);
      }
      JsonNode report = answer.json();
      counts.add(report);
      if (!report.has("next")) {
        return counts;
      }
      body.put("after", report.path("next").asText());
      if (report.has("error")) {
        if (++stops == STOPS_MAX) {
          tell(counts);
          throw new EndpointException(
              "the service takes nothing more ("
                  + report.path("error").asText()
                  + "); the rest is redriven by running the same again");
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      } else {
        stops = 0;
      }
    }
  }

  private ObjectNode order(boolean dryRun, String deadline) {
    ObjectNode body = ServiceClient.JSON.createObjectNode();
    ObjectNode filter = body.putObject("filter");
    put(filter, "state", state.toUpperCase(Locale.ROOT));
    put(filter, "reason", reason.toUpperCase(Locale.ROOT));
    long nowMs = surroundings.clock().epochMs();
    put(filter, "settledAfter", Objects.toString(settled.after(nowMs), ""));
    put(filter, "settledBefore", Objects.toString(settled.before(nowMs), ""));
    if (!tokens.isEmpty()) {
      tokens.forEach(filter.putArray("clientTokens")::add);
    }
    filter.put("inDoubt", inDoubt);
    return body.put("deadline", deadline).put("dryRun", dryRun);
  }

  private static void put(ObjectNode json, String member, String value) {
    if (!value.isEmpty()) {
      json.put(member, value);
    }
  }

  private void tell(Counts counts) {
    if (json) {
      ObjectNode summary =
          ServiceClient.JSON
              .createObjectNode()
              .put("dryRun", !yes)
              .put("matched", counts.matched)
              .put("redriven", counts.redriven);
      summary
          .putObject("skipped")
          .put("inDoubt", counts.inDoubt)
          .put("alreadyRedriven", counts.alreadyRedriven);
      surroundings.out().println(summary);
    } else {
      say(
          "%,d matched: %s, %,d skipped in doubt, %,d redriven before%s",
          counts.matched,
          yes
              ? String.format(Locale.ROOT, "%,d redriven", counts.redriven)
              : String.format(Locale.ROOT, "%,d would be redriven", counts.left()),
          counts.inDoubt,
          counts.alreadyRedriven,
          yes || counts.left() == 0 ? "" : "; run it with --yes to do it");
    }
    surroundings.out().flush();
  }

  private void say(String form, Object... words) {
    surroundings.out().println(String.format(Locale.ROOT, form, words));
    surroundings.out().flush();
  }
}
