package io.dialspool.cli;

import io.dialspool.audit.AuditEntry;
import io.dialspool.config.AuditConfig;
import io.dialspool.config.Config;
import io.dialspool.spool.Backup;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolCheck;
import io.dialspool.spool.SpoolFault;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.SoundStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spool backup}. */
@Command(
    name = "backup",
    description = {
      "Copies a stopped spool as it is, and checks the copy whole. What is in it can't be served,"
          + " only restored.",
      "On the same file system tables are linked, not copied: take the backup to another disk"
          + " afterwards.",
      "Exit code 0 if the copy is sound; if it isn't, it is not kept, and the exit code is 1."
    })
final class SpoolBackupCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "The spool's directory, if not the configuration's.")
  private @Nullable Path directory;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "BACKUP",
      description = "Where the backup is to be; must be missing.")
  private Path to = Path.of("");

  @Option(names = "--json", description = "One JSON object on the last line.")
  private boolean json;

  SpoolBackupCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Config config = options.load(surroundings.environment());
    Path from = directory == null ? Path.of(config.spool().directory()) : directory;
    if (!Files.isRegularFile(from.resolve("CURRENT"))) {
      throw wrong("--directory", from, "a spool's directory");
    }
    if (Files.exists(to)) {
      throw wrong("--to", to, "a directory that is not there yet");
    }
    Path whole = to.toAbsolutePath().normalize();
    if (whole.startsWith(from.toAbsolutePath().normalize())) {
      throw wrong("--to", to, "a directory outside of the spool's");
    }
    Path parent = whole.getParent();
    if (parent == null) {
      throw wrong("--to", to, "a directory below another");
    }
    Files.createDirectories(parent);
    // Under another name until it is marked and checked: cut off midway there is no backup.
    Path begun = parent.resolve(whole.getFileName() + ".part");
    Directories.remove(begun);
    Files.createDirectory(begun);
    keepOthersOut(begun);
    try {
      return backUp(config.audit(), from, begun.resolve("spool"), whole);
    } finally {
      Directories.remove(begun);
    }
  }

  private ParameterException wrong(String option, Path path, String expected) {
    return new ParameterException(
        spec.commandLine(), option + ": " + path + " (expected: " + expected + ")");
  }

  private int backUp(AuditConfig audit, Path from, Path copy, Path whole) throws IOException {
    long takenAtMs;
    List<Backup.Held> held;
    // The lock is held from before the time is taken: nobody sends in between.
    try (RocksStore source = RocksStore.open(from, Spool.spaces())) {
      takenAtMs = surroundings.clock().epochMs();
      source.checkpoint(copy);
      try (RocksStore sealing = RocksStore.open(copy, Spool.spaces())) {
        held = Backup.seal(sealing, takenAtMs);
      }
    }
    Files.delete(copy.resolve("dialspool.lock"));
    Directories.remove(copy.resolve("native"));
    List<SpoolFault> faults = faults(copy);
    if (!faults.isEmpty()) {
      faults.forEach(fault -> surroundings.out().println(fault.line()));
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%,d FAULTS; no backup was made. spool check tells more of %s.",
                  faults.size(),
                  from));
      surroundings.out().flush();
      return DialspoolCommand.REFUSED;
    }
    Files.move(copy, whole, StandardCopyOption.ATOMIC_MOVE);
    CommandAudit.write(
        surroundings,
        audit,
        from,
        "SpoolBackup",
        AuditEntry.noDetails()
            .put("backup", whole.toString())
            .put("requests", held.stream().mapToLong(Backup.Held::requests).sum()));
    tell(takenAtMs, held);
    return 0;
  }

  private List<SpoolFault> faults(Path copy) {
    var faults = new ArrayList<SpoolFault>();
    try (var view = new SpoolProgressView(surroundings);
        SoundStore sound = SoundStore.open(copy, Spool.spaces(), view::verified)) {
      sound.damages().stream().map(SpoolFault::of).forEach(faults::add);
      OrderedStore store = sound.store();
      if (store != null) {
        new SpoolCheck(store, faults::add, requests -> view.counted("requests", requests)).run();
      }
    }
    return faults;
  }

  private void tell(long takenAtMs, List<Backup.Held> held) {
    long requests = held.stream().mapToLong(Backup.Held::requests).sum();
    long waiting = held.stream().mapToLong(Backup.Held::waiting).sum();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("backup", to.toString());
      object.put("takenAt", Instant.ofEpochMilli(takenAtMs).toString());
      object.put("campaigns", held.size());
      object.put("requests", requests);
      object.put("waiting", waiting);
      surroundings.out().println(SpoolCheckCommand.write(object));
    } else {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s holds %,d requests of %,d campaigns, %,d of them waiting, as of %s. It adds"
                      + " up.",
                  to,
                  requests,
                  held.size(),
                  waiting,
                  Instant.ofEpochMilli(takenAtMs)));
    }
    surroundings.out().flush();
  }

  private static void keepOthersOut(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
