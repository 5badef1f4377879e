package io.dialspool.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The bare limit's server as a process of its own, until it is killed. */
@Command(
    name = "bare-server",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Reads bodies and answers at once; bench intake starts it.")
final class BareServerCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Option(names = "--lines", defaultValue = "0", description = "Claimed of each upload.")
  private int lines;

  @Override
  public Integer call() throws InterruptedException {
    try (var server = new BareServer(lines)) {
      spec.commandLine().getOut().println("ready bare=" + server.url());
      spec.commandLine().getOut().flush();
      Thread.currentThread().join();
    }
    return 0;
  }
}
