package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.cli.ServiceClient.Answer;
import io.dialspool.request.ClientToken;
import io.dialspool.story.Story;
import io.dialspool.story.Told;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code why}: one request's story, and what holds it or how it ended. */
@Command(
    name = "why",
    description =
        "Tells the story of one dial request: when it was accepted, what holds it, how often it was"
            + " sent and what came back, how it ended, and what can be done.",
    footer = {"", "Exit code 1: no such request is known."})
final class WhyCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private @Nullable CommandSpec spec;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", required = true, description = "Whose.")
  private String campaign = "";

  @Parameters(paramLabel = "TOKEN", description = "The request's clientToken.")
  private String token = "";

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of several that bore the token, the one with this id, such as ds-1-42.")
  private String id = "";

  @Option(names = "--json", description = "What is known, as one JSON object.")
  private boolean json;

  WhyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    CommandSpec known = spec;
    if (!ClientToken.isValid(token) && known != null) {
      throw new ParameterException(
          known.commandLine(),
          "TOKEN: not a clientToken (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
    }
    if (!id.matches("(ds-\\d{1,10}-\\d{1,19})?") && known != null) {
      throw new ParameterException(
          known.commandLine(), "--id: not an id of ours (expected: such as ds-1-42)");
    }
    var client = new ServiceClient(endpoint, surroundings, campaign);
    Answer status = client.get("/dial-requests/" + token + (id.isEmpty() ? "" : "?id=" + id));
    if (status.status() == 404) {
      if (json) {
        surroundings
            .out()
            .println(
                ServiceClient.JSON
                    .createObjectNode()
                    .put("campaignId", campaign)
                    .put("clientToken", token)
                    .put("known", false));
        surroundings.out().flush();
      }
      surroundings
          .err()
          .println(
              "no dial request with this clientToken is known in campaign "
                  + campaign
                  + ": it was never acknowledged here, or it ended longer ago than spool.dedupeWindow");
      return DialspoolCommand.REFUSED;
    }
    if (status.status() != 200 || !(status.json() instanceof ObjectNode request)) {
      throw ServiceClient.refused(status);
    }
    Answer report = client.get("/spool");
    JsonNode lane = report.status() == 200 ? report.json() : MissingNode.getInstance();
    if (json) {
      if (request.has("waitingFor")) {
        request.set("campaign", lane);
      }
      surroundings.out().println(request);
    } else {
      surroundings.out().print(story(request, lane));
    }
    surroundings.out().flush();
    return 0;
  }

  private String story(JsonNode request, JsonNode lane) {
    Ansi ansi = surroundings.isTerminal() ? Ansi.AUTO : Ansi.OFF;
    var told = new Told(surroundings.clock().epochMs(), ZoneId.systemDefault());
    var lines = new StringBuilder();
    for (Story.Line line : Story.of(request, lane, told)) {
      String text = line.text();
      if (line.what().equals(Story.NOW)) {
        String state = request.path("state").asText();
        text = ansi.string("@|bold " + state + "|@") + text.substring(state.length());
      }
      lines.append(String.format(Locale.ROOT, "%-10s%s%n", line.what(), text));
    }
    return lines.toString();
  }
}
