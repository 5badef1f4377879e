package io.dialspool.config;

import java.util.List;

/**
 * Checks in the constructors of the configuration's records; each failure is one {@link
 * ConfigException}.
 */
final class Expect {
  private Expect() {}

  static void range(String key, long value, long min, long max) {
    that(value >= min && value <= max, key, value, min + " to " + max);
  }

  static void range(String key, double value, double min, double max) {
    that(value >= min && value <= max, key, value, min + " to " + max);
  }

  static void oneOf(String key, String value, List<String> choices) {
    that(choices.contains(value), key, value, String.join(" or ", choices));
  }

  static void that(boolean holds, String key, Object value, String expected) {
    if (!holds) {
      throw new ConfigException(List.of(key + ": " + value + " (expected: " + expected + ")"));
    }
  }
}
