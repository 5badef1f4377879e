package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a run ended. */
public final class CrashReport {
  private static final String HEADING = "## Crash of the real process";
  private static final String HEADING_WAITING =
      "## Crash while a paused campaign holds its requests";

  private static final String INTRODUCTION =
      """
      `crash-test` runs `serve` and the `campaign-service` as processes of their own and kills `serve` at random
      moments, over and over, on one spool: under load, while it recovers from the last kill, with campaigns paused,
      and between SIGTERM and its end. Sometimes it is only asked to end, and must do so with exit code 0 and its calls
      finished; sometimes the campaign service or a replay is killed too. Meanwhile clients put single requests and
      batches of 25, stream NDJSON, replay files, send again what got no answer (and what did), and recall; the target
      throttles, fails, and loses answers after it has dialled.

      The judge stands outside: a ledger of every token that was acknowledged, compared with the campaign service's
      record of what was dialled, with what the service says of each token, and with what `spool check` counts on the
      disk. A cycle that acknowledges less than its minimum rate fails the run; so does a kind of client that got
      nothing acknowledged, a kind of kill that never came off, and a run that delivers nothing between its kills.

      """;

  private static final String INTRODUCTION_WAITING =
      """
      The same run with very many requests that wait for a campaign that is paused: acknowledged before the first
      cycle, counted after every start, counted anew on the disk by `spool check` after one more kill. Then the campaign
      is resumed, and the service is killed again while they leave: after a quarter, a half, and three quarters of them.

      """;

  /**
   * The run as it went.
   *
   * @param cycles that were run to their end
   * @param acknowledgedByClient distinct tokens, by the kind of client that sent them
   * @param deliveredBetween what the service told SUBMITTED after the last cycle: all of it was
   *     delivered between kills
   */
  record Course(
      int cycles,
      double seconds,
      Map<Kill, Integer> kills,
      Figures ratesPerSecond,
      Figures recoverySeconds,
      Map<String, Long> acknowledgedByClient,
      long deliveredBetween) {
    Course {
      kills = Map.copyOf(kills);
      acknowledgedByClient = Collections.unmodifiableMap(new LinkedHashMap<>(acknowledgedByClient));
    }
  }

  private final CrashPlan plan;
  private final Course course;
  private final long acknowledged;
  private final @Nullable Verdict verdict;
  private final @Nullable WaitingFigures waiting;
  private final List<String> violations;
  private final String machine;

  /**
   * @param verdict null if it didn't come to that: nothing is said then of what was lost
   * @param waiting null if nothing was to wait for a paused campaign
   * @param violations what is wrong, in words; empty if nothing is
   */
  CrashReport(
      CrashPlan plan,
      Course course,
      long acknowledged,
      @Nullable Verdict verdict,
      @Nullable WaitingFigures waiting,
      List<String> violations,
      String machine) {
    this.plan = plan;
    this.course = course;
    this.acknowledged = acknowledged;
    this.verdict = verdict;
    this.waiting = waiting;
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
    rows.add(
        row(
            "cycles",
            course.cycles(),
            format("of start, load and kill; %.0f s with all that follows", course.seconds())));
    for (Kill kill : Kill.values()) {
      if (kill != Kill.DELIVERING || waiting != null) {
        rows.add(row("  kills", course.kills().getOrDefault(kill, 0), kill.label()));
      }
    }
    rows.add(row("acknowledged", acknowledged, "distinct tokens"));
    course
        .acknowledgedByClient()
        .forEach((client, count) -> rows.add(row("  of them", count, client)));
    if (waiting != null) {
      waiting(rows, waiting);
    }
    if (verdict != null) {
      judged(rows, verdict);
    }
    rows.add(
        new Row(
            "rate",
            format("%,.0f/s", course.ratesPerSecond().min()),
            format(
                "acknowledged in the slowest cycle, %,.0f/s on average (at least %,.0f/s)",
                course.ratesPerSecond().mean(), plan.rateMin())));
    Figures recovery = course.recoverySeconds();
    rows.add(
        new Row(
            "recovery",
            format("%.1f s", recovery.mean()),
            format(
                "from its start until ready; %.1f to %.1f s, %d starts",
                recovery.min(), recovery.max(), recovery.count())));
    return rows;
  }

