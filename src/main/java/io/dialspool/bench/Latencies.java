package io.dialspool.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Latencies as files: HdrHistogram's percentile tables, and a picture of them. */
final class Latencies {
  private static final double NS_PER_MS = 1e6;
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LEFT = 70;
  private static final int TOP = 30;
  private static final int PLOT_WIDTH = 640;
  private static final int PLOT_HEIGHT = 390;
  private static final String[] COLOURS = {
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f"
  };

  /** To the right every nine as wide as the one before it: 90 %, 99 %, 99.9 % … */
  private static final double NINES_MAX = 5;

  private Latencies() {}

  /** A file of percentiles in milliseconds for each, which every HdrHistogram plotter reads. */
  static void write(Path directory, Map<String, Histogram> latencies) {
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, Histogram> one : latencies.entrySet()) {
        try (var out =
            new PrintStream(
                Files.newOutputStream(directory.resolve(one.getKey() + ".hgrm")),
                false,
                StandardCharsets.US_ASCII)) {
          one.getValue().outputPercentileDistribution(out, NS_PER_MS);
        }
      }
    } catch (IOException e) {
      throw new BenchFailure("--hdr: " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Percentiles to the right, milliseconds upwards, both in powers of ten. */
  static void draw(Path file, Map<String, Histogram> latencies) {
    try {
      Files.writeString(file, svg(latencies));
    } catch (IOException e) {
      throw new BenchFailure("--svg: " + file + ": " + e.getMessage(), e);
    }
  }

  static String svg(Map<String, Histogram> latencies) {
    double maxMs =
        latencies.values().stream().mapToLong(Histogram::getMaxValue).max().orElse(0) / NS_PER_MS;
    double minMs =
        latencies.values().stream()
                .mapToLong(histogram -> histogram.getValueAtPercentile(1))
                .min()
                .orElse(0)
            / NS_PER_MS;
    double low = Math.floor(Math.log10(Math.max(minMs, 0.001)));
    double high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(maxMs, 0.001))));
    var svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            HEIGHT));
    for (double power = low; power <= high; power++) {
      double y = y(Math.pow(10, power), low, high);
      line(svg, LEFT, y, LEFT + PLOT_WIDTH, y);
      text(svg, LEFT - 6, y + 4, "end", milliseconds(Math.pow(10, power)));
    }
    for (int nines = 0; nines <= NINES_MAX; nines++) {
      double x = x(1 - Math.pow(10, -nines));
      line(svg, x, TOP, x, TOP + PLOT_HEIGHT);
      text(svg, x, TOP + PLOT_HEIGHT + 18, "middle", percent(nines));
    }
    int index = 0;
    for (Map.Entry<String, Histogram> one : latencies.entrySet()) {
      String colour = COLOURS[index % COLOURS.length];
      svg.append(
          String.format(
              Locale.ROOT,
              "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" points=\"%s\"/>%n",
              colour,
              points(one.getValue(), low, high)));
      double y = TOP + 10 + 18.0 * index;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%.1f\" fill=\"%s\">%s</text>%n",
              LEFT + PLOT_WIDTH + 14,
              y,
              colour,
              one.getKey()));
      index++;
    }
    return svg.append("</svg>").append(System.lineSeparator()).toString();
  }

  private static String points(Histogram latency, double low, double high) {
    var points = new StringBuilder();
    for (double nines = 0; nines <= NINES_MAX; nines += 0.05) {
      double share = 1 - Math.pow(10, -nines);
      double ms = latency.getValueAtPercentile(share * 100) / NS_PER_MS;
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(share), y(ms, low, high)));
    }
    return points.toString().trim();
  }

  private static double x(double share) {
    return LEFT + PLOT_WIDTH * Math.min(NINES_MAX, -Math.log10(1 - share)) / NINES_MAX;
  }

  private static double y(double ms, double low, double high) {
    double height = (Math.log10(Math.max(ms, Math.pow(10, low))) - low) / (high - low);
    return TOP + PLOT_HEIGHT * (1 - height);
  }

  private static String milliseconds(double ms) {
    return ms >= 1
        ? String.format(Locale.ROOT, "%.0f ms", ms)
        : String.format(Locale.ROOT, "%.0f us", ms * 1_000);
  }

  private static String percent(int nines) {
    return nines == 0
        ? "0 %"
        : nines < 3
            ? "9".repeat(nines) + (nines == 1 ? "0 %" : " %")
            : "99." + "9".repeat(nines - 2) + " %";
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#444\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }
}
