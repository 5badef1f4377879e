package io.dialspool.config;

/** The port for metrics and health. */
public record ManagementConfig(String address, int port) {
  public static final ManagementConfig DEFAULT = new ManagementConfig("127.0.0.1", 8026);

  public ManagementConfig {
    Expect.range("management.port", port, 0, 65_535);
  }
}
