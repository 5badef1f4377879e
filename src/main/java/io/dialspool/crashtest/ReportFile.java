package io.dialspool.crashtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The page on reliability, of which the last result of each kind of run is one section. */
public final class ReportFile {
  private static final String TITLE = "# Reliability";

  private ReportFile() {}

  /**
   * Puts the section in the place of the one before it, or at the end of the page; begins a page
   * where there is none.
   */
  public static void write(Path page, CrashReport report) throws IOException {
    replace(page, report.markdown());
  }

  static void replace(Path page, String section) throws IOException {
    List<String> before = Files.exists(page) ? Files.readAllLines(page) : List.of(TITLE, "");
    var lines = new ArrayList<String>();
    int at = before.indexOf(section.lines().findFirst().orElseThrow());
    int from = at < 0 ? before.size() : at;
    lines.addAll(before.subList(0, from));
    if (!lines.isEmpty() && !lines.get(lines.size() - 1).isBlank()) {
      lines.add("");
    }
    lines.addAll(section.strip().lines().toList());
    List<String> rest = rest(before, at);
    if (!rest.isEmpty()) {
      lines.add("");
      lines.addAll(rest);
    }
    Files.writeString(page, String.join("\n", lines) + "\n");
  }

  /** From the next heading of the same rank or a higher one. */
  private static List<String> rest(List<String> before, int at) {
    if (at < 0) {
      return List.of();
    }
    for (int i = at + 1; i < before.size(); i++) {
      if (before.get(i).startsWith("## ") || before.get(i).startsWith("# ")) {
        return before.subList(i, before.size());
      }
    }
    return List.of();
  }
}
