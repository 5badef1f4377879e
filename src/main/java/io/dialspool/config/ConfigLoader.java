package io.dialspool.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then the YAML file, then the environment, then {@code --set};
 * the later wins. Keys are the names of the records' components ({@code dispatch.lingerMs}), their
 * environment form is {@code DIALSPOOL_DISPATCH_LINGER_MS}. Durations are written {@code 250ms},
 * {@code 300s}, {@code 5m}, {@code 4h}, {@code 7d}.
 *
 * <p>A target of a name of its own has the keys of the section {@code target} under {@code
 * targets.<name>}; whoever mentions the name first, in whatever source, makes the target. The same
 * with {@code webhooks}.
 *
 * <p>Every fault of every section and source is found before anything is said, and no fault shows a
 * secret.
 */
public final class ConfigLoader {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final String HIDDEN = LoadedConfig.HIDDEN;
  private static final String EXPECTED = " (expected: ";
  // A Kubernetes service called "dialspool" puts these into the environment of every pod beside it.
  private static final Pattern OF_KUBERNETES =
      Pattern.compile("DIALSPOOL_(SERVICE_(HOST|PORT\\w*)|PORT(_\\d+_(TCP|UDP|SCTP)\\w*)?)");
  private static final Pattern OF_NAMED = Pattern.compile("(\\w+)\\.([^.]*)(\\..*)?");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  /**
   * A section of sections that have names of their own.
   *
   * @param defaults what one of them is unless it says otherwise
   * @param ownName what the record calls itself in its faults
   * @param taken a name that can't be given; empty for none
   */
  private record Named(
      String section, Class<?> type, Object defaults, String ownName, String taken) {
    String environment() {
      return "DIALSPOOL_" + ConfigKey.words(section) + "_";
    }
  }

  private static final Map<String, Named> NAMED =
      Map.of(
          "targets",
          new Named(
              "targets",
              TargetConfig.class,
              TargetConfig.NAMED_DEFAULT,
              "target",
              Config.DEFAULT_TARGET),
          "webhooks",
          new Named("webhooks", WebhookConfig.class, WebhookConfig.DEFAULT, "webhook", ""));

  private final Map<String, ConfigKey> keys = new LinkedHashMap<>();
  private final Map<String, String> given = new TreeMap<>();
  private final Map<String, String> origins = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Set<String>> names = new TreeMap<>();

  private ConfigLoader() {
    ConfigKey.all().forEach(key -> keys.put(key.name(), key));
    NAMED.keySet().forEach(section -> names.put(section, new TreeSet<>()));
  }

  private Set<String> namesIn(Named named) {
    return names.getOrDefault(named.section, Set.of());
  }

