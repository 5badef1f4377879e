package io.dialspool.cli;

import io.dialspool.request.RequestState;
import io.dialspool.spool.Salvage;
import io.dialspool.spool.Spool;
import io.dialspool.spool.SpoolFault;
import io.dialspool.store.RocksStore;
import io.dialspool.store.Wreck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spool salvage}. */
@Command(
    name = "salvage",
    description = {
      "Copies what can still be read of a damaged spool into a new one, and changes nothing of the old.",
      "Requests whose end may be among what was lost end as UNDELIVERABLE, IN_DOUBT: a person decides.",
      "The new directory's salvage.ndjson tells what was saved and what was lost. Exit code 0 if nothing was lost, else 1."
    })
final class SpoolSalvageCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--directory",
      required = true,
      paramLabel = "DIR",
      description = "The damaged spool.")
  private Path directory = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "NEWDIR",
      description = "The new one; must be empty or missing.")
  private Path to = Path.of("");

  @Option(names = "--json", description = "The report's last line, too, on the last line.")
  private boolean json;

  SpoolSalvageCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    if (!Directories.isFree(to)) {
      throw new ParameterException(
          spec.commandLine(), "--to: " + to + " (expected: an empty or a missing directory)");
    }
    if (!Files.isDirectory(directory)) {
      throw new ParameterException(
          spec.commandLine(), "--directory: " + directory + " (expected: a spool's directory)");
    }
    if (to.toAbsolutePath().normalize().startsWith(directory.toAbsolutePath().normalize())) {
      throw new ParameterException(
          spec.commandLine(), "--to: " + to + " (expected: a directory outside of the old one)");
    }
    Salvage.Result result = salvage();
    Map<String, Object> summary = summary(result);
    report(result, summary);
    if (json) {
      surroundings.out().println(SpoolCheckCommand.write(summary));
    } else {
      result.lost().stream().limit(1_000).forEach(lost -> say("lost: " + lost.line()));
      result.saved().stream().map(SpoolSalvageCommand::line).forEach(this::say);
      say("the whole report: " + to.resolve("salvage.ndjson"));
    }
    surroundings.out().flush();
    return result.lostCount() == 0 ? 0 : DialspoolCommand.REFUSED;
  }

  private void say(String line) {
    surroundings.out().println(line);
  }

  // The wreck first: what can't be opened leaves no new spool behind.
  private Salvage.Result salvage() throws IOException {
    Path scratch = Files.createDirectories(to.resolve("wreck"));
    try (var view = new SpoolProgressView(surroundings);
        Wreck wreck = Wreck.open(directory, scratch, Spool.spaces(), view::verified);
        RocksStore into = RocksStore.open(to, Spool.spaces())) {
      return new Salvage(wreck, into, entries -> view.counted("entries", entries))
          .run(surroundings.clock().epochMs());
    } finally {
      Directories.remove(scratch);
    }
  }

  private void report(Salvage.Result result, Map<String, Object> summary) throws IOException {
    var lines = new ArrayList<String>();
    for (SpoolFault lost : result.lost()) {
      lines.add(SpoolCheckCommand.write(Map.of("lost", object(lost))));
    }
    for (Salvage.Saved saved : result.saved()) {
      var one = new LinkedHashMap<String, Object>();
      one.put("campaignId", saved.campaign().value());
      one.put("lane", saved.lane());
      one.put("requests", saved.requests());
      SpoolCheckCommand.counts(saved.byState(), one);
      one.put("madeInDoubt", saved.inDoubt());
      one.put("missing", saved.missing());
      lines.add(SpoolCheckCommand.write(Map.of("saved", one)));
    }
    lines.add(SpoolCheckCommand.write(Map.of("summary", summary)));
    Files.write(to.resolve("salvage.ndjson"), lines, StandardCharsets.UTF_8);
  }

  private static Map<String, Object> summary(Salvage.Result result) {
    var summary = new LinkedHashMap<String, Object>();
    List<Salvage.Saved> saved = result.saved();
    summary.put("requests", saved.stream().mapToLong(Salvage.Saved::requests).sum());
    summary.put("queued", saved.stream().mapToLong(Salvage.Saved::queued).sum());
    summary.put("madeInDoubt", saved.stream().mapToLong(Salvage.Saved::inDoubt).sum());
    summary.put("missing", saved.stream().mapToLong(Salvage.Saved::missing).sum());
    summary.put("losses", result.lostCount());
    return summary;
  }

  private static String line(Salvage.Saved saved) {
    return String.format(
        Locale.ROOT,
        "campaign %s (lane %d): %,d requests saved: %s; %,d of the undeliverable made in doubt; %,d missing",
        saved.campaign(),
        saved.lane(),
        saved.requests(),
        states(saved.byState()),
        saved.inDoubt(),
        saved.missing());
  }

  // --- how both commands say it

  static String states(long[] byState) {
    var parts = new ArrayList<String>();
    for (RequestState state : RequestState.values()) {
      if (byState[state.code()] > 0) {
        parts.add(
            String.format(
                Locale.ROOT,
                "%,d %s",
                byState[state.code()],
                state.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
      }
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  static Map<String, Object> object(SpoolFault fault) {
    var object = new LinkedHashMap<String, Object>();
    if (!fault.file().isEmpty()) {
      object.put("file", fault.file());
    }
    if (!fault.space().isEmpty()) {
      object.put("space", fault.space());
    }
    if (fault.lane() != 0) {
      object.put("lane", fault.lane());
    }
    if (fault.from() != 0) {
      object.put("from", fault.from());
      object.put("to", fault.to());
    }
    object.put("what", fault.what());
    return object;
  }
}
