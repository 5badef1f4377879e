package io.dialspool.cli;

import io.dialspool.Dialspool;
import io.dialspool.config.Config;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: the service. */
@Command(
    name = "serve",
    description = {
      "Runs the service: takes dial requests over HTTP, keeps them safe, and hands them to the target.",
      "Prints one line when it is ready. SIGTERM stops intake, finishes the calls in flight, and leaves with"
          + " exit code 0."
    })
final class ServeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--json", description = "The line that says it is ready as one JSON object.")
  private boolean json;

  ServeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Config config = options.load(surroundings.environment());
    LogFormat.use(config.log());
    Dialspool service = Dialspool.start(config, surroundings.clock());
    service.halted().thenAccept(cause -> leave());
    surroundings
        .out()
        .println(
            json
                ? ServiceClient.JSON
                    .createObjectNode()
                    .put("ready", true)
                    .put("intake", service.intakeUrl())
                    .put("management", service.managementUrl())
                    .put("target", service.targetUrl())
                    .toString()
                : "ready intake="
                    + service.intakeUrl()
                    + " management="
                    + service.managementUrl()
                    + " target="
                    + service.targetUrl());
    surroundings.out().flush();
    surroundings.untilStopped().await(service);
    return 0;
  }

  // The failing thread can't wait for its own end, which leaving does.
  private void leave() {
    new Thread(() -> surroundings.untilStopped().leave(DialspoolCommand.NOT_AVAILABLE), "leave")
        .start();
  }
}
