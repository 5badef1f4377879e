package io.dialspool.cli;

import io.dialspool.bench.BenchCommand;
import io.dialspool.config.ConfigException;
import io.dialspool.http.PortUnavailableException;
import io.dialspool.replay.ReplayException;
import io.dialspool.simulation.SimulateCommand;
import io.dialspool.store.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line's root. Every failure ends in a line on standard error and an exit code of
 * api.md; a stack trace never.
 */
@Command(
    name = "dialspool",
    mixinStandardHelpOptions = true,
    versionProvider = DialspoolCommand.Version.class,
    scope = CommandLine.ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Keeps dial requests safe and hands them to Amazon Connect Outbound Campaigns in full"
            + " batches.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:done, but something was refused or doesn't add up",
      "2:wrong usage or configuration",
      "3:a port or the spool can't be had",
      "4:the endpoint can't be reached or refuses us"
    })
public final class DialspoolCommand implements Runnable {
  static final int REFUSED = 1;
  static final int USAGE = 2;
  static final int NOT_AVAILABLE = 3;
  static final int ENDPOINT = 4;

  @Spec private CommandSpec spec = CommandSpec.create();

  DialspoolCommand() {}

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  public static int run(String[] args) {
    return commandLine(Surroundings.ofProcess()).execute(args);
  }

  static CommandLine commandLine(Surroundings surroundings) {
    var line = new CommandLine(new DialspoolCommand());
    line.addSubcommand(new ServeCommand(surroundings));
    line.addSubcommand(new DemoCommand(surroundings));
    line.addSubcommand(new ReplayCommand(surroundings));
    line.addSubcommand(new StatusCommand(surroundings));
    line.addSubcommand(new WhyCommand(surroundings));
    line.addSubcommand(new OutcomesCommand.All(surroundings));
    line.addSubcommand(new OutcomesCommand.Dead(surroundings));
    line.addSubcommand(new RedriveCommand(surroundings));
    line.addSubcommand(WebhooksCommand.line(surroundings));
    line.addSubcommand(new RecallCommand(surroundings));
    line.addSubcommand(new PreflightCommand(surroundings));
    line.addSubcommand(CampaignServiceCommand.spec(surroundings));
    line.addSubcommand(new BenchCommand());
    line.addSubcommand(new SimulateCommand());
    line.addSubcommand(new CrashTestCommand(surroundings));
    line.addSubcommand(SpoolCommand.line(surroundings));
    line.addSubcommand(new ConfigCommand(surroundings));
    line.addSubcommand(new CompletionCommand(surroundings));
    line.setOut(surroundings.out());
    line.setErr(surroundings.err());
    line.setParameterExceptionHandler((fault, args) -> usage(fault));
    line.setExecutionExceptionHandler((fault, command, parsed) -> failed(fault, command));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int usage(ParameterException fault) {
    CommandLine command = fault.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    var suggestions =
        fault instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.<String>of();
    say(
        command,
        fault.getMessage()
            + (suggestions.isEmpty() ? "" : " (perhaps: " + String.join(", ", suggestions) + ")")
            + "; see "
            + name
            + " --help");
    return USAGE;
  }

  private static int failed(Exception fault, CommandLine command) {
    if (fault instanceof ConfigException config) {
      config.faults().forEach(line -> say(command, line));
      return USAGE;
    }
    if (fault instanceof StoreException || fault instanceof PortUnavailableException) {
      say(command, fault.getMessage());
      return NOT_AVAILABLE;
    }
    if (fault instanceof EndpointException) {
      say(command, fault.getMessage());
      return ENDPOINT;
    }
    if (fault instanceof ReplayException replay) {
      say(command, replay.getMessage());
      return switch (replay.kind()) {
        case USAGE -> USAGE;
        case ENDPOINT -> ENDPOINT;
        case HERE -> REFUSED;
      };
    }
    if (fault instanceof InterruptedException) {
      say(command, "interrupted");
      return REFUSED;
    }
    say(command, "unexpected, please report it: " + fault);
    return REFUSED;
  }

  private static void say(CommandLine command, @Nullable String fault) {
    var scheme = command.getColorScheme();
    String oneLine = String.valueOf(fault).replaceAll("\\R", " ");
    command.getErr().println(scheme.errorText(oneLine));
    command.getErr().flush();
  }

  /** From the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = DialspoolCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "dialspool " + (version == null ? "(not packaged)" : version),
        "Java " + System.getProperty("java.version")
      };
    }
  }
}
