package io.dialspool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.time.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code src/docs/commands.md} is what the commands say of themselves. */
class CommandsPageTest {
  private static final Path PAGE = Path.of("src", "docs", "commands.md");
  private static final Path MADE = Path.of("target", "commands.md");
  private static final Set<String> EVERYWHERE = Set.of("--help", "--version");

  private final CommandLine root =
      DialspoolCommand.commandLine(
          new Surroundings(
              new PrintWriter(new StringWriter()),
              new PrintWriter(new StringWriter()),
              Map.of(),
              false,
              Clock.SYSTEM,
              service -> {}));

  @Test
  void shouldSayWhatTheCommandsSay() throws IOException {
    String made = page();
    Files.createDirectories(MADE.getParent());
    Files.writeString(MADE, made);
    assertEquals(
        made, Files.readString(PAGE), "if the commands are right, copy " + MADE + " to " + PAGE);
  }

  @Test
  void shouldOfferJsonWithEveryCommandThatTellsSomething() {
    var without = new ArrayList<String>();
    for (CommandSpec command : leaves(root.getCommandSpec())) {
      if (command.findOption("--json") == null) {
        without.add(command.qualifiedName());
      }
    }
    assertEquals(List.of("dialspool completion"), without);
  }

  @Test
  void shouldTellTheSameExitCodesEverywhere() {
    for (CommandSpec command : leaves(root.getCommandSpec())) {
      Map<String, String> codes = command.usageMessage().exitCodeList();
      assertTrue(
          root.getCommandSpec().usageMessage().exitCodeList().keySet().containsAll(codes.keySet()),
          command::qualifiedName);
      assertTrue(codes.size() > 1, command::qualifiedName);
      assertTrue(command.usageMessage().description().length > 0, command::qualifiedName);
      for (OptionSpec option : command.options()) {
        assertTrue(
            option.description().length > 0,
            () -> command.qualifiedName() + " " + option.names()[0]);
      }
    }
  }

  private static List<CommandSpec> leaves(CommandSpec command) {
    if (command.usageMessage().hidden()) {
      return List.of(); // a part of another
    }
    if (command.subcommands().isEmpty()) {
      return List.of(command);
    }
    return command.subcommands().values().stream()
        .distinct()
        .flatMap(below -> leaves(below.getCommandSpec()).stream())
        .toList();
  }

  // --- the page

  private String page() {
    var page = new StringBuilder();
    page.append("# The commands\n\n");
    page.append("What `--help` says, held to it by a test. `java -jar dialspool.jar COMMAND`.\n");
    page.append("Results go to standard output, progress and faults to standard error.\n");
    page.append("`--json` makes the last line of standard output one JSON object.\n\n");
    page.append("## Exit codes\n\n| Code | Meaning |\n|---|---|\n");
    root.getCommandSpec()
        .usageMessage()
        .exitCodeList()
        .forEach(
            (code, what) ->
                page.append("| ").append(code).append(" | ").append(what).append(" |\n"));
    CommandSpec endpoint = mixin(EndpointOptions.class);
    CommandSpec config = mixin(ConfigOptions.class);
    page.append("\nWhat 1 means for a command stands below it, if it needs saying.\n");
    page.append("\n## Options of a connection\n\n");
    page.append("Of every command that talks to a running service.\n\n");
    options(page, endpoint.options());
    page.append("\n## Options of the configuration\n\n");
    page.append("Of every command that reads it.\n\n");
    options(page, config.options());
    for (CommandSpec command : leaves(root.getCommandSpec())) {
      command(page, command);
    }
    return page.toString();
  }

  private CommandSpec mixin(Class<?> type) {
    return leaves(root.getCommandSpec()).stream()
        .flatMap(command -> command.mixins().values().stream())
        .filter(mixin -> type.isInstance(mixin.userObject()))
        .findFirst()
        .orElseThrow();
  }

  private static void command(StringBuilder page, CommandSpec command) {
    page.append("\n## ").append(command.qualifiedName()).append("\n\n");
    page.append(
        Arrays.stream(command.usageMessage().description()).collect(Collectors.joining("\n")));
    page.append("\n");
    var own = new ArrayList<>(command.options());
    own.removeIf(option -> EVERYWHERE.contains(option.longestName()));
    var with = new TreeMap<String, String>();
    for (CommandSpec mixin : command.mixins().values()) {
      if (mixin.userObject() instanceof EndpointOptions) {
        with.put("connection", "#options-of-a-connection");
        own.removeIf(option -> mixin.optionsMap().containsKey(option.longestName()));
      } else if (mixin.userObject() instanceof ConfigOptions) {
        with.put("configuration", "#options-of-the-configuration");
        own.removeIf(option -> mixin.optionsMap().containsKey(option.longestName()));
      }
    }
    var all = new ArrayList<ArgSpec>(command.positionalParameters());
    all.addAll(own);
    if (!all.isEmpty()) {
      page.append("\n");
      options(page, all);
    }
    with.forEach(
        (name, anchor) ->
            page.append("\nWith the options of [")
                .append(name.equals("connection") ? "a " : "the ")
                .append(name)
                .append("](")
                .append(anchor)
                .append(").\n"));
    String footer =
        Arrays.stream(command.usageMessage().footer()).collect(Collectors.joining("\n")).strip();
    if (!footer.isEmpty()) {
      page.append("\n```text\n").append(footer).append("\n```\n");
    }
  }

  private static void options(StringBuilder page, List<? extends ArgSpec> options) {
    page.append("| Option | |\n|---|---|\n");
    for (ArgSpec option : options) {
      String label = option.paramLabel();
      boolean takes = option.arity().max() > 0;
      String name =
          option instanceof OptionSpec named
              ? String.join(", ", named.names()) + (takes ? " " + label : "")
              : label;
      page.append("| `")
          .append(name)
          .append("` | ")
          .append(String.join(" ", option.description()).replace("|", "\\|"))
          .append(option.required() && option.group() == null ? " Required." : "")
          .append(" |\n");
    }
  }
}
