package io.dialspool.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.config.CampaignServiceConfig;
import io.dialspool.config.Config;
import io.dialspool.rehearsal.RehearsalReport;
import io.dialspool.request.WaitingFor;
import io.dialspool.story.Told;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells how a rehearsal went. */
final class RehearsalView {
  private static final DateTimeFormatter AT =
      DateTimeFormatter.ofPattern("EEEE, d MMMM, HH:mm:ss", Locale.ENGLISH);
  private static final double TOO_MANY_EXPIRED = 0.01;
  private static final double SHARE_TOLD_MIN = 0.005;

  private final PrintWriter out;
  private final ZoneId zone;

  RehearsalView(PrintWriter out, ZoneId zone) {
    this.out = out;
    this.zone = zone;
  }

  /**
   * @param files how many there were
   */
  void show(RehearsalReport report, Config config, int files) {
    say(
        "Rehearsed %,d rows of %s in %.1f s, against %s;",
        report.rows(),
        files == 1 ? "1 file" : files + " files",
        report.rehearsedSeconds(),
        dialer(config.campaignService()));
    say(
        "%s calls a second, bursts of %d, answers after %d ms. Nothing was sent.",
        number(config.campaignService().callsPerSecond()),
        config.campaignService().burst(),
        config.campaignService().latencyMs());
    say("");
    say(
        "Started now, it would finish in %s: %s.",
        Told.span(report.finishedMs()), at(report, report.finishedMs()));
    say(
        "The last request would be handed to the dialer after %s.",
        Told.span(report.handedOverMs()));
    say("");
    row(report.dialled(), report, "would be dialled, " + count(report.answered()) + " answered");
    row(report.expired(), report, "would expire here: their deadline comes before their turn");
    row(
        report.expiredAtDialer(),
        report,
        "would expire at the dialer: taken, and no agent free in time");
    rowIfAny(report.rejectedByTarget(), report, "would be refused by the campaign service");
    rowIfAny(report.undeliverable(), report, "would end undeliverable");
    if (report.duplicates() + report.rejected() > 0) {
      say(
          "Of the rows %s are duplicates and %s would be rejected (--dry-run says why).",
          count(report.duplicates()), count(report.rejected()));
    }
    say("");
    say(
        "%s calls, %.1f requests each; throttled: %s by the API rate, %s met a full dialer.",
        count(report.calls()),
        report.batchFill(),
        share(report.callsThrottled(), report.calls()),
        share(report.callsDialerFull(), report.calls()));
    held(report);
    if (report.expiredAtDialer() > report.accepted() * TOO_MANY_EXPIRED) {
      say("");
      say(
          "The buffer is deeper than its agents work off within dispatch.expiryWindow (%s).",
          Told.span(config.dispatch().expiryWindow().toMillis()));
      say("How deep Amazon's is isn't documented: --buffer says what you believe.");
    }
  }

  private static String dialer(CampaignServiceConfig dialer) {
    if (dialer.drainPerSecond() > 0) {
      return String.format(
          Locale.ROOT,
          "a dialer of %s contacts a second, buffer of %,d",
          number(dialer.drainPerSecond()),
          dialer.buffer());
    }
    return String.format(
        Locale.ROOT,
        "%,d agents (rings %s, talks %s, %.0f %% answer), buffer of %,d",
        dialer.agents(),
        seconds(dialer.ringMs()),
        seconds(dialer.talkMs()),
        dialer.answerRate() * 100,
        dialer.buffer());
  }

  private void held(RehearsalReport report) {
    long sumMs = report.heldMs().values().stream().mapToLong(Long::longValue).sum();
    if (sumMs == 0) {
      return;
    }
    String longest = null;
    for (Map.Entry<WaitingFor, Long> held : longestFirst(report)) {
      double share = held.getValue() / (double) sumMs;
      if (longest == null) {
        longest = Told.hold(held.getKey().name());
        say(
            "What holds it longest: %s (%s, %.0f %% of the time that requests wait).",
            longest, Told.span(held.getValue()), share * 100);
      } else if (share >= SHARE_TOLD_MIN) {
        say(
            "  then: %s (%s, %.0f %%)",
            Told.hold(held.getKey().name()), Told.span(held.getValue()), share * 100);
      }
    }
  }

  private static List<Map.Entry<WaitingFor, Long>> longestFirst(RehearsalReport report) {
    return report.heldMs().entrySet().stream()
        .sorted(
            Map.Entry.<WaitingFor, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  private static String seconds(int ms) {
    return ms % 1_000 == 0 ? ms / 1_000 + " s" : ms + " ms";
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : Double.toString(value);
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String share(long part, long whole) {
    return part == 0
        ? "none"
        : String.format(Locale.ROOT, "%,d (%.1f %%)", part, 100.0 * part / Math.max(1, whole));
  }

  private void rowIfAny(long requests, RehearsalReport report, String what) {
    if (requests > 0) {
      row(requests, report, what);
    }
  }

  private void row(long requests, RehearsalReport report, String what) {
    double percent = 100.0 * requests / Math.max(1, report.accepted());
    String share = requests > 0 && percent < 1 ? "<1" : String.format(Locale.ROOT, "%.0f", percent);
    say("%,10d  %3s %%  %s", requests, share, what);
  }

  private String at(RehearsalReport report, long afterMs) {
    return AT.format(Instant.ofEpochMilli(report.beganAtMs() + afterMs).atZone(zone));
  }

  private void say(String form, Object... words) {
    out.println(String.format(Locale.ROOT, form, words));
  }

  static ObjectNode json(RehearsalReport report) {
    ObjectNode all = new ObjectMapper().createObjectNode();
    all.put("rows", report.rows()).put("accepted", report.accepted());
    all.put("duplicates", report.duplicates()).put("rejected", report.rejected());
    all.put("submitted", report.submitted()).put("rejectedByTarget", report.rejectedByTarget());
    all.put("expired", report.expired()).put("undeliverable", report.undeliverable());
    all.put("dialled", report.dialled()).put("answered", report.answered());
    all.put("expiredAtDialer", report.expiredAtDialer());
    all.put("beganAt", Instant.ofEpochMilli(report.beganAtMs()).toString());
    all.put("handedOverSeconds", report.handedOverMs() / 1000.0);
    all.put("finishedSeconds", report.finishedMs() / 1000.0);
    all.put(
        "finishedAt", Instant.ofEpochMilli(report.beganAtMs() + report.finishedMs()).toString());
    all.put("calls", report.calls()).put("callsThrottled", report.callsThrottled());
    all.put("callsDialerFull", report.callsDialerFull());
    all.put("itemsDialerFull", report.itemsDialerFull());
    all.put("requestsSent", report.requestsSent());
    all.put("batchFill", Math.round(report.batchFill() * 100) / 100.0);
    ObjectNode held = all.putObject("heldSeconds");
    List<Map.Entry<WaitingFor, Long>> longest = longestFirst(report);
    longest.forEach(entry -> held.put(entry.getKey().name(), entry.getValue() / 1000.0));
    if (!longest.isEmpty()) {
      all.put("heldLongestBy", longest.get(0).getKey().name());
    }
    all.put("seconds", Math.round(report.rehearsedSeconds() * 1000) / 1000.0);
    return all;
  }
}
