package io.dialspool.config;

import java.util.List;

/** Everything that is wrong with a configuration, a line each: {@code key: value (expected: …)}. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final List<String> faults;

  public ConfigException(List<String> faults) {
    super(String.join("\n", faults));
    this.faults = List.copyOf(faults);
  }

  public List<String> faults() {
    return faults;
  }
}
