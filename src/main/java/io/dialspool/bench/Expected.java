package io.dialspool.bench;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Bounds of options. */
final class Expected {
  private Expected() {}

  /**
   * @throws ParameterException if {@code value} lies outside
   */
  static void range(CommandLine command, String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ParameterException(
          command, option + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
