package io.dialspool.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One key of the configuration, such as {@code dispatch.lingerMs}: a component of a section's
 * record. The records are the only list of keys there is.
 *
 * @param section {@code dispatch}, or {@code targets.eu} for a target named so
 */
record ConfigKey(String section, RecordComponent component) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern FRACTION = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");

  /** All keys of the sections that are always there, in the order of the records. */
  static List<ConfigKey> all() {
    List<ConfigKey> keys = new ArrayList<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      if (section.getType().isRecord()) {
        keys.addAll(of(section.getName(), section.getType()));
      }
    }
    return keys;
  }

  /** The keys of one section, in the order of its record. */
  static List<ConfigKey> of(String section, Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(component -> new ConfigKey(section, component))
        .toList();
  }

  String name() {
    return section + "." + component.getName();
  }

  /** {@code dispatch.lingerMs} is {@code DIALSPOOL_DISPATCH_LINGER_MS}. */
  String environmentName() {
    return "DIALSPOOL_" + words(section) + "_" + words(component.getName());
  }

  static String words(String camelCase) {
    return camelCase
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("[.-]", "_")
        .toUpperCase(Locale.ROOT);
  }

  /** Whether the value must not be shown. */
  boolean isSecret() {
    return List.of("secretAccessKey", "sessionToken", "secret").contains(component.getName());
  }

  /**
   * @param owner the section's record
   */
  Object valueIn(Object owner) {
    return read(component, owner);
  }

  static Object read(RecordComponent component, Object owner) {
    try {
      return component.getAccessor().invoke(owner);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Builds a record of {@code type}; its own check's {@link ConfigException} comes through. */
  static Object build(Class<?> type, Object[] values) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException fault) {
        throw fault;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a text must look like to be a value of this key. */
  String expected() {
    Class<?> type = component.getType();
    if (type == int.class || type == long.class) {
      return "a whole number";
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == Duration.class) {
      return "a duration such as 250ms, 300s, 5m, 4h or 7d";
    }
    return "text";
  }

  /**
   * @throws IllegalArgumentException if {@code text} isn't of the key's type
   */
  Object parse(String text) {
    Class<?> type = component.getType();
    if (type == String.class) {
      return text;
    }
    if (type == int.class && WHOLE.matcher(text).matches()) {
      long value = Long.parseLong(text);
      if (value == (int) value) {
        return (int) value;
      }
    }
    if (type == long.class && WHOLE.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    if (type == double.class && FRACTION.matcher(text).matches()) {
      return Double.parseDouble(text);
    }
    if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
      return text.equals("true");
    }
    if (type == Duration.class) {
      return duration(text);
    }
    throw new IllegalArgumentException(expected());
  }

  private Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(expected());
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** A value as it would be written in the file; the inverse of {@link #parse}. */
  static String format(Object value) {
    if (value instanceof Duration duration) {
      long ms = duration.toMillis();
      if (ms == 0) {
        return "0s";
      }
      if (ms % 86_400_000 == 0) {
        return ms / 86_400_000 + "d";
      }
      if (ms % 3_600_000 == 0) {
        return ms / 3_600_000 + "h";
      }
      if (ms % 60_000 == 0) {
        return ms / 60_000 + "m";
      }
      return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }
    if (value instanceof Double number && number == Math.rint(number)) {
      return Long.toString(number.longValue());
    }
    return value.toString();
  }
}
