package io.dialspool.story;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Counts, times and states as a person reads them. */
public final class Told {
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final long nowMs;
  private final ZoneId zone;

  /**
   * @param nowMs milliseconds since 1970
   * @param zone the reader's
   */
  public Told(long nowMs, ZoneId zone) {
    this.nowMs = nowMs;
    this.zone = zone;
  }

  /** {@code 12,345}. */
  public static String count(JsonNode number) {
    return String.format(Locale.ROOT, "%,d", number.asLong());
  }

  /** {@code 41.5/s}. */
  public static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%,.1f/s", perSecond);
  }

  /** {@code 5 min 12 s}: the two greatest units that aren't zero. */
  public static String span(long ms) {
    long s = Math.round(Math.abs(ms) / 1_000.0);
    if (s < 60) {
      return s + " s";
    }
    if (s < 3_600) {
      return two(s / 60, "min", s % 60, "s");
    }
    if (s < 86_400) {
      return two(s / 3_600, "h", s % 3_600 / 60, "min");
    }
    return two(s / 86_400, "d", s % 86_400 / 3_600, "h");
  }

  private static String two(long first, String unit, long second, String smaller) {
    return first + " " + unit + (second == 0 ? "" : " " + second + " " + smaller);
  }

  /** {@code 14:02:11} today, with the day otherwise. */
  public String time(JsonNode iso) {
    var at = Instant.parse(iso.asText()).atZone(zone);
    boolean today = at.toLocalDate().equals(Instant.ofEpochMilli(nowMs).atZone(zone).toLocalDate());
    return at.format(today ? TIME : DAY_AND_TIME);
  }

  /** {@code 14:02:11, 5 min 12 s ago}. */
  public String timeAndDistance(JsonNode iso) {
    long fromNowMs = fromNowMs(iso);
    String distance = fromNowMs > 0 ? "in " + span(fromNowMs) : span(fromNowMs) + " ago";
    return time(iso) + ", " + distance;
  }

  /** Milliseconds from now until then; below 0 for what has been. */
  long fromNowMs(JsonNode iso) {
    return Instant.parse(iso.asText()).toEpochMilli() - nowMs;
  }

  /** What a queue waits for, by the name that status gives it. */
  public static String hold(String waitingFor) {
    return switch (waitingFor) {
      case "CAMPAIGN_PAUSED" -> "the campaign is paused";
      case "CAMPAIGN_NOT_STARTED" -> "the campaign was not started yet";
      case "CAMPAIGN_FAILED" -> "the campaign has failed";
      case "CALL_BUDGET" -> "the API rate is the limit";
      case "DIALER_FULL" -> "the agents are the limit";
      case "BACKOFF" -> "it is tried again after a backoff";
      case "BATCH" -> "a batch is being filled";
      case "TARGET_DOWN" -> "the target doesn't answer";
      case "HELD_BY_ALARM" -> "an alarm holds the campaign";
      default -> waitingFor;
    };
  }

  /** What an operator can do about it; empty if nothing needs doing. */
  public static String advice(String waitingFor) {
    return switch (waitingFor) {
      case "CAMPAIGN_PAUSED" -> "resume the campaign; nothing is sent before that";
      case "CAMPAIGN_NOT_STARTED" -> "start the campaign; nothing is sent before that";
      case "CAMPAIGN_FAILED" -> "look at the campaign in Amazon Connect; nothing is sent meanwhile";
      case "TARGET_DOWN" ->
          "look at the target; dialspool preflight says whether it can be reached";
      case "HELD_BY_ALARM" -> "look at the service's log, which says what raised the alarm";
      default -> "";
    };
  }
}
