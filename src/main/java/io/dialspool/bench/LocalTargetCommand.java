package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The local target as a process of its own, until it is killed. */
@Command(
    name = "target",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Takes every dial request and answers at once; bench dispatch starts it.")
final class LocalTargetCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try (var target = new LocalTarget(Clock.SYSTEM)) {
      spec.commandLine().getOut().println("ready target=" + target.url());
      spec.commandLine().getOut().flush();
      Thread.currentThread().join();
    }
    return 0;
  }
}
