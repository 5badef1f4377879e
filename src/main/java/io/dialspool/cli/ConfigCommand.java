package io.dialspool.cli;

import io.dialspool.Dialspool;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code config check} and {@code config show}. */
@Command(
    name = "config",
    description = "Checks the configuration, or shows what would run.",
    synopsisSubcommandLabel = "(check | show)")
final class ConfigCommand implements Runnable {
  private final Surroundings surroundings;

  @Spec private @Nullable CommandSpec spec;

  ConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "check or show is missing");
    }
  }

  @Command(name = "check", description = "Names every fault of file, environment and --set.")
  void check(@Mixin ConfigOptions options) {
    Config config = options.load(surroundings.environment());
    Dialspool.checkDoors(config, surroundings.clock());
    surroundings.out().println("the configuration is fine");
  }

  @Command(name = "show", description = "Prints what would run, as YAML; secrets are hidden.")
  void show(@Mixin ConfigOptions options) {
    ConfigLoader.show(options.load(surroundings.environment()))
        .forEach(surroundings.out()::println);
  }
}
