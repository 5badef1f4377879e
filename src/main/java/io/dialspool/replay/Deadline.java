package io.dialspool.replay;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Deadlines as files write them. */
final class Deadline {
  private static final DateTimeFormatter WRITTEN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final Pattern SECONDS = Pattern.compile("\\d{9,11}");
  private static final Pattern MILLISECONDS = Pattern.compile("\\d{12,14}");
  private static final Pattern SPAN = Pattern.compile("(-?\\d{1,10})(ms|s|m|h|d)?");
  private static final long YEAR_10000_MS = 253_402_300_800_000L;

  private Deadline() {}

  /**
   * A moment: ISO 8601 with {@code Z} or an offset, or seconds or milliseconds since 1970.
   *
   * @return milliseconds since 1970, -1 if it isn't one
   */
  static long at(String text) {
    if (SECONDS.matcher(text).matches()) {
      return Long.parseLong(text) * 1000;
    }
    if (MILLISECONDS.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    try {
      String iso = text.length() > 10 && text.charAt(10) == ' ' ? withT(text) : text;
      return inRange(OffsetDateTime.parse(iso).toInstant().toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      return -1;
    }
  }

  private static String withT(String text) {
    return text.substring(0, 10) + 'T' + text.substring(11).replace(" ", "");
  }

  /**
   * A span from now: {@code 20} (seconds), {@code 20s}, {@code 4h}; negative lies in the past.
   *
   * @return milliseconds since 1970, -1 if it isn't one
   */
  static long in(String text, long nowEpochMs) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      return -1;
    }
    long amount = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    long unitMs =
        switch (unit == null ? "s" : unit) {
          case "ms" -> 1L;
          case "s" -> 1_000L;
          case "m" -> 60_000L;
          case "h" -> 3_600_000L;
          default -> 86_400_000L;
        };
    return inRange(nowEpochMs + amount * unitMs);
  }

  private static long inRange(long epochMs) {
    return epochMs >= 0 && epochMs < YEAR_10000_MS ? epochMs : -1;
  }

  /** As the contract writes it: UTC, milliseconds. */
  static String text(long epochMs) {
    return WRITTEN.format(Instant.ofEpochMilli(epochMs));
  }
}
