package io.dialspool.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code outcomes} and {@code dead-letters}: what became of a campaign's requests. */
abstract class OutcomesCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final String feed;

  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(
      names = "--campaign",
      paramLabel = "ID",
      required = true,
      description = "Of whom to tell.")
  private String campaign = "";

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description =
          "Begin behind the line with this cursor; with the oldest that is kept by default.")
  private String after = "";

  @Option(names = "--limit", paramLabel = "N", description = "Lines at most; all by default.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--follow", description = "Go on and tell what ends from now on.")
  private boolean follow;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only those that ended so, such as EXPIRED.")
  private String state = "";

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "Only those with this reason, such as CAMPAIGN_STOPPED.")
  private String reason = "";

  @Mixin private SettledOptions settled = new SettledOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "ndjson, an object a line, which is the default; or csv, with a header.")
  private String format = "ndjson";

  @Option(
      names = "--json",
      description = "A last line that counts the others and names the last cursor.")
  private boolean json;

  private @Nullable Instant settledAfter;
  private @Nullable Instant settledBefore;
  private @Nullable OutcomeCsv csv;
  private long lines;
  private String cursor = "";

  OutcomesCommand(Surroundings surroundings, String feed) {
    this.surroundings = surroundings;
    this.feed = feed;
  }

  /** {@code outcomes}. */
  @Command(
      name = "outcomes",
      description =
          "Prints how a campaign's requests ended, oldest first, as NDJSON or CSV; the cursor of the"
              + " last line is where a later call goes on.")
  static final class All extends OutcomesCommand {
    All(Surroundings surroundings) {
      super(surroundings, "/outcomes");
    }
  }

  /** {@code dead-letters}. */
  @Command(
      name = "dead-letters",
      description =
          "Prints a campaign's requests that were rejected, expired or undeliverable, oldest first,"
              + " as NDJSON or CSV. Numbers and attributes are masked unless you may control.")
  static final class Dead extends OutcomesCommand {
    Dead(Surroundings surroundings) {
      super(surroundings, "/dead-letters");
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    var client = new ServiceClient(endpoint, surroundings, campaign);
    cursor = after;
    long nowMs = surroundings.clock().epochMs();
    settledAfter = settled.after(nowMs);
    settledBefore = settled.before(nowMs);
    boolean asCsv = format.toLowerCase(Locale.ROOT).equals("csv");
    if (!asCsv && !format.toLowerCase(Locale.ROOT).equals("ndjson")) {
      throw fault("--format: " + format + " (expected: ndjson or csv)");
    }
    if (asCsv && json) {
      throw fault("--json: its last line is no CSV (expected: --format ndjson beside it)");
    }
    // What is filtered here must not use the limit up there.
    boolean filters =
        !state.isEmpty() || !reason.isEmpty() || settledAfter != null || settledBefore != null;
    String query =
        "?follow="
            + follow
            + (after.isEmpty() ? "" : "&after=" + after)
            + (filters || limit == Long.MAX_VALUE ? "" : "&limit=" + limit);
    try (var in =
        new BufferedReader(
            new InputStreamReader(client.lines(feed + query), StandardCharsets.UTF_8))) {
      csv = asCsv ? new OutcomeCsv(surroundings.out(), feed.equals("/dead-letters")) : null;
      String line = in.readLine();
      while (line != null && lines < limit) {
        if (!line.isEmpty()) {
          tell(line);
        }
        if (!in.ready()) {
          surroundings.out().flush();
        }
        line = lines < limit ? in.readLine() : null;
      }
    } catch (IOException e) {
      surroundings.out().flush();
      throw new EndpointException(
          "the connection broke after "
              + lines
              + " lines; go on with"
              + (cursor.isEmpty() ? " the same command" : " --after " + cursor));
    }
    if (json) {
      ObjectNode summary = ServiceClient.JSON.createObjectNode().put("lines", lines);
      surroundings.out().println(summary.put("cursor", cursor));
    }
    surroundings.out().flush();
    return 0;
  }

  private void tell(String line) {
    JsonNode outcome;
    try {
      outcome = ServiceClient.JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new EndpointException("the endpoint tells what is not JSON; is it Dialspool?");
    }
    cursor = outcome.path("cursor").asText();
    if (!isMeant(outcome)) {
      return;
    }
    lines++;
    if (csv == null) {
      surroundings.out().println(line);
    } else {
      csv.write(outcome);
    }
  }

  private boolean isMeant(JsonNode outcome) {
    if ((!state.isEmpty() && !state.equalsIgnoreCase(outcome.path("state").asText()))
        || (!reason.isEmpty() && !reason.equalsIgnoreCase(outcome.path("reason").asText()))) {
      return false;
    }
    if (settledAfter == null && settledBefore == null) {
      return true;
    }
    Instant at = Instant.parse(outcome.path("settledAt").asText());
    return (settledAfter == null || !at.isBefore(settledAfter))
        && (settledBefore == null || at.isBefore(settledBefore));
  }

  private ParameterException fault(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
