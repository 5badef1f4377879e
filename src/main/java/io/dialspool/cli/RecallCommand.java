package io.dialspool.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.cli.ServiceClient.Answer;
import io.dialspool.request.ClientToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recall}: takes requests back, by token or a file of tokens, and says exactly how many. */
@Command(
    name = "recall",
    description =
        "Takes requests back that were not sent yet. A request counted as cancelled is never sent,"
            + " not even after a crash.",
    footer = {"", "Exit code 1: at least one could not be taken back."})
final class RecallCommand implements Callable<Integer> {
  private static final int UNDER_WAY_MAX = 16;

  private final Surroundings surroundings;
  @Spec private @Nullable CommandSpec spec;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", required = true, description = "Whose.")
  private String campaign = "";

  @Parameters(arity = "0..*", paramLabel = "TOKEN", description = "clientTokens.")
  private List<String> named = List.of();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file of clientTokens, one a line; - is standard input.")
  private @Nullable String file;

  @Option(names = "--json", description = "The counts as one JSON object.")
  private boolean json;

  private record UnderWay(String token, CompletableFuture<Answer> answer) {}

  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private final Map<String, Long> tooLate = new TreeMap<>();
  private long tokens;
  private long cancelled;
  private long unknown;

  RecallCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String source = file;
    if (named.isEmpty() && source == null) {
      throw fault("a TOKEN or --file is missing");
    }
    named.forEach(this::check);
    var client = new ServiceClient(endpoint, surroundings, campaign);
    for (String token : named) {
      recall(client, token);
    }
    if (source != null) {
      recallAll(client, source);
    }
    while (!underWay.isEmpty()) {
      takeIn(client);
    }
    tell();
    return cancelled == tokens ? 0 : DialspoolCommand.REFUSED;
  }

  private void recallAll(ServiceClient client, String source) {
    try (BufferedReader in = open(source)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        String token = line.strip();
        if (!token.isEmpty()) {
          if (!ClientToken.isValid(token)) {
            tellSoFar(client);
            throw fault("--file: line " + number + " is no clientToken; what came before is done");
          }
          recall(client, token);
        }
      }
    } catch (IOException e) {
      throw fault("--file: " + source + " (expected: a file that can be read)");
    }
  }

  private void tellSoFar(ServiceClient client) {
    while (!underWay.isEmpty()) {
      takeIn(client);
    }
    tell();
  }

  private static BufferedReader open(String source) throws IOException {
    return source.equals("-")
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
        : Files.newBufferedReader(Path.of(source));
  }

  private void check(String token) {
    if (!ClientToken.isValid(token)) {
      throw fault("TOKEN: not a clientToken (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
    }
  }

  private void recall(ServiceClient client, String token) {
    if (underWay.size() == UNDER_WAY_MAX) {
      takeIn(client);
    }
    tokens++;
    underWay.add(new UnderWay(token, client.recall(token)));
  }

  private void takeIn(ServiceClient client) {
    UnderWay oldest = underWay.remove();
    Answer answer = client.join(oldest.answer);
    if (answer.isLater()) {
      answer = ServiceClient.patiently(() -> client.join(client.recall(oldest.token)));
    }
    switch (answer.status()) {
      case 200 -> cancelled++;
      case 404 -> unknown++;
      case 409 -> tooLate.merge(answer.json().path("state").asText(), 1L, Long::sum);
      default -> {
        tell();
        throw ServiceClient.refused(answer);
      }
    }
  }

  private void tell() {
    if (json) {
      ObjectNode summary =
          ServiceClient.JSON.createObjectNode().put("tokens", tokens).put("cancelled", cancelled);
      tooLate.forEach(summary.putObject("tooLate")::put);
      surroundings.out().println(summary.put("unknown", unknown));
    } else {
      var parts = new ArrayList<String>();
      parts.add(String.format(Locale.ROOT, "%,d cancelled", cancelled));
      tooLate.forEach(
          (state, count) ->
              parts.add(String.format(Locale.ROOT, "%,d too late (%s)", count, state)));
      parts.add(String.format(Locale.ROOT, "%,d unknown", unknown));
      surroundings.out().println(String.join(", ", parts));
    }
    surroundings.out().flush();
  }

  private RuntimeException fault(String what) {
    CommandSpec known = spec;
    return known == null
        ? new IllegalStateException(what)
        : new ParameterException(known.commandLine(), what);
  }
}
