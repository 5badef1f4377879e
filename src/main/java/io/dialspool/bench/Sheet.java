package io.dialspool.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The figures of some rounds: median, lowest and highest, for people and for machines. */
final class Sheet {
  private record Row(String label, String key, int decimals, double[] values) {}

  private final List<Row> rows = new ArrayList<>();
  private int rounds;

  /**
   * Adds a row.
   *
   * @param key in JSON
   * @param values one of each round, all rows alike
   */
  Sheet row(String label, String key, int decimals, List<Double> values) {
    rows.add(
        new Row(label, key, decimals, values.stream().mapToDouble(Double::doubleValue).toArray()));
    rounds = Math.max(rounds, values.size());
    return this;
  }

  /** With the middle one of an odd number, or the mean of the two in the middle; 0 of none. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return 0;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  String text() {
    var text = new StringBuilder();
    if (rounds > 1) {
      text.append(
          String.format(Locale.ROOT, "%-34s %13s %13s %13s%n", "", "median", "lowest", "highest"));
    }
    for (Row row : rows) {
      text.append(String.format(Locale.ROOT, "%-34s ", row.label()));
      text.append(number(row, median(row.values())));
      if (rounds > 1) {
        text.append(' ').append(number(row, Arrays.stream(row.values()).min().orElse(0)));
        text.append(' ').append(number(row, Arrays.stream(row.values()).max().orElse(0)));
      }
      text.append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String number(Row row, double value) {
    return String.format(Locale.ROOT, "%,13." + row.decimals() + "f", value);
  }

  /** Adds the medians as members and, of several, {@code rounds}, an object of them for each. */
  void into(ObjectNode json) {
    for (Row row : rows) {
      json.put(row.key(), rounded(median(row.values())));
    }
    if (rounds <= 1) {
      return;
    }
    ArrayNode each = json.putArray("rounds");
    for (int round = 0; round < rounds; round++) {
      ObjectNode one = each.addObject();
      for (Row row : rows) {
        if (round < row.values().length) {
          one.put(row.key(), rounded(row.values()[round]));
        }
      }
    }
  }

  static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
