package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.cli.ServiceClient.Answer;
import io.dialspool.request.ClientToken;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code why}: one request's story, and what holds it or how it ended. */
@Command(
    name = "why",
    description =
        "Tells the story of one dial request: when it was accepted, what holds it, how often it was"
            + " sent and what came back, how it ended, and what can be done.",
    footer = {"", "Exit code 1: no such request is known."})
final class WhyCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private @Nullable CommandSpec spec;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", required = true, description = "Whose.")
  private String campaign = "";

  @Parameters(paramLabel = "TOKEN", description = "The request's clientToken.")
  private String token = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of several that bore the token, the one with this id, such as ds-1-42.")
  private String id = "";

  @Option(names = "--json", description = "What is known, as one JSON object.")
  private boolean json;

  WhyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    CommandSpec known = spec;
    if (!ClientToken.isValid(token) && known != null) {
      throw new ParameterException(
          known.commandLine(),
          "TOKEN: not a clientToken (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
    }
    if (!id.matches("(ds-\\d{1,10}-\\d{1,19})?") && known != null) {
      throw new ParameterException(
          known.commandLine(), "--id: not an id of ours (expected: such as ds-1-42)");
    }
    var client = new ServiceClient(endpoint, surroundings, campaign);
    Answer status = client.get("/dial-requests/" + token + (id.isEmpty() ? "" : "?id=" + id));
    if (status.status() == 404) {
      surroundings
          .err()
          .println(
              "no dial request with this clientToken is known in campaign "
                  + campaign
                  + ": it was never acknowledged here, or it ended longer ago than spool.dedupeWindow");
      return DialspoolCommand.REFUSED;
    }
    if (status.status() != 200 || !(status.json() instanceof ObjectNode request)) {
      throw ServiceClient.refused(status);
    }
    Answer report = client.get("/spool");
    JsonNode lane = report.status() == 200 ? report.json() : MissingNode.getInstance();
    if (json) {
      if (request.has("waitingFor")) {
        request.set("campaign", lane);
      }
      surroundings.out().println(request);
    } else {
      surroundings.out().print(story(request, lane));
    }
    surroundings.out().flush();
    return 0;
  }

  private String story(JsonNode request, JsonNode lane) {
    Ansi ansi = surroundings.isTerminal() ? Ansi.AUTO : Ansi.OFF;
    var told = new Told(surroundings.clock().epochMs(), ZoneId.systemDefault());
    var lines = new StringBuilder();
    line(lines, "request", request.path("id").asText() + " of campaign " + campaign);
    line(lines, "number", request.path("phoneNumber").asText());
    if (request.has("redriveOf")) {
      line(lines, "redrive", "of " + request.path("redriveOf").asText() + ", which ended before");
    }
    line(lines, "accepted", told.timeAndDistance(request.path("acceptedAt")));
    line(lines, "deadline", told.timeAndDistance(request.path("deadline")));
    line(lines, "sent", sent(request, told));
    String state = request.path("state").asText();
    line(lines, "now", ansi.string("@|bold " + state + "|@") + ": " + meaning(request, lane, told));
    if (request.has("settledAt")) {
      line(lines, "ended", told.timeAndDistance(request.path("settledAt")));
    }
    if (request.has("targetDialRequestId")) {
      line(lines, "known as", request.path("targetDialRequestId").asText() + " at the target");
    }
    if (request.has("redrivenAs")) {
      line(lines, "redriven", "as " + request.path("redrivenAs").asText());
    }
    String advice = advice(request);
    if (!advice.isEmpty()) {
      line(lines, "to do", advice);
    }
    return lines.toString();
  }

  private static void line(StringBuilder lines, String what, String text) {
    lines.append(String.format(Locale.ROOT, "%-10s%s%n", what, text));
  }

  private static String sent(JsonNode request, Told told) {
    if (!request.has("firstSentAt")) {
      return "never";
    }
    long attempts = request.path("attempts").asLong();
    String failure = request.path("lastFailure").asText("");
    return "first at "
        + told.timeAndDistance(request.path("firstSentAt"))
        + (attempts == 0
            ? ""
            : "; " + attempts + (attempts == 1 ? " attempt counted" : " attempts counted"))
        + (failure.isEmpty() ? "" : "; the last answer for it was " + failure);
  }

  private static String meaning(JsonNode request, JsonNode lane, Told told) {
    return switch (request.path("state").asText()) {
      case "QUEUED" -> queued(request.path("waitingFor").asText(""), lane, told);
      case "IN_FLIGHT" -> "in a call whose answer is not there yet";
      case "SUBMITTED" ->
          "the target took it; what its dialer did with it, the contact's record tells";
      case "REJECTED" -> "the target refused it for good" + failure(request);
      case "EXPIRED" -> "its deadline came first, and it was never sent";
      case "CANCELLED" -> "recalled before it was sent";
      case "UNDELIVERABLE" -> undeliverable(request.path("reason").asText(""));
      default -> request.path("reason").asText("");
    };
  }

  private static String queued(String waitingFor, JsonNode lane, Told told) {
    if (waitingFor.isEmpty()) {
      return "safe on disk, waiting for its turn";
    }
    var text = new StringBuilder(Told.hold(waitingFor));
    JsonNode since = lane.at("/gate/since");
    if (waitingFor.equals("CAMPAIGN_PAUSED") && !since.isMissingNode()) {
      text.append(", since ").append(told.timeAndDistance(since));
    }
    long queued = lane.at("/counts/queued").asLong();
    if (queued > 1) {
      text.append("; ").append(Told.count(lane.at("/counts/queued"))).append(" are queued there");
    }
    if (lane.has("etaSeconds")) {
      text.append(", done in about ").append(Told.span(lane.path("etaSeconds").asLong() * 1_000));
    }
    return text.toString();
  }

  private static String failure(JsonNode request) {
    return request.has("lastFailure") ? ": " + request.path("lastFailure").asText() : "";
  }

  private static String undeliverable(String reason) {
    return switch (reason) {
      case "ATTEMPTS_EXHAUSTED" -> "every attempt that it had failed";
      case "CAMPAIGN_STOPPED" -> "the campaign was stopped";
      case "CAMPAIGN_GONE" -> "the campaign is gone";
      case "IN_DOUBT" ->
          "a call that got no answer may have carried it, and it can't be sent again to find out";
      default -> reason;
    };
  }

  private static String advice(JsonNode request) {
    String token = request.path("clientToken").asText();
    return switch (request.path("state").asText()) {
      case "QUEUED" -> Told.advice(request.path("waitingFor").asText(""));
      case "REJECTED", "EXPIRED" ->
          request.has("redrivenAs") ? "" : "dialspool redrive, if it is still wanted";
      case "UNDELIVERABLE" ->
          request.has("redrivenAs")
              ? ""
              : request.path("reason").asText().equals("IN_DOUBT")
                  ? "find out whether the number was called; if not, dialspool redrive --in-doubt"
                      + " --token "
                      + token
                  : "dialspool redrive, once the cause is gone";
      default -> "";
    };
  }
}