  private static void waiting(List<Row> rows, WaitingFigures its) {
    rows.add(
        row(
            "  of them",
            its.requests(),
            format(
                "replayed for the campaign that is paused, in %.0f s (%,.0f/s)",
                its.fillSeconds(), WaitingFigures.perSecond(its.requests(), its.fillSeconds()))));
    rows.add(
        row(
            "ready",
            its.readySeconds().size(),
            "starts with all of them waiting, each counted; ready after "
                + its.readySeconds().stream()
                    .map(seconds -> format("%.1f", seconds))
                    .collect(Collectors.joining(" "))
                + " s"));
    rows.add(row("asked", its.asked(), "of them for their status while they waited: QUEUED"));
    rows.add(
        new Row(
            "counted anew",
            format("%.1f s", its.recountSeconds()),
            "by `spool check` after one more SIGKILL: every one is there, and waits"));
    rows.add(
        new Row(
            "let go",
            format("%,.0f s", its.deliverySeconds()),
            format(
                "from the campaign's resume until all had ended, kills included (%,.0f/s)",
                WaitingFigures.perSecond(its.requests(), its.deliverySeconds()))));
  }

  private void judged(List<Row> rows, Verdict its) {
    rows.add(
        row(
            "  delivered",
            its.delivered(),
            format(
                "SUBMITTED, each once in the record; %,d of all between the kills",
                course.deliveredBetween())));
    rows.add(row("  expired", its.expired(), "their deadline came first; not in the record"));
    rows.add(row("  cancelled", its.cancelled(), "recalled; not in the record"));
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
    violations.forEach(violation -> text.append(format("VIOLATION: %s%n", violation)));
    return text.append(isClean() ? "It adds up." : "IT DOES NOT ADD UP.").toString();
  }

  /** One object on one line. */
  public String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("cycles", course.cycles())
        .put("seed", plan.seed())
        .put("seconds", rounded(course.seconds()));
    ObjectNode byKind = json.putObject("kills");
    for (Kill kill : Kill.values()) {
      byKind.put(kill.member(), course.kills().getOrDefault(kill, 0));
    }
    json.put("acknowledged", acknowledged);
    ObjectNode byClient = json.putObject("acknowledgedBy");
    course.acknowledgedByClient().forEach(byClient::put);
    if (waiting != null) {
      put(json.putObject("waiting"), waiting);
    }
    json.put("deliveredBetweenKills", course.deliveredBetween()).put("judged", verdict != null);
    if (verdict != null) {
      judged(json, verdict);
    }
    put(json.putObject("ratePerSecond"), course.ratesPerSecond());
    put(json.putObject("recoverySeconds"), course.recoverySeconds());
    json.put("machine", machine);
    ArrayNode wrong = json.putArray("violations");
    violations.forEach(wrong::add);
    return json.toString();
  }

  private static void judged(ObjectNode json, Verdict its) {
    json.put("delivered", its.delivered())
        .put("expired", its.expired())
        .put("cancelled", its.cancelled())
        .put("undeliverable", its.undeliverable())
        .put("inDoubt", its.inDoubt())
        .put("lost", its.lost())
        .put("dialledTwice", its.dialledTwice())
        .put("unanswered", its.unanswered())
        .put("unansweredTaken", its.unansweredTaken())
        .put("recorded", its.recorded())
        .put("sentAgain", its.repeated());
  }

  private static void put(ObjectNode json, WaitingFigures its) {
    json.put("requests", its.requests()).put("fillSeconds", rounded(its.fillSeconds()));
    ArrayNode ready = json.putArray("readySeconds");
    its.readySeconds().forEach(seconds -> ready.add(rounded(seconds)));
    json.put("asked", its.asked())
        .put("recountSeconds", rounded(its.recountSeconds()))
        .put("deliverySeconds", rounded(its.deliverySeconds()));
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
    text.append(plan.waiting() > 0 ? HEADING_WAITING : HEADING).append("\n\n");
    text.append(plan.waiting() > 0 ? INTRODUCTION_WAITING : INTRODUCTION);
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
