package io.dialspool.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.replay.DryRun;
import io.dialspool.story.Told;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Tells what a dry run found. */
final class DryRunView {
  private static final int LINES_MAX = 12;

  private final PrintWriter out;
  private final long nowMs;

  DryRunView(Surroundings surroundings) {
    this.out = surroundings.out();
    this.nowMs = surroundings.clock().epochMs();
  }

  /**
   * @param files how many there were
   */
  void show(DryRun.Outcome outcome, int files) {
    say(
        "%,d rows of %s looked at in %.1f s; nothing was sent.",
        outcome.rows(), files == 1 ? "1 file" : files + " files", outcome.seconds());
    if (outcome.rows() == 0) {
      return;
    }
    say("");
    row(outcome.accepted(), "would be accepted");
    row(outcome.duplicates(), "are duplicates of other rows: the same token and content");
    row(
        outcome.rejected(),
        "would be rejected" + (outcome.rejects() == null ? "" : ", see " + outcome.rejects()));
    list("why", outcome.invalid(), DryRun.Invalid::rows, DryRun.Invalid::text);
    list("to", outcome.countries(), DryRun.Country::rows, DryRunView::country);
    if (outcome.accepted() > 0) {
      deadlines(outcome.deadlines());
    }
    if (outcome.numbersTwice() > 0) {
      say("");
      say(
          "%,d numbers come again under another token, in %,d further rows: each row is a call.",
          outcome.numbersTwice(), outcome.rowsOfNumbersTwice());
    }
    if (!outcome.compared()) {
      say("");
      say(
          "There was not enough memory to compare all rows with each other: duplicates and doubled");
      say("numbers are at least so many. More memory: java -Xmx…");
    }
  }

  private static String country(DryRun.Country country) {
    return country.name()
        + (country.andOthers() ? " and others" : "")
        + " (+"
        + country.callingCode()
        + ")";
  }

  private void deadlines(DryRun.Deadlines deadlines) {
    say("");
    say(
        "    rows  deadlines; the first passes in %s",
        Told.span(Math.max(0, deadlines.earliestMs() - nowMs)));
    if (deadlines.tooLate() > 0) {
      row(deadlines.tooLate(), "in less than 35 s: accepted, but never dialled");
    }
    rowIfAny(deadlines.within10Minutes(), "within 10 minutes");
    rowIfAny(deadlines.within1Hour(), "within an hour");
    rowIfAny(deadlines.within4Hours(), "within 4 hours");
    rowIfAny(deadlines.within1Day(), "within a day");
    rowIfAny(deadlines.later(), "later");
  }

  private <T> void list(
      String heading, List<T> entries, ToLongFunction<T> rows, Function<T, String> text) {
    if (entries.isEmpty()) {
      return;
    }
    say("");
    say("    rows  %s", heading);
    entries.stream()
        .limit(LINES_MAX)
        .forEach(entry -> row(rows.applyAsLong(entry), text.apply(entry)));
    if (entries.size() > LINES_MAX) {
      long left = entries.stream().skip(LINES_MAX).mapToLong(rows).sum();
      row(left, "and " + (entries.size() - LINES_MAX) + " others");
    }
  }

  private void rowIfAny(long rows, String what) {
    if (rows > 0) {
      row(rows, what);
    }
  }

  private void row(long rows, String what) {
    say("%,10d  %s", rows, what);
  }

  private void say(String form, Object... words) {
    out.println(String.format(Locale.ROOT, form, words));
  }

  static ObjectNode json(DryRun.Outcome outcome) {
    ObjectNode all = new ObjectMapper().createObjectNode();
    all.put("rows", outcome.rows()).put("accepted", outcome.accepted());
    all.put("duplicates", outcome.duplicates()).put("rejected", outcome.rejected());
    for (DryRun.Invalid invalid : outcome.invalid()) {
      all.withArray("invalid")
          .addObject()
          .put("member", invalid.member())
          .put("reason", invalid.reason())
          .put("rows", invalid.rows());
    }
    all.putObject("doubledNumbers")
        .put("numbers", outcome.numbersTwice())
        .put("furtherRows", outcome.rowsOfNumbersTwice());
    for (DryRun.Country country : outcome.countries()) {
      all.withArray("countries")
          .addObject()
          .put("callingCode", country.callingCode())
          .put("region", country.region())
          .put("andOthers", country.andOthers())
          .put("name", country.name())
          .put("rows", country.rows());
    }
    DryRun.Deadlines deadlines = outcome.deadlines();
    ObjectNode ahead = all.putObject("deadlines");
    if (deadlines.earliestMs() > 0) {
      ahead.put("earliest", Instant.ofEpochMilli(deadlines.earliestMs()).toString());
    }
    ahead.put("tooLate", deadlines.tooLate());
    ahead.put("within10Minutes", deadlines.within10Minutes());
    ahead.put("within1Hour", deadlines.within1Hour());
    ahead.put("within4Hours", deadlines.within4Hours());
    ahead.put("within1Day", deadlines.within1Day());
    ahead.put("later", deadlines.later());
    all.put("allCompared", outcome.compared());
    all.put("seconds", Math.round(outcome.seconds() * 1000) / 1000.0);
    Path rejects = outcome.rejects();
    if (rejects != null) {
      all.put("rejects", rejects.toString());
    }
    return all;
  }
}
