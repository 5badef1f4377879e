package io.dialspool.cli;

import io.dialspool.audit.AuditEntry;
import io.dialspool.config.Config;
import io.dialspool.spool.Backup;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolFault;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.SoundStore;
import io.dialspool.store.StoreCopy;
import io.dialspool.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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

/** {@code spool restore}. */
@Command(
    name = "restore",
    description = {
      "Makes a spool of a backup. Whatever waits in it may have been sent since the backup was"
          + " taken: it is sent again",
      "under its token while the target remembers that (7 days less an hour from the backup on),"
          + " else it ends",
      "UNDELIVERABLE, IN_DOUBT. What was accepted or recalled since is not in it."
    })
final class SpoolRestoreCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "BACKUP",
      description = "What spool backup made; it isn't changed.")
  private Path from = Path.of("");

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where the spool is to be, if not where the configuration says; must be empty or"
              + " missing.")
  private @Nullable Path directory;

  @Option(names = "--json", description = "One JSON object on the last line.")
  private boolean json;

  SpoolRestoreCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Config config = options.load(surroundings.environment());
    Path to = directory == null ? Path.of(config.spool().directory()) : directory;
    if (!Files.isRegularFile(from.resolve("CURRENT"))) {
      throw new ParameterException(
          spec.commandLine(), "--from: " + from + " (expected: a backup's directory)");
    }
    if (!Directories.isFree(to)) {
      throw new ParameterException(
          spec.commandLine(),
          "--directory: " + to + " (expected: an empty or a missing directory)");
    }
    List<SpoolFault> faults;
    try (var view = new SpoolProgressView(surroundings);
        SoundStore sound = SoundStore.open(from, Spool.spaces(), view::verified)) {
      faults = sound.damages().stream().map(SpoolFault::of).toList();
      OrderedStore store = sound.store();
      if (faults.isEmpty() && store != null && Backup.takenAtMs(store) == 0) {
        throw new StoreException(from + " is no backup (expected: what spool backup made)");
      }
      if (faults.isEmpty()) {
        StoreCopy.copy(from, to, view::verified);
      }
    }
    if (!faults.isEmpty()) {
      faults.forEach(fault -> surroundings.out().println(fault.line()));
      surroundings
          .out()
          .println(
              "The backup is damaged; nothing was restored. spool salvage makes another backup of"
                  + " what can be read.");
      surroundings.out().flush();
      return DialspoolCommand.REFUSED;
    }
    Backup.Restored restored;
    try (RocksStore store = RocksStore.open(to, Spool.spaces())) {
      restored = Backup.restore(store, surroundings.clock().epochMs());
    }
    CommandAudit.write(
        surroundings,
        config.audit(),
        to,
        "SpoolRestore",
        AuditEntry.noDetails()
            .put("backup", from.toString())
            .put("requests", restored.held().stream().mapToLong(Backup.Held::requests).sum()));
    tell(to, restored);
    return 0;
  }

  private void tell(Path to, Backup.Restored restored) {
    long requests = restored.held().stream().mapToLong(Backup.Held::requests).sum();
    long waiting = restored.held().stream().mapToLong(Backup.Held::waiting).sum();
    Instant takenAt = Instant.ofEpochMilli(restored.takenAtMs());
    Instant aliveUntil = Instant.ofEpochMilli(restored.tokensAliveUntilMs());
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("directory", to.toString());
      object.put("takenAt", takenAt.toString());
      object.put("tokensAliveUntil", aliveUntil.toString());
      object.put("campaigns", restored.held().size());
      object.put("requests", requests);
      object.put("maybeSent", waiting);
      surroundings.out().println(SpoolCheckCommand.write(object));
    } else {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s holds %,d requests of %,d campaigns as of %s. The %,d that waited count as"
                      + " maybe sent since then: each is sent again until %s, and ends IN_DOUBT"
                      + " after that.",
                  to,
                  requests,
                  restored.held().size(),
                  takenAt,
                  waiting,
                  aliveUntil));
    }
    surroundings.out().flush();
  }
}
