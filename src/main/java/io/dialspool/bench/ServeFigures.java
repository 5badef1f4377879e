package io.dialspool.bench;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one {@code serve} used and did between two moments.
 *
 * @param seconds between them
 * @param cpuNs of the whole process
 * @param benchCpuNs of this process, which shares the cores
 * @param threadCpuNs by thread group
 * @param allocatedBytes by thread group
 * @param syncs groups written and synced
 * @param syncedItems dial requests in these
 * @param collections pauses for garbage
 * @param pausedMs by these together
 * @param pauseMaxMs the longest
 */
record ServeFigures(
    double seconds,
    long cpuNs,
    long benchCpuNs,
    Map<String, Long> threadCpuNs,
    Map<String, Long> allocatedBytes,
    double syncs,
    double syncedItems,
    double syncSeconds,
    long collections,
    long pausedMs,
    long pauseMaxMs) {

  /** One look at the process. */
  record Snapshot(
      long atNs,
      ProcessFigures process,
      ProcessFigures bench,
      JvmView.Figures jvm,
      Scrape metrics) {}

  static ServeFigures between(Snapshot from, Snapshot to, long pauseMaxMs) {
    return new ServeFigures(
        (to.atNs() - from.atNs()) / 1e9,
        to.process().cpuNs() - from.process().cpuNs(),
        to.bench().cpuNs() - from.bench().cpuNs(),
        differences(from.process().threadCpuNs(), to.process().threadCpuNs()),
        differences(from.jvm().allocatedBytes(), to.jvm().allocatedBytes()),
        difference(from, to, "dialspool_commit_size_items_count"),
        difference(from, to, "dialspool_commit_size_items_sum"),
        difference(from, to, "dialspool_commit_sync_seconds_sum"),
        to.jvm().collections() - from.jvm().collections(),
        to.jvm().pausedMs() - from.jvm().pausedMs(),
        pauseMaxMs);
  }

  private static double difference(Snapshot from, Snapshot to, String series) {
    return to.metrics().sum(series) - from.metrics().sum(series);
  }

  private static Map<String, Long> differences(Map<String, Long> from, Map<String, Long> to) {
    var differences = new TreeMap<String, Long>();
    to.forEach((name, value) -> differences.put(name, value - from.getOrDefault(name, 0L)));
    return differences;
  }

  double syncsPerSecond() {
    return syncs / seconds;
  }

  double itemsPerSync() {
    return syncs == 0 ? 0 : syncedItems / syncs;
  }

  double syncMs() {
    return syncs == 0 ? 0 : syncSeconds * 1_000 / syncs;
  }

  double benchCores() {
    return benchCpuNs / 1e9 / seconds;
  }

  double cores() {
    return cpuNs / 1e9 / seconds;
  }

  /** By the threads that every dial request passes on its way in. */
  long intakeBytes() {
    return allocatedBytes.getOrDefault("dialspool-io", 0L)
        + allocatedBytes.getOrDefault("dialspool-ring", 0L);
  }

  long bytes() {
    return allocatedBytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Where the CPU went, on one line. */
  String threads() {
    var text = new StringBuilder("CPU by thread:");
    threadCpuNs.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .filter(entry -> entry.getValue() * 100 > cpuNs)
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        " %s %.0f%%",
                        entry.getKey(),
                        entry.getValue() * 100.0 / cpuNs)));
    return text.toString();
  }
}
