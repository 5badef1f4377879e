package io.dialspool.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.story.Told;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}: all campaigns at a glance, and whether every request is accounted for. */
@Command(
    name = "status",
    description =
        "Shows each campaign: its state, what is queued, sent and ended, how fast it goes, when it"
            + " will be done, what will expire before, and what holds it.",
    footer = {"", "Exit code 1: accepted requests and their states don't add up."})
final class StatusCommand implements Callable<Integer> {
  private static final int CAMPAIGNS_MAX = 10_000;
  private static final int CELL_MAX = 60;
  private static final int FIRST_NUMBER = 2;
  private static final int LAST_NUMBER = 8;
  private static final String CLEAR = "\u001b[H\u001b[2J";
  private static final String[] HEAD = {
    "CAMPAIGN",
    "STATE",
    "QUEUED",
    "IN FLIGHT",
    "SUBMITTED",
    "DEAD",
    "RATE",
    "ETA",
    "EXPIRE",
    "HELD BY"
  };

  private final Surroundings surroundings;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  @Option(names = "--campaign", paramLabel = "ID", description = "Only this one.")
  private String campaign = "";

  @Option(names = "--watch", description = "Shows it again every two seconds, until interrupted.")
  private boolean watch;

  @Option(names = "--json", description = "The same as one JSON object.")
  private boolean json;

  StatusCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    var client = new ServiceClient(endpoint, surroundings, campaign);
    ObjectNode all = ask(client);
    show(all);
    while (watch && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
      all = ask(client);
      show(all);
    }
    return all.path("conserved").asBoolean() ? 0 : DialspoolCommand.REFUSED;
  }

  private ObjectNode ask(ServiceClient client) {
    if (!(client.getAt("/spool") instanceof ObjectNode all)) {
      throw new EndpointException("the endpoint answers what is no status; is it Dialspool?");
    }
    ArrayNode campaigns = all.putArray("campaigns");
    if (!campaign.isEmpty()) {
      ServiceClient.Answer one = client.get("/spool");
      if (one.status() != 200) {
        throw ServiceClient.refused(one);
      }
      campaigns.add(one.json());
      return all;
    }
    String after = "";
    do {
      JsonNode piece = client.getAt("/spool/campaigns" + after);
      piece.path("campaigns").forEach(campaigns::add);
      String next = piece.path("next").asText("");
      after = next.isEmpty() ? "" : "?after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    } while (!after.isEmpty() && campaigns.size() < CAMPAIGNS_MAX);
    return all;
  }

  private void show(ObjectNode all) {
    var out = surroundings.out();
    if (json) {
      out.println(all);
    } else {
      if (watch && surroundings.isTerminal()) {
        out.print(CLEAR);
      }
      out.print(told(all));
    }
    out.flush();
  }

  private String told(JsonNode all) {
    Ansi ansi = surroundings.isTerminal() ? Ansi.AUTO : Ansi.OFF;
    var text = new StringBuilder();
    text.append(sum(ansi, all)).append('\n');
    for (JsonNode target : all.path("targets")) {
      text.append(target(ansi, target)).append('\n');
    }
    if (all.path("campaigns").isEmpty()) {
      return text.append("\nNo campaign has got a dial request yet.\n").toString();
    }
    var rows = new ArrayList<Ansi.Text[]>();
    rows.add(
        Stream.of(HEAD)
            .map(head -> ansi.new Text("@|bold " + head + "|@"))
            .toArray(Ansi.Text[]::new));
    all.path("campaigns").forEach(one -> rows.add(row(ansi, one)));
    TextTable table = TextTable.forColumns(Help.defaultColorScheme(ansi), columns(rows));
    rows.forEach(row -> table.addRowValues(aligned(ansi, row, table.columns())));
    return text.append('\n').append(table).toString();
  }

  private static Column[] columns(List<Ansi.Text[]> rows) {
    return IntStream.range(0, HEAD.length)
        .map(i -> rows.stream().mapToInt(row -> row[i].getCJKAdjustedLength()).max().orElse(0))
        .mapToObj(width -> new Column(Math.min(width, CELL_MAX) + 2, 0, Column.Overflow.TRUNCATE))
        .toArray(Column[]::new);
  }

  /** Numbers to the right, so that their digits stand below each other. */
  private static Ansi.Text[] aligned(Ansi ansi, Ansi.Text[] row, Column[] columns) {
    Ansi.Text[] aligned = row.clone();
    for (int i = FIRST_NUMBER; i <= LAST_NUMBER; i++) {
      int pad = columns[i].width - 2 - row[i].getCJKAdjustedLength();
      aligned[i] = ansi.new Text(" ".repeat(Math.max(0, pad))).concat(row[i]);
    }
    return aligned;
  }

  private static String sum(Ansi ansi, JsonNode all) {
    JsonNode counts = all.path("counts");
    String line =
        String.format(
            Locale.ROOT,
            "%s accepted = %s queued + %s in flight + %s submitted + %s rejected + %s expired + %s"
                + " cancelled + %s undeliverable",
            Told.count(counts.path("accepted")),
            Told.count(counts.path("queued")),
            Told.count(counts.path("inFlight")),
            Told.count(counts.path("submitted")),
            Told.count(counts.path("rejected")),
            Told.count(counts.path("expired")),
            Told.count(counts.path("cancelled")),
            Told.count(counts.path("undeliverable")));
    return all.path("conserved").asBoolean()
        ? line
        : line + ansi.string("\n@|bold,red These don't add up: please report it.|@");
  }

  private static String target(Ansi ansi, JsonNode target) {
    String breaker = target.path("breaker").asText();
    return String.format(
            Locale.ROOT,
            "target %s: %s of %s calls a second; calls so far: %s, throttled: %s",
            target.path("target").asText(),
            trimmed(target.path("callsPerSecond").asDouble()),
            trimmed(target.path("callsPerSecondMax").asDouble()),
            Told.count(target.path("calls")),
            Told.count(target.path("callsThrottled")))
        + (breaker.equals("CLOSED")
            ? ""
            : ansi.string(", @|red circuit breaker " + breaker + "|@"));
  }

  private static String trimmed(double rate) {
    return String.format(Locale.ROOT, "%,.1f", rate).replaceFirst("\\.0$", "");
  }

  private Ansi.Text[] row(Ansi ansi, JsonNode one) {
    JsonNode counts = one.path("counts");
    long queued = counts.path("queued").asLong();
    long dead =
        counts.path("rejected").asLong()
            + counts.path("expired").asLong()
            + counts.path("undeliverable").asLong();
    long willExpire = one.path("willExpire").asLong();
    JsonNode eta = one.path("etaSeconds");
    double rate = one.path("drainPerSecond").asDouble();
    return new Ansi.Text[] {
      plain(ansi, one.path("campaignId").asText()),
      plain(ansi, one.at("/gate/state").asText()),
      plain(ansi, Told.count(counts.path("queued"))),
      plain(ansi, Told.count(counts.path("inFlight"))),
      plain(ansi, Told.count(counts.path("submitted"))),
      plain(ansi, String.format(Locale.ROOT, "%,d", dead)),
      plain(ansi, rate < 0.05 ? "-" : Told.rate(rate)),
      plain(ansi, eta.isMissingNode() || queued == 0 ? "-" : Told.span(eta.asLong() * 1_000)),
      ansi
      .new Text(willExpire == 0 ? "0" : String.format(Locale.ROOT, "@|yellow %,d|@", willExpire)),
      plain(ansi, held(one))
    };
  }

  private static Ansi.Text plain(Ansi ansi, String text) {
    return ansi.new Text(text.replace("@|", "@ |"));
  }

  private String held(JsonNode one) {
    String waitingFor = one.path("waitingFor").asText("");
    if (waitingFor.isEmpty()) {
      return "";
    }
    JsonNode since = one.at("/gate/since");
    boolean gate = waitingFor.equals("CAMPAIGN_PAUSED") && !since.isMissingNode();
    var told = new Told(surroundings.clock().epochMs(), ZoneId.systemDefault());
    return Told.hold(waitingFor) + (gate ? " since " + told.time(since) : "");
  }
}
