package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.cli.ServiceClient.Answer;
import io.dialspool.request.ClientToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code recall}: takes requests back, by token, a file of tokens, a number or the whole campaign,
 * and says exactly how many.
 */
@Command(
    name = "recall",
    description =
        "Takes requests back that were not sent yet. A request counted as cancelled is never sent,"
            + " not even after a crash.",
    footer = {
      "",
      "Says how many were held, which are cancelled now; in flight, in a call without",
      "its answer; perhaps sent, in a call that got none, which go on being tried; and",
      "already gone, since they had ended. A number is looked for in every request that",
      "is kept, which takes a while for many. Requests that come while it runs are left",
      "alone: pause the campaign, or tell the sender, first.",
      "",
      "Exit code 1: at least one could not be taken back."
    })
final class RecallCommand implements Callable<Integer> {
  private static final int UNDER_WAY_MAX = 16;
  private static final int STOPS_MAX = 30;

  private final Surroundings surroundings;
  @Spec private @Nullable CommandSpec spec;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", required = true, description = "Whose.")
  private String campaign = "";

  @Parameters(arity = "0..*", paramLabel = "TOKEN", description = "clientTokens.")
  private List<String> named = List.of();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file of clientTokens, one a line; - is standard input.")
  private @Nullable String file;

  @Option(
      names = "--phone-number",
      paramLabel = "NUMBER",
      description = "Every request to this number, such as +12065550100.")
  private String phoneNumber = "";

  @Option(names = "--all", description = "The whole campaign; only counts unless --yes is given.")
  private boolean all;

  @Option(names = "--dry-run", description = "With --phone-number or --all: only count.")
  private boolean dryRun;

  @Option(names = "--yes", description = "With --all: do it.")
  private boolean yes;

  @Option(names = "--json", description = "The counts as one JSON object.")
  private boolean json;

  private record UnderWay(String token, CompletableFuture<Answer> answer) {}

  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private final Map<String, Long> tooLate = new TreeMap<>();
  private long meant;
  private long waiting;
  private long cancelled;
  private long endedBefore;
  private long unknown;

  RecallCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String source = file;
    boolean byToken = !named.isEmpty() || source != null;
    if (Stream.of(byToken, !phoneNumber.isEmpty(), all).filter(given -> given).count() != 1) {
      throw fault(
          "say which: TOKENs or --file, --phone-number, or --all (expected: one of the three)");
    }
    if (byToken && (dryRun || yes)) {
      throw fault("--dry-run, --yes: beside tokens (expected: beside --phone-number or --all)");
    }
    if (!byToken) {
      return recallMany();
    }
    named.forEach(this::check);
    var client = new ServiceClient(endpoint, surroundings, campaign);
    for (String token : named) {
      recall(client, token);
    }
    if (source != null) {
      recallAll(client, source);
    }
    while (!underWay.isEmpty()) {
      takeIn(client);
    }
    tell();
    return cancelled == meant ? 0 : DialspoolCommand.REFUSED;
  }

  // --- by number, or all

  private int recallMany() {
    if (!phoneNumber.isEmpty() && !phoneNumber.matches("\\+[1-9]\\d{7,14}")) {
      throw fault("--phone-number: (expected: + and 8 to 15 digits)");
    }
    boolean onlyCounts = dryRun || (all && !yes);
    ObjectNode body = ServiceClient.JSON.createObjectNode();
    ObjectNode filter = body.putObject("filter");
    if (all) {
      filter.put("all", true);
    } else {
      filter.put("phoneNumber", phoneNumber);
    }
    body.put("dryRun", onlyCounts);
    run(new ServiceClient(endpoint, surroundings, campaign), body);
    if (json) {
      tellJson(onlyCounts);
    } else if (onlyCounts) {
      say(
          "%,d matched: %,d are waiting and would be taken back if they are not sent first, %,d have"
              + " ended%s",
          meant, waiting, gone(), all && !yes && waiting > 0 ? "; run it with --yes to do it" : "");
    } else {
      tell();
    }
    boolean missed = count("IN_FLIGHT") + count("QUEUED") + (all ? 0 : count("SUBMITTED")) > 0;
    return missed && !onlyCounts ? DialspoolCommand.REFUSED : 0;
  }

  private void run(ServiceClient client, ObjectNode body) {
    int stops = 0;
    while (true) {
      Answer answer = client.post("/recall", body.toString());
      if (answer.status() != 200) {
        if (meant > 0) {
          tell();
        }
        throw ServiceClient.refused(answer);
      }
      JsonNode report = answer.json();
      meant += report.path("matched").asLong();
      waiting += report.path("waiting").asLong();
      cancelled += report.path("cancelled").asLong();
      endedBefore += report.path("endedBefore").asLong();
      report
          .path("tooLate")
          .properties()
          .forEach(state -> tooLate.merge(state.getKey(), state.getValue().asLong(), Long::sum));
      if (!report.has("next")) {
        return;
      }
      body.put("after", report.path("next").asText());
      stops = report.has("error") ? stops + 1 : 0;
      if (stops == STOPS_MAX) {
        tell();
        throw new EndpointException(
            "the service takes nothing more ("
                + report.path("error").asText()
                + "); the rest is taken back by running the same again");
      }
      if (stops > 0) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      }
    }
  }

  private long count(String state) {
    return tooLate.getOrDefault(state, 0L);
  }

  /** All that ended, whenever. */
  private long gone() {
    return endedBefore
        + tooLate.values().stream().mapToLong(Long::longValue).sum()
        - count("IN_FLIGHT")
        - count("QUEUED");
  }

  // --- by token

  private void recallAll(ServiceClient client, String source) {
    try (BufferedReader in = open(source)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        String token = line.strip();
        if (!token.isEmpty()) {
          if (!ClientToken.isValid(token)) {
            tellSoFar(client);
            throw fault("--file: line " + number + " is no clientToken; what came before is done");
          }
          recall(client, token);
        }
      }
    } catch (IOException e) {
      throw fault("--file: " + source + " (expected: a file that can be read)");
    }
  }

  private void tellSoFar(ServiceClient client) {
    while (!underWay.isEmpty()) {
      takeIn(client);
    }
    tell();
  }

  private static BufferedReader open(String source) throws IOException {
    return source.equals("-")
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
        : Files.newBufferedReader(Path.of(source));
  }

  private void check(String token) {
    if (!ClientToken.isValid(token)) {
      throw fault("TOKEN: not a clientToken (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
    }
  }

  private void recall(ServiceClient client, String token) {
    if (underWay.size() == UNDER_WAY_MAX) {
      takeIn(client);
    }
    meant++;
    underWay.add(new UnderWay(token, client.recall(token)));
  }

  private void takeIn(ServiceClient client) {
    UnderWay oldest = underWay.remove();
    Answer answer = client.join(oldest.answer);
    if (answer.isLater()) {
      answer = ServiceClient.patiently(() -> client.join(client.recall(oldest.token)));
    }
    switch (answer.status()) {
      case 200 -> cancelled++;
      case 404 -> unknown++;
      case 409 -> tooLate.merge(answer.json().path("state").asText(), 1L, Long::sum);
      default -> {
        tell();
        throw ServiceClient.refused(answer);
      }
    }
  }

  private void tell() {
    if (json) {
      tellJson(false);
      return;
    }
    var parts = new ArrayList<String>();
    parts.add(String.format(Locale.ROOT, "%,d held and cancelled", cancelled));
    parts.add(String.format(Locale.ROOT, "%,d in flight", count("IN_FLIGHT")));
    if (count("QUEUED") > 0) {
      parts.add(String.format(Locale.ROOT, "%,d perhaps sent", count("QUEUED")));
    }
    var ends = new ArrayList<String>();
    tooLate.forEach(
        (state, count) -> {
          if (!state.equals("IN_FLIGHT") && !state.equals("QUEUED")) {
            ends.add(String.format(Locale.ROOT, "%,d %s", count, state));
          }
        });
    if (endedBefore > 0) {
      ends.add(String.format(Locale.ROOT, "%,d before", endedBefore));
    }
    parts.add(
        String.format(Locale.ROOT, "%,d already gone", gone())
            + (ends.isEmpty() ? "" : " (" + String.join(", ", ends) + ")"));
    if (unknown > 0) {
      parts.add(String.format(Locale.ROOT, "%,d unknown", unknown));
    }
    say("%s", String.join(", ", parts));
  }

  private void tellJson(boolean onlyCounts) {
    boolean byToken = !all && phoneNumber.isEmpty();
    ObjectNode summary = ServiceClient.JSON.createObjectNode();
    if (!byToken) {
      summary.put("dryRun", onlyCounts);
    }
    summary.put(byToken ? "tokens" : "matched", meant);
    if (onlyCounts) {
      summary.put("waiting", waiting);
    } else {
      summary.put("cancelled", cancelled);
    }
    tooLate.forEach(summary.putObject("tooLate")::put);
    surroundings
        .out()
        .println(
            byToken ? summary.put("unknown", unknown) : summary.put("endedBefore", endedBefore));
    surroundings.out().flush();
  }

  private void say(String form, Object... words) {
    surroundings.out().println(String.format(Locale.ROOT, form, words));
    surroundings.out().flush();
  }

  private RuntimeException fault(String what) {
    CommandSpec known = spec;
    return known == null
        ? new IllegalStateException(what)
        : new ParameterException(known.commandLine(), what);
  }
}
