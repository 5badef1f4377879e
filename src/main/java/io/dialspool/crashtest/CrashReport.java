package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a run ended. */
public final class CrashReport {
  private final CrashPlan plan;
  private final int cycles;
  private final double seconds;
  private final Map<Kill, Integer> kills;
  private final Figures ratesPerSecond;
  private final Figures recoverySeconds;
  private final long acknowledged;
  private final @Nullable Verdict verdict;
  private final List<String> violations;
  private final String machine;

  /**
   * @param cycles that were run to their end
   * @param verdict null if it didn't come to that: nothing is said then of what was lost
   * @param violations what is wrong, in words; empty if nothing is
   */
  CrashReport(
      CrashPlan plan,
      int cycles,
      double seconds,
      Map<Kill, Integer> kills,
      Figures ratesPerSecond,
      Figures recoverySeconds,
      long acknowledged,
      @Nullable Verdict verdict,
      List<String> violations,
      String machine) {
    this.plan = plan;
    this.cycles = cycles;
    this.seconds = seconds;
    this.kills = Map.copyOf(kills);
    this.ratesPerSecond = ratesPerSecond;
    this.recoverySeconds = recoverySeconds;
    this.acknowledged = acknowledged;
    this.verdict = verdict;
    this.violations = List.copyOf(violations);
    this.machine = machine;
  }

  /** Nothing lost, nothing dialled twice, nothing that doesn't add up, and never idle. */
  public boolean isClean() {
    return violations.isEmpty();
  }

  public List<String> violations() {
    return violations;
  }

  private record Row(String name, String value, String meaning) {}

  private List<Row> rows() {
    var rows = new ArrayList<Row>();
    rows.add(row("cycles", cycles, format("of start, load and kill, in %.0f s", seconds)));
    for (Kill kill : Kill.values()) {
      rows.add(row("  kills", kills.getOrDefault(kill, 0), kill.label()));
    }
    rows.add(row("acknowledged", acknowledged, "distinct tokens"));
    if (verdict != null) {
      judged(rows, verdict);
    }
    rows.add(
        new Row(
            "rate",
            format("%,.0f/s", ratesPerSecond.min()),
            format(
                "lowest of a cycle, %,.0f/s on average (at least %,.0f/s)",
                ratesPerSecond.mean(), plan.rateMin())));
    rows.add(
        new Row(
            "recovery",
            format("%.1f s", recoverySeconds.mean()),
            format(
                "from its start until ready; %.1f to %.1f s, %d starts",
                recoverySeconds.min(), recoverySeconds.max(), recoverySeconds.count())));
    return rows;
  }

  private static void judged(List<Row> rows, Verdict its) {
    rows.add(row("  delivered", its.delivered(), "SUBMITTED, each once in the record"));
    rows.add(row("  expired", its.expired(), "their deadline came first; not in the record"));
    rows.add(row("  cancelled", its.cancelled(), "recalled; not in the record"));
    rows.add(row("  rejected", its.rejected(), "by the target; not in the record"));
    rows.add(
        row(
            "  undeliverable",
            its.undeliverable(),
            "deadline came while nobody knew whether the call was made"));
    rows.add(row("lost", its.lost(), "acknowledged, without an end that is its due"));
    rows.add(row("dialled twice", its.dialledTwice(), "one token or number under two ids"));
    rows.add(
        row(
            "unanswered",
            its.unanswered(),
            String.format(
                Locale.ROOT,
                "never acknowledged; the service has %,d of them all the same",
                its.unansweredTaken())));
    rows.add(
        row(
            "sent again",
            its.repeated(),
            "their call's answer was lost; the target knew their token"));
  }

