package io.dialspool.cli;

import io.dialspool.replay.ReplayConfig;
import io.dialspool.replay.ReplayException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A moment that has been, as a person says it: {@code 2026-11-21T18:00:00Z}, or {@code 2h} ago. */
final class Moment {
  private Moment() {}

  /**
   * @param option whose value it is
   * @return the moment
   * @throws ParameterException if the text is none
   */
  static Instant of(CommandSpec spec, String option, String text, long nowMs) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException notAMoment) {
      try {
        return Instant.ofEpochMilli(nowMs - ReplayConfig.span(option, text).toMillis());
      } catch (ReplayException notASpan) {
        throw new ParameterException(
            spec.commandLine(),
            option
                + ": "
                + text
                + " (expected: a moment such as 2026-11-21T18:00:00Z, or a span such as 90s, 15m,"
                + " 2h or 3d for so long ago)");
      }
    }
  }
}
