package io.dialspool.config;

import java.util.List;

/**
 * The log, on standard error.
 *
 * @param format {@code text} or {@code json}, an object a line
 */
public record LogConfig(String format) {
  public static final LogConfig DEFAULT = new LogConfig("text");

  public LogConfig {
    Expect.oneOf("log.format", format, List.of("text", "json"));
  }

  public boolean isJson() {
    return format.equals("json");
  }
}
