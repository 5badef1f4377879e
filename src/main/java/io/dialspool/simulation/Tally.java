package io.dialspool.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** How often each thing happened, so that a reader sees that the worlds are not empty. */
final class Tally {
  private final Map<Happening, Long> counts = new EnumMap<>(Happening.class);
  private final Map<String, Long> refusals = new TreeMap<>();

  void count(Happening what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** A put was refused. */
  void refused(int status, String code) {
    refusals.merge(refusal(status, code), 1L, Long::sum);
  }

  static String refusal(int status, String code) {
    return code.isEmpty() ? "refusal " + status : "refusal " + status + " " + code;
  }

  /** By label; what never happened is not in it. */
  Map<String, Long> counts() {
    var all = new TreeMap<>(refusals);
    counts.forEach((what, times) -> all.put(what.label(), times));
    return all;
  }
}
