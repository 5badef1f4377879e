package io.dialspool.crashtest;

/** Smallest, mean and largest of some measurements. */
record Figures(int count, double min, double mean, double max) {
  static final Figures NONE = new Figures(0, 0, 0, 0);

  Figures with(double value) {
    return new Figures(
        count + 1,
        count == 0 ? value : Math.min(min, value),
        mean + (value - mean) / (count + 1),
        Math.max(max, value));
  }
}
