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
    if (request.has("traceparent")) {
      line(lines, "trace", request.path("traceparent").asText());
    }
    if (request.has("redriveOf")) {
      line(lines, "redrive", "of " + request.path("redriveOf").asText() + ", which ended before");
    }
    line(lines, "accepted", told.timeAndDistance(request.path("acceptedAt")));
    line(lines, "deadline", told.timeAndDistance(request.path("deadline")));
    line(lines, "sent", sent(request, told));
    doubt(lines, request, told);
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
    String advice = advice(request, lane);
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
    boolean earlier = request.at("/doubt/evidence").asText().equals("EARLIER_LIFE");
    long calls = request.path("calls").asLong();
    long attempts = request.path("attempts").asLong();
    String failure = request.path("lastFailure").asText("");
    return (earlier ? "perhaps, from " : "first at ")
        + told.timeAndDistance(request.path("firstSentAt"))
        + (calls <= 1
            ? ""
            : "; " + calls + " calls carried it, the last at " + told.time(last(request)))
        + (attempts == 0
            ? ""
            : "; " + attempts + (attempts == 1 ? " attempt counted" : " attempts counted"))
        + (failure.isEmpty() ? "" : "; the last answer for it was " + failure);
  }

  private static JsonNode last(JsonNode request) {
    return request.path(request.has("lastSentAt") ? "lastSentAt" : "firstSentAt");
  }

  /** Why it may have been dialled, what that led to, and how long a repeat is safe. */
  private static void doubt(List<Line> lines, JsonNode request, Told told) {
    JsonNode doubt = request.path("doubt");
    if (doubt.isMissingNode()) {
      return;
    }
    String policy = policy(doubt.path("policy").asText(""));
    line(
        lines,
        "in doubt",
        evidence(doubt.path("evidence").asText()) + (policy.isEmpty() ? "" : "; " + policy));
    if (doubt.has("tokenAliveUntil")) {
      line(
          lines,
          "token",
          "known to the target until "
              + told.timeAndDistance(doubt.path("tokenAliveUntil"))
              + ": a repeat before that is not dialled twice");
    }
  }

  private static String evidence(String evidence) {
    return switch (evidence) {
      case "EARLIER_LIFE" ->
          "it may have been sent before the service last started, or since the backup that was"
              + " restored";
      case "REDRIVEN" -> "the dead letter that it was redriven from was in doubt";
      case "OUTCOME_LOST" -> "its outcome may be among what a damaged spool has lost";
      case "MISSING_FROM_ANSWER" -> "it was in a call whose answer didn't name it";
      case "NO_ANSWER" -> "it was in a call that got no answer";
      default -> evidence;
    };
  }

  private static String policy(String policy) {
    return switch (policy) {
      case "DEADLINE" -> "its deadline has passed, and nothing is sent after that";
      case "TOKEN_LIFE" -> "the target may have forgotten its token, so a repeat might dial twice";
      case "CAMPAIGN_STOPPED" -> "the campaign was stopped before it could be sent again";
      case "CAMPAIGN_GONE" -> "the campaign was gone before it could be sent again";
      case "ATTEMPTS" -> "it had all its attempts (dispatch.attemptsMax)";
      case "REFUSED" -> "sent again it was refused, but the first call may have been taken";
      case "SALVAGE" -> "the salvage of the spool ended it rather than send it once more";
      default -> policy;
    };
  }

  private static String meaning(JsonNode request, JsonNode lane, Told told) {
    return switch (request.path("state").asText()) {
      case "QUEUED" -> queued(request, lane, told);
      case "IN_FLIGHT" ->
          "in a call whose answer is not there yet"
              + (request.has("lastSentAt")
                  ? ", since " + told.timeAndDistance(request.path("lastSentAt"))
                  : "");
      case "SUBMITTED" ->
          "the target took it; what its dialer did with it, the contact's record tells";
      case "REJECTED" -> "the target refused it for good" + failure(request);
      case "EXPIRED" -> "its deadline came first, and it was never sent";
      case "CANCELLED" -> "recalled before it was sent";
      case "UNDELIVERABLE" -> undeliverable(request.path("reason").asText(""));
      default -> request.path("reason").asText("");
    };
  }

  private static String queued(JsonNode request, JsonNode lane, Told told) {
    String waitingFor = request.path("waitingFor").asText("");
    if (waitingFor.isEmpty()) {
      return "safe on disk, waiting for its turn";
    }
    var text = new StringBuilder(hold(waitingFor, lane));
    JsonNode since = lane.at("/gate/since");
    if (waitingFor.startsWith("CAMPAIGN_") && !since.isMissingNode()) {
      text.append(", since ").append(told.timeAndDistance(since));
    }
    long queued = lane.at("/counts/queued").asLong();
    if (queued > 1) {
      text.append("; ").append(Told.count(lane.at("/counts/queued"))).append(" are queued there");
    }
    if (lane.has("etaSeconds")) {
      long etaMs = lane.path("etaSeconds").asLong() * 1_000;
      text.append(", done in about ").append(Told.span(etaMs));
      if (told.fromNowMs(request.path("deadline")) < etaMs) {
        text.append("; its deadline may come first");
      }
    }
    return text.toString();
  }

  /** An alarm says what it is about, and a stop is no alarm. */
  private static String hold(String waitingFor, JsonNode lane) {
    JsonNode gate = lane.path("gate");
    if (!waitingFor.equals("HELD_BY_ALARM")) {
      return Told.hold(waitingFor);
    }
    if (gate.has("alarm")) {
      return "an alarm holds the campaign: " + gate.path("alarm").asText();
    }
    return switch (gate.path("state").asText()) {
      case "Stopped", "Completed" ->
          "the campaign is stopped, and what waits in it is held (dispatch.onStopped)";
      case "Unknown" -> "the target doesn't know the campaign; after an hour of that it is gone";
      default -> Told.hold(waitingFor);
    };
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

  private static String advice(JsonNode request, JsonNode lane) {
    String token = request.path("clientToken").asText();
    return switch (request.path("state").asText()) {
      case "QUEUED" ->
          lane.at("/gate/alarm").isMissingNode()
              ? Told.advice(request.path("waitingFor").asText(""))
              : "look into its cause; it is tried again a minute after the alarm, or as soon as the"
                  + " campaign is resumed";
      case "IN_FLIGHT" -> "wait: target.timeoutMs from the call on its answer counts as lost";
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
