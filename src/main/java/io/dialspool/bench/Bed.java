package io.dialspool.bench;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A directory of its own and the processes that are measured in it. One thread. */
final class Bed implements AutoCloseable {
  private final BedOptions options;
  private final Clock clock;
  private final Path directory;
  private final List<AutoCloseable> parts = new ArrayList<>();

  Bed(BedOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    try {
      Path parent = options.directory().toAbsolutePath();
      Files.createDirectories(parent);
      directory = Files.createTempDirectory(parent, "bench-");
    } catch (IOException e) {
      throw new BenchFailure(
          "--directory: " + options.directory() + " (expected: a directory to write in)", e);
    }
  }

  Path directory() {
    return directory;
  }

  /**
   * A real {@code serve}, synced, with metrics, on free ports.
   *
   * @param sets keys beside those that say where it keeps and listens; the command line's own win
   */
  Serve serve(String heap, Map<String, String> sets) {
    var all = new LinkedHashMap<String, String>();
    all.put("intake.port", "0");
    all.put("management.port", "0");
    all.put("campaignService.port", "0");
    all.put("spool.directory", directory.resolve("spool").toString());
    all.put("campaignService.directory", directory.resolve("campaign-service").toString());
    all.putAll(sets);
    all.putAll(options.sets());
    var args = new ArrayList<String>(List.of("serve"));
    all.forEach((key, value) -> args.addAll(List.of("--set", key + "=" + value)));
    return own(new Serve(child("serve", options.flags(heap), args), clock));
  }

  /** Another command of this program, that speaks when it is ready. */
  Child child(String name, List<String> args) {
    return own(child(name, List.of("-Xmx512m"), args));
  }

  private Child child(String name, List<String> flags, List<String> args) {
    return Child.start(name, options.java(), flags, args, directory, clock);
  }

  private <T extends AutoCloseable> T own(T part) {
    parts.add(part);
    return part;
  }

  /** Ends all processes, the youngest first, and removes the directory. */
  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    if (!options.keep()) {
      remove();
    }
  }

  private void remove() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
