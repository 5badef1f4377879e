package io.dialspool.replay;

import io.dialspool.intake.SampleLines;
import io.dialspool.request.CampaignId;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Verdict;
import io.dialspool.spool.DedupeStage;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.time.Clock;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a replay of files would come to, found out without sending anything: their rows are read as
 * a replay reads them, judged as the data port judges, and compared with each other as the spool
 * does. What only the spool knows, whether a token was there before, stays open. Use once, on one
 * thread.
 */
public final class DryRun {
  /** Where deadlines are counted up to; milliseconds ahead. */
  private static final long[] AHEAD_MS = {
    OutgoingBatch.LEFT_MIN_MS, 600_000, 3_600_000, 4 * 3_600_000L, 24 * 3_600_000L
  };

  private static final long TOLD_EVERY_NS = 100_000_000;

  private final ReplayConfig config;
  private final Clock clock;
  private final CampaignId campaign;
  private final ValidateStage validate;
  private final long rowsMax;
  private final SampleLines lines = new SampleLines();
  private final DialSlot slot = new DialSlot();
  private DialItems items = new DialItems();

  private final SeenLeads seen = new SeenLeads();
  private final Countries countries = new Countries();
  private final Map<Reject, Long> invalid = new HashMap<>();
  private final long[] aheadRows = new long[AHEAD_MS.length + 1];
  private long rows;
  private long valid;
  private long duplicates;
  private long rejected;
  private long rowsOfNumbersTwice;
  private long earliestMs = Long.MAX_VALUE;

  /**
   * @param numbers the rule of the service that the files are for
   * @param rowsMax more rows than that aren't looked at
   */
  public DryRun(ReplayConfig config, NumberRule numbers, Clock clock, long rowsMax) {
    this.config = config;
    this.clock = clock;
    this.campaign = new CampaignId(config.campaignId());
    this.validate = new ValidateStage(numbers);
    this.rowsMax = rowsMax;
  }

  /** Rows rejected for one reason, which names members and never values. */
  public record Invalid(String member, String reason, long rows) {
    /** {@code member: reason}. */
    public String text() {
      return member.isEmpty() ? reason : member + ": " + reason;
    }
  }

  /**
   * Numbers of one country.
   *
   * @param region ISO 3166 of the country, or of the main one under a code that several share;
   *     {@code 001} for none
   * @param andOthers whether several countries share the code and aren't told apart
   * @param name in English
   */
  public record Country(
      int callingCode, String region, boolean andOthers, String name, long rows) {}

  /**
   * When the rows that would be accepted are too late.
   *
   * @param earliestMs milliseconds since 1970; 0 if there is none
   * @param tooLate rows with less than 35 s left: accepted, but never sent
   */
  public record Deadlines(
      long earliestMs,
      long tooLate,
      long within10Minutes,
      long within1Hour,
      long within4Hours,
      long within1Day,
      long later) {}

  /**
   * What was found. {@code rows = accepted + duplicates + rejected}, as a replay into an empty
   * spool would count them.
   *
   * @param invalid most rows first
   * @param numbersTwice numbers that come more than once under different tokens
   * @param rowsOfNumbersTwice rows with such a number, the first of each left out
   * @param whole false if there were more rows than were looked at
   * @param compared false if memory didn't suffice to compare every row with all before it
   * @param rejects the file of the rejected rows, null if there are none
   */
  public record Outcome(
      long rows,
      long accepted,
      long duplicates,
      long rejected,
      List<Invalid> invalid,
      long numbersTwice,
      long rowsOfNumbersTwice,
      List<Country> countries,
      Deadlines deadlines,
      boolean whole,
      boolean compared,
      @Nullable Path rejects,
      double seconds) {
    public Outcome {
      invalid = List.copyOf(invalid);
      countries = List.copyOf(countries);
    }
  }

  /**
   * Reads the sources and lists rejected rows as a replay does.
   *
   * @throws ReplayException usage, if a source as a whole isn't what it should be
   */
  public Outcome run(ReplayListener listener) {
    try (var rejects = new RejectsFile(config.rejects(), config.sources())) {
      Outcome outcome = run(rejects, listener);
      rejects.flush();
      return outcome;
    }
  }