  private static Row row(String name, long value, String meaning) {
    return new Row(name, String.format(Locale.ROOT, "%,d", value), meaning);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  /** For people. */
  public String table() {
    var text = new StringBuilder();
    for (Row row : rows()) {
      text.append(format("%-16s %10s  %s%n", row.name(), row.value(), row.meaning()));
    }
    if (plan.waiting() > 0) {
      text.append(format("%,d of them waited for a paused campaign%n", plan.waiting()));
    }
    violations.forEach(violation -> text.append(format("VIOLATION: %s%n", violation)));
    return text.append(isClean() ? "It adds up." : "IT DOES NOT ADD UP.").toString();
  }

  /** One object on one line. */
  public String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("cycles", cycles).put("seed", plan.seed()).put("seconds", rounded(seconds));
    ObjectNode byKind = json.putObject("kills");
    for (Kill kill : Kill.values()) {
      byKind.put(kill.member(), kills.getOrDefault(kill, 0));
    }
    json.put("waiting", plan.waiting())
        .put("acknowledged", acknowledged)
        .put("judged", verdict != null);
    if (verdict != null) {
      judged(json, verdict);
    }
    put(json.putObject("ratePerSecond"), ratesPerSecond);
    put(json.putObject("recoverySeconds"), recoverySeconds);
    json.put("machine", machine);
    ArrayNode wrong = json.putArray("violations");
    violations.forEach(wrong::add);
    return json.toString();
  }

  private static void judged(ObjectNode json, Verdict its) {
    json.put("delivered", its.delivered())
        .put("expired", its.expired())
        .put("cancelled", its.cancelled())
        .put("rejected", its.rejected())
        .put("undeliverable", its.undeliverable())
        .put("inDoubt", its.inDoubt())
        .put("lost", its.lost())
        .put("dialledTwice", its.dialledTwice())
        .put("unanswered", its.unanswered())
        .put("unansweredTaken", its.unansweredTaken())
        .put("recorded", its.recorded())
        .put("sentAgain", its.repeated());
  }

  private static void put(ObjectNode json, Figures figures) {
    json.put("min", rounded(figures.min()))
        .put("mean", rounded(figures.mean()))
        .put("max", rounded(figures.max()));
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  /** The section for the page on reliability, heading and all. */
  public String markdown() {
    var text = new StringBuilder();
    text.append(ReportFile.HEADING).append("\n\n");
    text.append(
        """
        `crash-test` runs `serve` and the `campaign-service` as processes of their own and kills `serve` at random
        moments, over and over, on one spool: under load, while it recovers from the last kill, with campaigns paused,
        and between SIGTERM and its end. Sometimes it is only asked to end, and must do so with exit code 0 and its calls
        finished; sometimes the campaign service or a replay is killed too. Meanwhile clients put single requests and
        batches of 25, stream NDJSON, replay files, send again what got no answer (and what did), and recall; the target
        throttles, fails, and loses answers after it has dialled.

        The judge stands outside: a ledger of every token that was acknowledged, compared with the campaign service's
        record of what was dialled and with what the service says of each token. A cycle that acknowledges less than its
        minimum rate fails the run.

        """);
    text.append("```\njava -jar dialspool.jar crash-test --cycles ")
        .append(plan.cycles())
        .append(" --seed ")
        .append(plan.seed());
    if (plan.rateMin() != CrashPlan.RATE_MIN) {
      text.append(format(" --rate-min %.0f", plan.rateMin()));
    }
    if (plan.waiting() > 0) {
      text.append(" --waiting ").append(plan.waiting());
    }
    text.append(" --report src/docs/reliability.md\n```\n\n");
    text.append("Last result, on ").append(machine).append(":\n\n");
    text.append("| | | |\n|---|---:|---|\n");
    for (Row row : rows()) {
      text.append(format("| %s | %s | %s |%n", row.name().strip(), row.value(), row.meaning()));
    }
    text.append('\n');
    if (isClean()) {
      text.append("Nothing lost, nothing dialled twice, and every count adds up.\n");
    } else {
      violations.forEach(
          violation -> text.append("* **Violation:** ").append(violation).append('\n'));
    }
    return text.toString();
  }
}
