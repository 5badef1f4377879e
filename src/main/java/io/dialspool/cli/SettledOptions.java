package io.dialspool.cli;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --settled-after} and {@code --settled-before}: which ended requests are meant. */
final class SettledOptions {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--settled-after",
      paramLabel = "TIME",
      description =
          "Only those that ended then or later; 2h is two hours ago, or say 2026-11-21T18:00:00Z.")
  private String after = "";

  @Option(
      names = "--settled-before",
      paramLabel = "TIME",
      description = "Only those that ended before.")
  private String before = "";

  /**
   * @throws picocli.CommandLine.ParameterException if it is no time
   */
  @Nullable Instant after(long nowMs) {
    return after.isEmpty() ? null : Moment.of(spec, "--settled-after", after, nowMs);
  }

  /**
   * @throws picocli.CommandLine.ParameterException if it is no time
   */
  @Nullable Instant before(long nowMs) {
    return before.isEmpty() ? null : Moment.of(spec, "--settled-before", before, nowMs);
  }
}