  /**
   * @param file null for none
   * @param environment only variables that begin with {@code DIALSPOOL_} are looked at
   * @param sets {@code --set}: full key to text
   * @throws ConfigException with every fault, a line each
   */
  public static Config load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> sets) {
    return loadWhole(file, environment, sets).config();
  }

  /**
   * The same, with where each value came from.
   *
   * @throws ConfigException with every fault, a line each
   */
  public static LoadedConfig loadWhole(
      @Nullable Path file, Map<String, String> environment, Map<String, String> sets) {
    var loader = new ConfigLoader();
    if (file != null) {
      loader.takeFile(file);
      loader.given.keySet().forEach(key -> loader.origins.put(key, "file " + file));
    }
    loader.takeEnvironment(environment);
    new TreeMap<>(sets).forEach(loader::take);
    return new LoadedConfig(loader.build(), loader.origins);
  }

  private void takeFile(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        faults.add("--config: " + file + " (expected: a file of at most 1 MiB)");
        return;
      }
      var mapper =
          new ObjectMapper(
                  YAMLFactory.builder()
                      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                      .build())
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
      JsonNode root = mapper.readTree(Files.readAllBytes(file));
      if (root.isMissingNode() || root.isNull()) {
        return;
      }
      if (!root.isObject()) {
        faults.add("--config: " + file + " (expected: keys with values)");
        return;
      }
      takeTree("", root);
    } catch (JsonProcessingException e) {
      // Its message quotes the file, which may hold a secret: only the place is told.
      JsonLocation at = e.getLocation();
      String place = at == null ? "" : " line " + at.getLineNr() + " column " + at.getColumnNr();
      faults.add("--config: " + file + place + " (expected: readable YAML, each key at most once)");
    } catch (NoSuchFileException e) {
      faults.add("--config: " + file + " (expected: a file that exists)");
    } catch (IOException e) {
      faults.add("--config: " + file + " (expected: a file that can be read)");
    }
  }

  private void takeTree(String prefix, JsonNode node) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String name = prefix + member.getKey();
      JsonNode value = member.getValue();
      if (!mayStand(name)) {
        continue;
      }
      ConfigKey key = keys.get(name);
      if (key != null && value.isValueNode() && !value.isNull()) {
        if (given.putIfAbsent(name, value.asText()) != null) {
          faults.add(name + ": given twice (expected: once)");
        }
      } else if (key != null) {
        String shape = value.isNull() ? "nothing" : value.isArray() ? "a list" : "a section";
        faults.add(name + ": " + shape + " (expected: " + key.expected() + ")");
      } else if (isSection(name) && value.isObject()) {
        takeTree(name + ".", value);
      } else if (isSection(name)) {
        // Nothing at all is a section whose keys are all commented out.
        if (!value.isNull() && !value.asText().isEmpty()) {
          faults.add(name + ": a value (expected: a section with keys)");
        }
      } else if (value.isObject() && !value.isEmpty()) {
        takeTree(name + ".", value);
      } else {
        unknown(name, nearest(name, keys.keySet()));
      }
    }
  }

  private boolean isSection(String name) {
    return NAMED.containsKey(name)
        || keys.values().stream().anyMatch(key -> key.section().equals(name));
  }

  /** Makes the section that {@code name} mentions, if any; false if it can't be called so. */
  private boolean mayStand(String name) {
    Matcher matcher = OF_NAMED.matcher(name);
    Named named = matcher.matches() ? NAMED.get(matcher.group(1)) : null;
    if (named == null || namesIn(named).contains(matcher.group(2))) {
      return true;
    }
    String own = matcher.group(2);
    if (!NAME.matcher(own).matches() || own.equals(named.taken)) {
      faults.add(
          named.section
              + "."
              + own
              + ": not a name (expected: a letter of a-z, then at most 31 of a-z 0-9 -"
              + (named.taken.isEmpty()
                  ? ")"
                  : ", and not " + named.taken + ", which is the section " + named.ownName + ")"));
      return false;
    }
    namesIn(named).add(own);
    ConfigKey.of(named.section + "." + own, named.type).forEach(key -> keys.put(key.name(), key));
    return true;
  }

  private void takeEnvironment(Map<String, String> environment) {
    for (Named named : NAMED.values()) {
      environment.keySet().stream()
          .sorted()
          .map(variable -> mentionedBy(variable, named))
          .filter(own -> !own.isEmpty())
          .forEach(own -> mayStand(named.section + "." + own));
    }
    Map<String, String> names = new LinkedHashMap<>();
    keys.values().forEach(key -> names.put(key.environmentName(), key.name()));
    for (var variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith("DIALSPOOL_") || OF_KUBERNETES.matcher(name).matches()) {
        continue;
      }
      String key = names.get(name);
      if (key == null) {
        unknown(name, nearest(name, names.keySet()));
      } else {
        given.put(key, variable.getValue());
        origins.put(key, "environment " + name);
      }
    }
  }

  /**
   * The target in {@code DIALSPOOL_TARGETS_EU_WEST_ROLE_ARN}, which is {@code eu-west}; empty if
   * there is none. One that is known already goes before, else the longest key counts.
   */
  private String mentionedBy(String variable, Named named) {
    if (!variable.startsWith(named.environment())) {
      return "";
    }
    String rest = variable.substring(named.environment().length());
    String shortest = "";
    for (ConfigKey key : ConfigKey.of(named.section, named.type)) {
      String end = "_" + ConfigKey.words(key.component().getName());
      if (rest.endsWith(end) && rest.length() > end.length()) {
        String name =
            rest.substring(0, rest.length() - end.length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
        if (namesIn(named).contains(name)) {
          return name;
        }
        if (shortest.isEmpty() || name.length() < shortest.length()) {
          shortest = name;
        }
      }
    }
    return shortest;
  }

  private void take(String name, String text) {
    if (!mayStand(name)) {
      return;
    }
    if (keys.containsKey(name)) {
      given.put(name, text);
      origins.put(name, "--set");
    } else {
      unknown(name, nearest(name, keys.keySet()));
    }
  }

  // The value isn't shown: the key may be a secret's with a slip of the finger.
  private void unknown(String name, String nearest) {
    faults.add(name + ": unknown key (expected: perhaps " + nearest + ")");
  }

  private Config build() {
    var sections = Config.class.getRecordComponents();
    Object[] built = new Object[sections.length];
    for (int i = 0; i < sections.length; i++) {
      built[i] =
          sections[i].getType().isRecord()
              ? section(
                  sections[i].getName(),
                  sections[i].getType(),
                  ConfigKey.read(sections[i], Config.DEFAULT))
              : named(Objects.requireNonNull(NAMED.get(sections[i].getName())));
    }
    boolean eachIsFine = faults.isEmpty();
    Config config = null;
    try {
      config = (Config) ConfigKey.build(Config.class, built);
    } catch (ConfigException rulesBetweenSections) {
      // What stands between targets, or is missing in a webhook, is judged once each is fine by
      // itself.
      rulesBetweenSections.faults().stream()
          .filter(
              fault -> eachIsFine || !(fault.startsWith("target") || fault.startsWith("webhooks.")))
          .forEach(faults::add);
    }
    if (config == null || !faults.isEmpty()) {
      throw new ConfigException(faults.stream().map(LoadedConfig::withoutUserInfo).toList());
    }
    return config;
  }

  private Map<String, Object> named(Named named) {
    var built = new TreeMap<String, Object>();
    for (String own : namesIn(named)) {
      built.put(own, section(named.section + "." + own, named.type, named.defaults));
    }
    return built;
  }

  /**
   * Builds one section. A record's constructor names its first fault only, so the key at fault goes
   * back to its default and the record is built again, until it can be.
   */
  private Object section(String section, Class<?> type, Object defaultSection) {
    List<ConfigKey> its = ConfigKey.of(section, type);
    Object[] defaults = its.stream().map(key -> key.valueIn(defaultSection)).toArray();
    Object[] values = defaults.clone();
    for (int i = 0; i < values.length; i++) {
      String text = given.get(its.get(i).name());
      if (text != null) {
        try {
          values[i] = its.get(i).parse(text);
        } catch (IllegalArgumentException e) {
          faults.add(fault(its.get(i), text, its.get(i).expected()));
        }
      }
    }
    for (int turn = 0; turn <= values.length; turn++) {
      String fault = faultOf(section, type, values);
      if (fault == null) {
        return ConfigKey.build(type, values);
      }
      faults.add(withTextAsGiven(fault, its));
      int culprit = culprit(section, type, values, defaults, its, fault);
      values[culprit] = defaults[culprit];
    }
    throw new IllegalStateException(section + ": the defaults are at fault");
  }

  /** The record's first fault under the section's own name, or null. */
  private static @Nullable String faultOf(String section, Class<?> type, Object[] values) {
    try {
      ConfigKey.build(type, values);
      return null;
    } catch (ConfigException e) {
      String fault = e.faults().get(0);
      Named named = NAMED.get(section.replaceFirst("\\..*", ""));
      if (named == null || !fault.startsWith(named.ownName + ".")) {
        return fault;
      }
      // The record calls itself by one name for all; the value stays as it is.
      int expected = Math.max(0, fault.lastIndexOf(EXPECTED));
      return section
          + fault.substring(named.ownName.length(), expected)
          + fault.substring(expected).replaceAll("\\b" + named.ownName + "\\.", section + ".");
    }
  }

  /**
   * The key named in the fault or, when that one has its default, the one whose default cures it.
   */
  private static int culprit(
      String section,
      Class<?> type,
      Object[] values,
      Object[] defaults,
      List<ConfigKey> its,
      String fault) {
    int any = 0;
    for (int i = 0; i < values.length; i++) {
      boolean changed = !values[i].equals(defaults[i]);
      if (changed && fault.startsWith(its.get(i).name() + ": ")) {
        return i;
      }
      any = changed ? i : any;
    }
    for (int i = 0; i < values.length; i++) {
      Object[] cured = values.clone();
      cured[i] = defaults[i];
      String left = faultOf(section, type, cured);
      if (left == null || !left.equals(fault)) {
        return i;
      }
    }
    return any;
  }

  /** The records know the value, the user knows what he wrote: {@code 30s}, not {@code PT30S}. */
  private String withTextAsGiven(String fault, List<ConfigKey> its) {
    int expected = fault.lastIndexOf(EXPECTED);
    for (ConfigKey key : its) {
      String text = given.get(key.name());
      if (text != null && expected >= 0 && fault.startsWith(key.name() + ": ")) {
        return fault(key, text, fault.substring(expected + EXPECTED.length(), fault.length() - 1));
      }
    }
    return fault;
  }

  private static String fault(ConfigKey key, String text, String expected) {
    String shown = key.isSecret() ? HIDDEN : text.isEmpty() ? "(empty)" : text;
    return key.name() + ": " + shown + " (expected: " + expected + ")";
  }

  private static String nearest(String name, Iterable<String> candidates) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int distance = distance(name, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int swap = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(swap, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
