package io.dialspool.story;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The story of one dial request, told from what the service says about it and its campaign. */
public final class Story {
  /** The line that begins with the request's state. */
  public static final String NOW = "now";

  private Story() {}

  /**
   * A line of the story.
   *
   * @param what it is about, a word or two
   */
  public record Line(String what, String text) {}

  /**
   * @param request as {@code GET /campaigns/{id}/dial-requests/{clientToken}} tells it
   * @param lane as {@code GET /campaigns/{id}/spool} tells it; a missing node if it isn't known
   */
  public static List<Line> of(JsonNode request, JsonNode lane, Told told) {
    var lines = new ArrayList<Line>();
    line(
        lines,
        "request",
        request.path("id").asText() + " of campaign " + request.path("campaignId").asText());
    line(lines, "number", request.path("phoneNumber").asText());
    if (request.has("redriveOf")) {
      line(lines, "redrive", "of " + request.path("redriveOf").asText() + ", which ended before");
    }
    line(lines, "accepted", told.timeAndDistance(request.path("acceptedAt")));
    line(lines, "deadline", told.timeAndDistance(request.path("deadline")));
    line(lines, "sent", sent(request, told));
    line(lines, NOW, request.path("state").asText() + ": " + meaning(request, lane, told));
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
    return lines;
  }

  private static void line(List<Line> lines, String what, String text) {
    lines.add(new Line(what, text));
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
