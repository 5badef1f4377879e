package io.dialspool.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spool check} and its siblings: for a spool that no process has open. */
@Command(
    name = "spool",
    description =
        "Checks a spool, backs it up, restores it, or saves what can be read of a damaged one.",
    synopsisSubcommandLabel = "(check | backup | restore | salvage)")
final class SpoolCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private SpoolCommand() {}

  static CommandLine line(Surroundings surroundings) {
    var line = new CommandLine(new SpoolCommand());
    line.addSubcommand(new SpoolCheckCommand(surroundings));
    line.addSubcommand(new SpoolBackupCommand(surroundings));
    line.addSubcommand(new SpoolRestoreCommand(surroundings));
    line.addSubcommand(new SpoolSalvageCommand(surroundings));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "check, backup, restore or salvage is missing");
  }
}
