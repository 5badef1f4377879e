package io.dialspool.bench;

import java.util.HashMap;
import java.util.Map;

/** One page of metrics in Prometheus' text format. */
final class Scrape {
  private final Map<String, Double> series = new HashMap<>();

  private Scrape() {}

  static Scrape of(String page) {
    var scrape = new Scrape();
    page.lines()
        .filter(line -> !line.startsWith("#") && line.contains(" "))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              try {
                scrape.series.put(
                    line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
              } catch (NumberFormatException e) {
                // +Inf and NaN are of no use here.
              }
            });
    return scrape;
  }

  /** All series of one name added up, those whose tags contain {@code tag}. */
  double sum(String name, String tag) {
    double sum = 0;
    for (Map.Entry<String, Double> one : series.entrySet()) {
      String key = one.getKey();
      if ((key.equals(name) || key.startsWith(name + "{")) && key.contains(tag)) {
        sum += one.getValue();
      }
    }
    return sum;
  }

  double sum(String name) {
    return sum(name, "");
  }
}
