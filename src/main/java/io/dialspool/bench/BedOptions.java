package io.dialspool.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How the processes under measurement are started. */
final class BedOptions {
  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where a directory for the spool is made, and removed afterwards; on the disk to be"
              + " measured (default: here).")
  private Path directory = Path.of("");

  @Option(
      names = "--java",
      paramLabel = "FILE",
      description = "Java that runs the service (default: the one that runs this).")
  private Path java = Path.of(System.getProperty("java.home"), "bin", "java");

  @Option(
      names = "--jvm",
      paramLabel = "FLAG",
      description = "A flag of its virtual machine; may be given more than once (default: -Xmx1g).")
  private List<String> flags = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key of its configuration; may be given more than once.")
  private Map<String, String> sets = new LinkedHashMap<>();

  @Option(names = "--keep", description = "Leaves the directory with spool and logs where it is.")
  private boolean keep;

  Path directory() {
    return directory;
  }

  Path java() {
    return java;
  }

  List<String> flags(String otherwise) {
    return flags.isEmpty() ? List.of(otherwise) : List.copyOf(flags);
  }

  Map<String, String> sets() {
    return sets;
  }

  boolean keep() {
    return keep;
  }
}
