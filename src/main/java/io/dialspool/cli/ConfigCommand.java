package io.dialspool.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.Dialspool;
import io.dialspool.config.Config;
import io.dialspool.config.ConfigException;
import io.dialspool.config.LoadedConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
  void check(
      @Mixin ConfigOptions options,
      @Option(names = "--json", description = "Whether it is fine, and each fault, as one object.")
          boolean json) {
    List<String> faults = List.of();
    try {
      Config config = options.load(surroundings.environment());
      Dialspool.checkDoors(config, surroundings.clock());
    } catch (ConfigException e) {
      faults = e.faults();
    }
    if (json) {
      ObjectNode told = ServiceClient.JSON.createObjectNode().put("fine", faults.isEmpty());
      faults.forEach(told.putArray("faults")::add);
      surroundings.out().println(told);
    } else if (faults.isEmpty()) {
      surroundings.out().println("the configuration is fine");
    }
    surroundings.out().flush();
    if (!faults.isEmpty()) {
      throw new ConfigException(faults);
    }
  }

  @Command(
      name = "show",
      description =
          "Prints what would run, as YAML; behind what is no default stands where it came from."
              + " Secrets are hidden.")
  void show(
      @Mixin ConfigOptions options,
      @Option(names = "--json", description = "Each key with value and origin, as one object.")
          boolean json) {
    LoadedConfig loaded = options.loadWhole(surroundings.environment());
    if (json) {
      ObjectNode keys = ServiceClient.JSON.createObjectNode();
      for (LoadedConfig.Value value : loaded.values()) {
        keys.putObject(value.key()).put("value", value.value()).put("origin", value.origin());
      }
      surroundings.out().println(keys);
    } else {
      loaded.yaml().forEach(surroundings.out()::println);
    }
    surroundings.out().flush();
  }
}
