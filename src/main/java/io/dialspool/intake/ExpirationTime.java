package io.dialspool.intake;

import java.time.LocalDate;
import java.time.Month;
import java.time.Year;

/**
 * Reads an {@code expirationTime}: RFC 3339 with {@code Z} or an offset, 0 to 9 digits of fraction,
 * or epoch seconds. Source: contract section 5.4. By hand because java.time costs a dozen objects a
 * stamp.
 */
final class ExpirationTime {
  /** Stands for a text of another form. */
  static final long UNREADABLE = Long.MIN_VALUE;

  /** Further ahead than any deadline that is accepted, and far from overflow. */
  private static final long FAR_MS = Long.MAX_VALUE / 4;

  private static final int SECONDS_END = "yyyy-MM-ddTHH:mm:ss".length();

  private ExpirationTime() {}

  /** Milliseconds since 1970, further digits cut off; {@link #UNREADABLE} for another form. */
  static long ofText(char[] text, int at, int length) {
    if (length <= SECONDS_END
        || text[at + 4] != '-'
        || text[at + 7] != '-'
        || (text[at + 10] | 0x20) != 't'
        || text[at + 13] != ':'
        || text[at + 16] != ':') {
      return UNREADABLE;
    }
    int year = digits(text, at, 4);
    int month = digits(text, at + 5, 2);
    int day = digits(text, at + 8, 2);
    int hour = digits(text, at + 11, 2);
    int minute = digits(text, at + 14, 2);
    int second = digits(text, at + 17, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0) {
      return UNREADABLE;
    }
    if (day > Month.of(month).length(Year.isLeap(year))
        || hour > 23
        || minute > 59
        || second > 59) {
      return UNREADABLE;
    }
    int end = at + length;
    int next = at + SECONDS_END;
    int milli = 0;
    if (text[next] == '.') {
      int first = ++next;
      while (next < end && isDigit(text[next])) {
        if (next - first < 3) {
          milli = milli * 10 + text[next] - '0';
        }
        next++;
      }
      int fraction = next - first;
      if (fraction < 1 || fraction > 9) {
        return UNREADABLE;
      }
      for (int missing = fraction; missing < 3; missing++) {
        milli *= 10;
      }
    }
    int offsetMinutes = offsetMinutes(text, next, end);
    if (offsetMinutes == Integer.MIN_VALUE) {
      return UNREADABLE;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    long seconds = days * 86_400L + hour * 3_600L + (minute - offsetMinutes) * 60L + second;
    return seconds * 1_000 + milli;
  }

  /** Epoch seconds as the API's first edition wrote them. */
  static long ofSeconds(double seconds) {
    double millis = seconds * 1_000;
    return millis > FAR_MS ? FAR_MS : millis < -FAR_MS ? -FAR_MS : Math.round(millis);
  }

  // Z, +02:00, +0200, +02
  private static int offsetMinutes(char[] text, int at, int end) {
    if (at >= end) {
      return Integer.MIN_VALUE;
    }
    char sign = text[at];
    if (sign == 'Z' || sign == 'z') {
      return at + 1 == end ? 0 : Integer.MIN_VALUE;
    }
    if (sign != '+' && sign != '-') {
      return Integer.MIN_VALUE;
    }
    int length = end - at;
    boolean colon = length == 6 && text[at + 3] == ':';
    if (length != 3 && length != 5 && !colon) {
      return Integer.MIN_VALUE;
    }
    int hours = digits(text, at + 1, 2);
    int minutes = length == 3 ? 0 : digits(text, end - 2, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int total = hours * 60 + minutes;
    return sign == '-' ? -total : total;
  }

  private static int digits(char[] text, int at, int count) {
    int value = 0;
    for (int i = at; i < at + count; i++) {
      if (!isDigit(text[i])) {
        return -1;
      }
      value = value * 10 + text[i] - '0';
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
