package io.dialspool.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the kernel says of a process, from {@code /proc}; all zero where there is none. Source:
 * proc(5).
 *
 * @param cpuNs of all threads since its start, those that have ended included
 * @param threadCpuNs of those that run, by the name that groups them; the kernel counts in ticks of
 *     10 ms
 * @param residentBytes now
 * @param residentMaxBytes ever
 */
record ProcessFigures(
    long cpuNs, Map<String, Long> threadCpuNs, long residentBytes, long residentMaxBytes) {
  private static final long TICK_NS = 10_000_000;
  private static final int USER_TICKS = 11; // counted from the state, the first after the name
  private static final int SYSTEM_TICKS = 12;

  static ProcessFigures of(long pid) {
    Path process = Path.of("/proc", "" + pid);
    var byThread = new TreeMap<String, Long>();
    try {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
        for (Path thread : threads) {
          addThread(byThread, thread);
        }
      }
      String status = text(process.resolve("status"));
      return new ProcessFigures(
          ticks(text(process.resolve("stat"))) * TICK_NS,
          byThread,
          kilobytes(status, "VmRSS:") * 1024,
          kilobytes(status, "VmHWM:") * 1024);
    } catch (IOException e) {
      return new ProcessFigures(0, Map.of(), 0, 0);
    }
  }

  private static void addThread(Map<String, Long> byThread, Path thread) throws IOException {
    try {
      String stat = text(thread.resolve("stat"));
      String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      byThread.merge(group(name), ticks(stat) * TICK_NS, Long::sum);
    } catch (NoSuchFileException e) {
      // Ended meanwhile.
    }
  }

  /** Names without the numbers that tell their threads apart. */
  static String group(String thread) {
    return thread.replaceFirst("(?<=..)[-#: ]*\\d.*$", "").replaceFirst("-+$", "");
  }

  private static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
  }

  private static long kilobytes(String status, String key) {
    return status
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
