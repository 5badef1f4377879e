package io.dialspool.audit;

import io.dialspool.config.AuditConfig;
import io.dialspool.store.StoreException;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of what was done, one JSON object a line, synced before the one who did it
 * hears of it. Entries that come while a sync runs share the next one, so many at once cost little.
 * A file that has reached its size is put aside under the time of its last line; how many such are
 * kept is configured, and none is removed without a line in the log.
 *
 * <p>A line that can't be written doesn't undo what was done: it goes to the log instead, as an
 * error.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
  private static final int WAITING_MAX = 4_096;
  private static final int TOGETHER_MAX = 256;
  private static final int ASIDE_MAX = 1_000;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final DateTimeFormatter AT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter ASIDE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private record Waiting(AuditEntry entry, Runnable then) {}

  private final Path file;
  private final AuditConfig config;
  private final Clock clock;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private @Nullable Thread thread;
  private volatile boolean closed;

  // Both under the monitor of this.
  private @Nullable FileChannel channel;
  private long bytes;

  private AuditLog(Path file, AuditConfig config, Clock clock) {
    this.file = file;
    this.config = config;
    this.clock = clock;
  }

  /** Where the log of a spool is, if the configuration says nothing else. */
  public static Path of(AuditConfig config, Path spoolDirectory) {
    return config.file().isEmpty()
        ? spoolDirectory.resolve("dialspool.audit.ndjson")
        : Path.of(config.file());
  }

  /**
   * Opens the log, or begins one; nobody but its owner may read it.
   *
   * @throws StoreException if that can't be done
   */
  public static AuditLog open(Path file, AuditConfig config, Clock clock) {
    var log = new AuditLog(file, config, clock);
    try {
      log.begin();
    } catch (IOException e) {
      throw new StoreException(
          "audit.file: " + file + " (expected: a file that can be written)", e);
    }
    return log;
  }

  /** The same with a thread of its own, so that {@link #record} never blocks. */
  public static AuditLog start(Path file, AuditConfig config, Clock clock) {
    AuditLog log = open(file, config, clock);
    var writer = new Thread(log::write, "dialspool-audit");
    writer.setDaemon(true);
    log.thread = writer;
    writer.start();
    return log;
  }

  private void begin() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, ownerOnly);
    } catch (FileAlreadyExistsException e) {
      if (posix && !Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(file, OWNER_ONLY);
      }
    }
    FileChannel opened =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    channel = opened;
    bytes = opened.size();
    if (bytes > 0 && !endsWithLineFeed()) {
      // A line that a crash cut off stays as it is; the next one begins anew.
      bytes += opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
    }
  }

  private boolean endsWithLineFeed() throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return in.read(last, in.size() - 1) == 1 && last.get(0) == '\n';
    }
  }

  /**
   * Writes an entry. Any thread; returns at once, if the log has a thread of its own.
   *
   * @param then run once it is synced, on a thread of the log's or on the caller's; must not block
   */
  public void record(AuditEntry entry, Runnable then) {
    var one = new Waiting(entry, then);
    if (thread == null || closed || !waiting.offer(one)) {
      write(List.of(one)); // better slow than not at all
    }
  }

  private void write() {
    var together = new ArrayList<Waiting>();
    while (!closed || !waiting.isEmpty()) {
      try {
        Waiting first = waiting.poll(200, TimeUnit.MILLISECONDS);
        if (first != null) {
          together.add(first);
          waiting.drainTo(together, TOGETHER_MAX);
          write(together);
          together.clear();
        }
      } catch (InterruptedException e) {
        closed = true;
      }
    }
  }

  private void write(List<Waiting> together) {
    append(together);
    for (Waiting one : together) {
      try {
        one.then.run();
      } catch (RuntimeException e) {
        LOG.warn("an answer went unsaid: {}", e.toString());
      }
    }
  }

  private synchronized void append(List<Waiting> together) {
    String at = AT.format(Instant.ofEpochMilli(clock.epochMs()));
    var lines = new StringBuilder();
    together.forEach(one -> lines.append(one.entry.line(at)).append('\n'));
    try {
      FileChannel open = channel;
      if (open == null || bytes >= config.fileBytesMax()) {
        putAside();
        open = channel;
      }
      ByteBuffer out = StandardCharsets.UTF_8.encode(lines.toString());
      bytes += out.remaining();
      while (open != null && out.hasRemaining()) {
        open.write(out);
      }
      if (open != null) {
        open.force(false);
      }
    } catch (IOException e) {
      LOG.error(
          "the audit log can't be written ({}); what it misses: {}",
          e.toString(),
          lines.toString().strip());
    }
  }

  private void putAside() throws IOException {
    FileChannel full = channel;
    if (full != null) {
      full.close();
      channel = null;
    }
    if (Files.isRegularFile(file) && Files.size(file) >= config.fileBytesMax()) {
      Files.move(file, unused());
      removeOldest();
    }
    begin();
  }

  private Path unused() throws IOException {
    String at = ASIDE.format(Instant.ofEpochMilli(clock.epochMs()));
    for (int n = 0; n < ASIDE_MAX; n++) {
      Path aside = file.resolveSibling(base() + "." + at + "-%03d".formatted(n) + extension());
      if (!Files.exists(aside)) {
        return aside;
      }
    }
    throw new IOException("no name is left for the file of " + at);
  }

  private void removeOldest() throws IOException {
    if (config.filesKept() == 0) {
      return;
    }
    List<Path> aside = aside();
    for (Path oldest : aside.subList(0, Math.max(0, aside.size() - config.filesKept()))) {
      Files.delete(oldest);
      LOG.warn("removed {}, for audit.filesKept is {}", oldest, config.filesKept());
    }
  }

  /** Those put aside, the oldest first. */
  private List<Path> aside() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    String begin = base() + ".";
    try (Stream<Path> all = Files.list(directory == null ? Path.of(".") : directory)) {
      return all.filter(
              path -> {
                String name = String.valueOf(path.getFileName());
                return name.startsWith(begin)
                    && name.endsWith(extension())
                    && name.substring(begin.length(), name.length() - extension().length())
                        .matches("\\d{8}T\\d{6}Z-\\d{3}");
              })
          .sorted()
          .toList();
    }
  }

  private String base() {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }

  private String extension() {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot);
  }

  /** Writes what waits, and closes the file. */
  @Override
  public void close() throws IOException {
    closed = true;
    Thread writer = thread;
    if (writer != null) {
      try {
        writer.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    synchronized (this) {
      FileChannel open = channel;
      channel = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
