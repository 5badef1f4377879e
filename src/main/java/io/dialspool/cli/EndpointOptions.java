package io.dialspool.cli;

import io.dialspool.replay.ReplayConfig;
import java.net.URI;
import picocli.CommandLine.Option;

/** Where a running service is, for every command that talks to one. */
final class EndpointOptions {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Of the service; http://127.0.0.1:8025 by default.")
  private URI url = ReplayConfig.ENDPOINT;

  URI url() {
    return url;
  }
}
