package io.dialspool.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: how fast the whole service is, beside what the machine could do at best. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures the whole service, beside a bare limit taken in the same run.",
    subcommands = {
      IntakeBench.class,
      DispatchBench.class,
      BacklogBench.class,
      BareServerCommand.class,
      LocalTargetCommand.class
    })
public final class BenchCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli fills it
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench: which one? (expected: intake, dispatch, backlog)");
  }
}
