package io.dialspool.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A configuration with where each value came from.
 *
 * @param origins key to {@code file …}, {@code environment …} or {@code --set}; what is missing is
 *     a default
 */
public record LoadedConfig(Config config, Map<String, String> origins) {
  static final String HIDDEN = "(hidden)";
  private static final String DEFAULT = "default";
  private static final Pattern USER_INFO = Pattern.compile("//[^/\\s@]*@");

  public LoadedConfig {
    origins = Map.copyOf(origins);
  }

  /**
   * One value.
   *
   * @param value as the file would have it; hidden if it is a secret
   * @param isText whether YAML wants it in quotes
   * @param origin where it came from
   */
  public record Value(String key, String value, boolean isText, String origin) {}

  /** Every key with its value, in the order of the sections. */
  public List<Value> values() {
    var values = new ArrayList<Value>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      Object its = ConfigKey.read(section, config);
      if (section.getType().isRecord()) {
        add(section.getName(), its, values);
      } else {
        ((Map<?, ?>) its).forEach((name, one) -> add(section.getName() + "." + name, one, values));
      }
    }
    return values;
  }

  private void add(String section, Object owner, List<Value> values) {
    for (ConfigKey key : ConfigKey.of(section, owner.getClass())) {
      Object value = key.valueIn(owner);
      String text = withoutUserInfo(ConfigKey.format(value));
      values.add(
          new Value(
              key.name(),
              key.isSecret() && !text.isEmpty() ? HIDDEN : text,
              value instanceof String,
              origins.getOrDefault(key.name(), DEFAULT)));
    }
  }

  /** As a YAML file that {@link ConfigLoader#load} reads, a line each, with the origins behind. */
  public List<String> yaml() {
    List<String> lines = new ArrayList<>();
    String[] open = {};
    for (Value value : values()) {
      String[] path = value.key.split("\\.");
      for (int depth = 0; depth < path.length - 1; depth++) {
        if (depth >= open.length - 1 || !path[depth].equals(open[depth])) {
          lines.add("  ".repeat(depth) + path[depth] + ":");
          open = new String[0];
        }
      }
      open = path;
      lines.add(line(value, "  ".repeat(path.length - 1) + path[path.length - 1] + ": "));
    }
    return lines;
  }

  private static String line(Value value, String begin) {
    String text =
        value.isText
            ? '"' + value.value.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
            : value.value;
    return begin + text + (value.origin.equals(DEFAULT) ? "" : "  # " + value.origin);
  }

  static String withoutUserInfo(String text) {
    return USER_INFO.matcher(text).replaceAll("//…@");
  }
}
