package io.dialspool.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How often each thing happened, so that a reader sees that the worlds are not empty. */
final class Tally {
  private final long[] counts = new long[Happening.values().length];
  private final Map<String, Long> refusals = new TreeMap<>();

  void count(Happening what) {
    counts[what.ordinal()]++;
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
    for (Happening what : Happening.values()) {
      if (counts[what.ordinal()] > 0) {
        all.put(what.label(), counts[what.ordinal()]);
      }
    }
    return all;
  }
}
