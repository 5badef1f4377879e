package io.dialspool.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Remembers how long RocksDB's MANIFEST and logs were. RocksDB takes one that was cut short for a
 * write that a crash tore: it starts from the older state that is left and deletes the tables which
 * that state doesn't know, all requests with them; and a log that is gone it doesn't miss. (Tried:
 * a manifest of 995 bytes cut to 800, a log cut to its half, a log deleted.)
 *
 * <p>Renewed after opening, every few seconds, and after closing; what is cut off behind the
 * remembered lengths stays unnoticed. Only lengths that are synced are remembered, or a power cut
 * would look like damage.
 *
 * <pre>
 * MANIFEST-000005 995
 * 000008.log 15523840
 * closed                (only then must each log still be there: one in use may have been let go)
 * </pre>
 */
final class ManifestSeal {
  private static final Pattern LINE = Pattern.compile("(\\S+) (\\d{1,18})");
  private static final Pattern LOG = Pattern.compile("\\d{6,18}\\.log");
  private static final String CLOSED = "closed";

  private final Path directory;
  private final Path seal;

  /** The manifest as it was when the store was opened: while it is written its end isn't synced. */
  private String manifestLine = "";

  ManifestSeal(Path directory) {
    this.directory = directory;
    this.seal = directory.resolve("dialspool.manifest");
  }

  /**
   * Before opening.
   *
   * @throws StoreException if the manifest or a log is shorter than it was
   */
  void check() throws IOException {
    for (Fault fault : faults()) {
      throw new StoreException(
          directory
              + " can't be opened: "
              + fault.file
              + " "
              + fault.what
              + "; a start would lose requests");
    }
  }

  /**
   * @param what is wrong with it, as the rest of a sentence
   */
  record Fault(String file, String what) {}

  /** What is shorter than it was, or gone. */
  List<Fault> faults() throws IOException {
    Path current = directory.resolve("CURRENT");
    var faults = new ArrayList<Fault>();
    if (!Files.isRegularFile(seal) || !Files.isRegularFile(current)) {
      return faults;
    }
    List<String> lines = new String(Files.readAllBytes(seal), UTF_8).lines().toList();
    Matcher first = LINE.matcher(lines.isEmpty() ? "" : lines.get(0));
    // A start that was killed may have begun another manifest: nothing is known of that one, and it
    // may have let go of the logs.
    if (!first.matches() || !first.group(1).equals(name(current))) {
      return faults;
    }
    boolean closed = lines.contains(CLOSED);
    String newest = logs().isEmpty() ? "" : logs().lastKey();
    for (String line : lines) {
      Matcher known = LINE.matcher(line);
      if (!known.matches()) {
        continue;
      }
      Path file = directory.resolve(known.group(1));
      boolean isLog = LOG.matcher(known.group(1)).matches();
      if (Files.exists(file)) {
        if (Files.size(file) < Long.parseLong(known.group(2))) {
          faults.add(
              new Fault(
                  known.group(1),
                  "has "
                      + Files.size(file)
                      + " bytes (expected: at least "
                      + known.group(2)
                      + "); it was cut off"));
        }
      } else if (isLog && (closed || newest.compareTo(known.group(1)) < 0)) {
        faults.add(
            new Fault(
                known.group(1), "is missing (expected: " + known.group(2) + " bytes at least)"));
      }
    }
    return faults;
  }

  /** After opening. */
  void opened() throws IOException {
    String manifest = name(directory.resolve("CURRENT"));
    manifestLine = manifest + " " + Files.size(directory.resolve(manifest));
    write(new TreeMap<>(), false);
  }

  /** The logs and their lengths now; by name, which is by age. */
  NavigableMap<String, Long> logs() throws IOException {
    var logs = new TreeMap<String, Long>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (LOG.matcher(name).matches() && Files.exists(file)) {
          logs.put(name, Files.size(file));
        }
      }
    }
    return logs;
  }

  /**
   * While the store is open.
   *
   * @param synced the logs' lengths as they were before the log was last synced
   */
  void renew(Map<String, Long> synced) throws IOException {
    write(synced, false);
  }

  /** After closing, all logs synced. */
  void closed() throws IOException {
    String manifest = name(directory.resolve("CURRENT"));
    manifestLine = manifest + " " + Files.size(directory.resolve(manifest));
    write(logs(), true);
  }

  private void write(Map<String, Long> logs, boolean closed) throws IOException {
    var text = new StringBuilder(manifestLine).append('\n');
    logs.forEach((name, bytes) -> text.append(name).append(' ').append(bytes).append('\n'));
    if (closed) {
      text.append(CLOSED).append('\n');
    }
    Path fresh = directory.resolve("dialspool.manifest.new");
    try (var file =
        FileChannel.open(
            fresh,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            OwnerOnly.file(fresh))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(fresh, seal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  // What CURRENT holds if it is damaged is nobody's name: RocksDB will say so.
  private static String name(Path current) throws IOException {
    return new String(Files.readAllBytes(current), UTF_8).strip();
  }
}
