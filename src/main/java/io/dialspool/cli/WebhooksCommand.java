package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code webhooks}: how they do, what they gave up, and bringing it once more. */
@Command(
    name = "webhooks",
    description = "Says how each webhook of a running service does.",
    footer = {
      "",
      "What a webhook gave up stays in the feed for spool.feedWindow; mend its receiver,",
      "then redeliver."
    })
final class WebhooksCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--json", description = "What the service answers, one JSON object.")
  private boolean json;

  private WebhooksCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  static CommandLine line(Surroundings surroundings) {
    return new CommandLine(new WebhooksCommand(surroundings))
        .addSubcommand(new DeadLetters(surroundings))
        .addSubcommand(new Redeliver(surroundings));
  }

  @Override
  public Integer call() {
    JsonNode answer = new ServiceClient(endpoint, surroundings, "").getAt("/webhooks");
    if (json) {
      print(surroundings, answer.toString());
      return 0;
    }
    JsonNode webhooks = answer.path("webhooks");
    if (webhooks.isEmpty()) {
      print(surroundings, "no webhooks (they are set up in the configuration, webhooks.NAME)");
    }
    for (JsonNode one : webhooks) {
      print(
          surroundings,
          "%s  %s  %s  %,d delivered, %,d s behind, %,d dead letters%s",
          one.path("name").asText(),
          one.path("state").asText(),
          one.path("receiver").asText(),
          one.path("delivered").asLong(),
          one.path("lagSeconds").asLong(),
          one.path("deadLetters").asLong(),
          one.has("lastFailure") ? " (" + one.path("lastFailure").asText() + ")" : "");
    }
    return 0;
  }

  private static void print(Surroundings surroundings, String form, Object... words) {
    String line = words.length == 0 ? form : String.format(Locale.ROOT, form, words);
    surroundings.out().println(line);
    surroundings.out().flush();
  }

  private static String below(String name, String what) {
    return "/webhooks/"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20")
        + "/"
        + what;
  }

  /** {@code webhooks dead-letters}. */
  @Command(
      name = "dead-letters",
      description = "Says which outcomes a webhook gave up, as stretches of the campaigns' feeds.")
  static final class DeadLetters implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin private EndpointOptions endpoint = new EndpointOptions();

    @Parameters(paramLabel = "NAME", description = "Of the webhook.")
    private String name = "";

    @Option(names = "--json", description = "What the service answers, one JSON object.")
    private boolean json;

    DeadLetters(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
      JsonNode answer =
          new ServiceClient(endpoint, surroundings, "").getAt(below(name, "dead-letters"));
      if (json) {
        print(surroundings, answer.toString());
        return 0;
      }
      JsonNode dead = answer.path("deadLetters");
      if (dead.isEmpty()) {
        print(surroundings, "no dead letters");
      }
      for (JsonNode one : dead) {
        print(
            surroundings,
            "%s  %,d outcomes behind cursor %s up to %s, given up at %s: %s%s",
            one.path("campaignId").asText(),
            one.path("outcomes").asLong(),
            one.path("after").asText(),
            one.path("through").asText(),
            one.path("givenUpAt").asText(),
            one.path("lastFailure").asText(),
            one.path("redelivering").asBoolean() ? " (being redelivered)" : "");
      }
      if (answer.path("more").asBoolean()) {
        print(surroundings, "and more");
      }
      return 0;
    }
  }

  /** {@code webhooks redeliver}. */
  @Command(
      name = "redeliver",
      description =
          "Delivers what a webhook gave up once more, beside what is new; so these outcomes come"
              + " after later ones.")
  static final class Redeliver implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin private EndpointOptions endpoint = new EndpointOptions();

    @Parameters(paramLabel = "NAME", description = "Of the webhook.")
    private String name = "";

    @Option(names = "--campaign", paramLabel = "ID", description = "Only of this campaign.")
    private String campaign = "";

    @Option(names = "--json", description = "What the service answers, one JSON object.")
    private boolean json;

    Redeliver(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
      ObjectNode body = ServiceClient.JSON.createObjectNode();
      if (!campaign.isEmpty()) {
        body.put("campaignId", campaign);
      }
      ServiceClient.Answer answer =
          new ServiceClient(endpoint, surroundings, "")
              .postAt(below(name, "redeliver"), body.toString());
      if (answer.status() != 200) {
        throw ServiceClient.refused(answer);
      }
      if (json) {
        print(surroundings, answer.json().toString());
      } else {
        print(
            surroundings,
            "%,d outcomes are being redelivered",
            answer.json().path("redelivering").asLong());
      }
      return 0;
    }
  }
}