  /** The same without the list. */
  public Outcome count() {
    return run(null, ReplayListener.NONE);
  }

  private Outcome run(@Nullable RejectsFile rejects, ReplayListener listener) {
    long startNs = clock.nanoTime();
    long toldAtNs = startNs;
    boolean whole;
    var judge = new Judge(rejects);
    try (var leads = new LeadLines(config, clock)) {
      boolean more = leads.next(judge);
      while (more && !judge.cut) {
        if (clock.nanoTime() - toldAtNs >= TOLD_EVERY_NS) {
          toldAtNs = clock.nanoTime();
          listener.progressed(progress(leads));
        }
        more = leads.next(judge);
      }
      whole = !more && !judge.cut;
    }
    return new Outcome(
        rows,
        valid,
        duplicates,
        rejected,
        invalid.entrySet().stream()
            .map(e -> new Invalid(e.getKey().member(), e.getKey().reason(), e.getValue()))
            .sorted(
                Comparator.comparingLong(Invalid::rows)
                    .reversed()
                    .thenComparing(Invalid::member)
                    .thenComparing(Invalid::reason))
            .toList(),
        seen.numbersTwice(),
        rowsOfNumbersTwice,
        countries.all(),
        deadlines(),
        whole,
        seen.isWhole(),
        rejects == null ? null : rejects.path(),
        (clock.nanoTime() - startNs) / 1e9);
  }

  private ReplayProgress progress(LeadLines leads) {
    return new ReplayProgress(
        leads.source(),
        leads.sourceNumber(),
        config.sources().size(),
        rows,
        valid,
        duplicates,
        rejected,
        leads.sourceReadBytes(),
        leads.sourceBytes(),
        leads.readBytes(),
        config.totalBytes(),
        "");
  }

  private Deadlines deadlines() {
    return new Deadlines(
        valid == 0 ? 0 : earliestMs,
        aheadRows[0],
        aheadRows[1],
        aheadRows[2],
        aheadRows[3],
        aheadRows[4],
        aheadRows[5]);
  }

  private void accepted(long deadlineMs, long nowMs) {
    valid++;
    earliestMs = Math.min(earliestMs, deadlineMs);
    int at = Arrays.binarySearch(AHEAD_MS, deadlineMs - nowMs);
    aheadRows[at < 0 ? -at - 1 : at]++;
    countries.count(slot.items(), 0);
    if (seen.number(slot.items(), 0)) {
      rowsOfNumbersTwice++;
    }
  }

  /** Judges rows as they come. */
  private final class Judge implements LeadLines.Visitor {
    private final @Nullable RejectsFile rejects;
    private boolean cut;

    Judge(@Nullable RejectsFile rejects) {
      this.rejects = rejects;
    }

    @Override
    public void line(String source, long line, byte[] bytes, int at, int to) {
      if (isOver()) {
        return;
      }
      Fault fault = lines.read(bytes, at, to, items);
      if (fault == null) {
        long nowMs = clock.epochMs();
        items = slot.trade(campaign, items, nowMs, synced -> {});
        validate.on(slot);
        DialItems judged = slot.items();
        fault = judged.verdict(0) == Verdict.FINE ? null : judged.fault(0);
        if (fault == null) {
          switch (seen.token(judged, 0)) {
            case NEW -> accepted(judged.deadlineMs(0), nowMs);
            case KNOWN -> duplicates++;
            case KNOWN_WITH_OTHER_CONTENT -> fault = DedupeStage.OTHER_CONTENT;
          }
        }
      }
      if (fault != null) {
        reject(source, line, new Reject(fault.member(), fault.reason()));
      }
    }

    @Override
    public void rejected(String source, long line, Reject why) {
      if (!isOver()) {
        reject(source, line, why);
      }
    }

    private boolean isOver() {
      boolean over = rows == rowsMax;
      cut |= over;
      rows += over ? 0 : 1;
      return over;
    }

    private void reject(String source, long line, Reject why) {
      rejected++;
      invalid.merge(why, 1L, Long::sum);
      if (rejects != null) {
        rejects.add(source, line, why);
      }
    }
  }
}
