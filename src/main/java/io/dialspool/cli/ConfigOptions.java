package io.dialspool.cli;

import io.dialspool.config.Config;
import io.dialspool.config.ConfigLoader;
import io.dialspool.config.LoadedConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --config} and {@code --set}, for every command that reads the configuration. */
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML; config/dialspool.yaml explains every key.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key, such as intake.port=0; wins over file and environment.")
  private Map<String, String> sets = new LinkedHashMap<>();

  /**
   * @throws io.dialspool.config.ConfigException with every fault
   */
  Config load(Map<String, String> environment) {
    return load(environment, Map.of());
  }

  /**
   * The same, with where each value came from.
   *
   * @throws io.dialspool.config.ConfigException with every fault
   */
  LoadedConfig loadWhole(Map<String, String> environment) {
    return ConfigLoader.loadWhole(config, environment, sets);
  }

  /** The same with {@code instead} of whatever is said elsewhere. */
  Config load(Map<String, String> environment, Map<String, String> instead) {
    var all = new LinkedHashMap<String, String>(sets);
    all.putAll(instead);
    return ConfigLoader.load(config, environment, all);
  }
}
