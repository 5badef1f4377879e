package io.dialspool.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpirationTimeTest {

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T12:05:00Z,              2026-11-20T12:05:00Z",
    "2026-11-20T12:05:00.1Z,            2026-11-20T12:05:00.100Z",
    "2026-11-20T12:05:00.12Z,           2026-11-20T12:05:00.120Z",
    "2026-11-20T12:05:00.123Z,          2026-11-20T12:05:00.123Z",
    "2026-11-20T12:05:00.123456Z,       2026-11-20T12:05:00.123Z",
    "2026-11-20T12:05:00.123456789Z,    2026-11-20T12:05:00.123Z",
    "2026-11-20t12:05:00z,              2026-11-20T12:05:00Z",
    "2026-11-20T12:05:00+02:00,         2026-11-20T10:05:00Z",
    "2026-11-20T12:05:00.5-05:30,       2026-11-20T17:35:00.500Z",
    "2026-11-20T12:05:00+0200,          2026-11-20T10:05:00Z",
    "2026-11-20T12:05:00-02,            2026-11-20T14:05:00Z",
    "2024-02-29T23:59:59Z,              2024-02-29T23:59:59Z",
    "1969-12-31T23:59:59.999Z,          1969-12-31T23:59:59.999Z",
  })
  void shouldReadRfc3339(String text, String expected) {
    assertEquals(Instant.parse(expected).toEpochMilli(), read(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "soon",
        "2026-11-20",
        "2026-11-20T12:05:00",
        "2026-11-20T12:05Z",
        "2026-11-20 12:05:00Z",
        "2026-11-20T12:05:00.Z",
        "2026-11-20T12:05:00.1234567890Z",
        "2026-11-20T12:05:00ZZ",
        "2026-11-20T12:05:00+2:00",
        "2026-11-20T12:05:00+02:60",
        "2026-11-20T12:05:00+24:00",
        "2026-11-20T12:05:00+",
        "2026-13-20T12:05:00Z",
        "2026-00-20T12:05:00Z",
        "2026-02-29T12:05:00Z",
        "2026-11-31T12:05:00Z",
        "2026-11-00T12:05:00Z",
        "2026-11-20T24:05:00Z",
        "2026-11-20T12:60:00Z",
        "2026-11-20T12:05:60Z",
        "-026-11-20T12:05:00Z",
        "2026-1a-20T12:05:00Z",
        "٢٠٢٦-11-20T12:05:00Z",
      })
  void shouldRefuseAnythingElse(String text) {
    assertEquals(ExpirationTime.UNREADABLE, read(text));
  }

  @Test
  void shouldReadEpochSecondsToTheMillisecond() {
    assertEquals(1_763_683_200_000L, ExpirationTime.ofSeconds(1_763_683_200));
    assertEquals(1_763_683_200_123L, ExpirationTime.ofSeconds(1_763_683_200.123));
    assertEquals(0, ExpirationTime.ofSeconds(0));
  }

  @Test
  void shouldKeepAbsurdEpochSecondsWithinALong() {
    assertEquals(Long.MAX_VALUE / 4, ExpirationTime.ofSeconds(1e300));
    assertEquals(Long.MAX_VALUE / 4, ExpirationTime.ofSeconds(Double.POSITIVE_INFINITY));
    assertEquals(-(Long.MAX_VALUE / 4), ExpirationTime.ofSeconds(-1e300));
  }

  private static long read(String text) {
    char[] chars = ("##" + text + "##").toCharArray();
    return ExpirationTime.ofText(chars, 2, text.length());
  }
}
