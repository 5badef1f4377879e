package io.dialspool.replay;

import io.dialspool.intake.SampleLines;
import io.dialspool.request.CampaignId;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Verdict;
import io.dialspool.time.Clock;
import io.dialspool.validate.NumberRule;
import io.dialspool.validate.ValidateStage;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a replay of a file would come to, found out without sending anything: its rows are read as a
 * replay reads them and judged as the data port judges. What only the spool knows, whether a token
 * was there before, stays open.
 */
public final class DryRun {
  /** More rows than that aren't looked at. */
  static final int ROWS_MAX = 1_000_000;

  private final ReplayConfig config;
  private final Clock clock;
  private final ValidateStage validate;
  private final SampleLines lines = new SampleLines();
  private final DialSlot slot = new DialSlot();
  private DialItems items = new DialItems();
  private final Map<String, Long> invalid = new TreeMap<>();
  private long rows;
  private long valid;
  private long earliestMs = Long.MAX_VALUE;

  private DryRun(ReplayConfig config, Clock clock, NumberRule numbers) {
    this.config = config;
    this.clock = clock;
    this.validate = new ValidateStage(numbers);
  }

  /**
   * What was found.
   *
   * @param invalid reason to rows; reasons name members, never values
   * @param earliestDeadlineMs of the valid rows, milliseconds since 1970; 0 if there are none
   * @param whole false if there were more rows than are looked at
   */
  public record Outcome(
      long rows, long valid, Map<String, Long> invalid, long earliestDeadlineMs, boolean whole) {}

  /**
   * Reads the sources of {@code config}.
   *
   * @param numbers the rule of the service that the file is for
   * @throws ReplayException usage, if a source as a whole isn't what it should be
   */
  public static Outcome of(ReplayConfig config, NumberRule numbers, Clock clock) {
    return new DryRun(config, clock, numbers).run();
  }

  private Outcome run() {
    var columns = new Columns(config.columns());
    boolean whole = true;
    for (Source source : config.sources()) {
      whole &= read(source, columns);
    }
    return new Outcome(rows, valid, Map.copyOf(invalid), valid == 0 ? 0 : earliestMs, whole);
  }

  private boolean read(Source source, Columns columns) {
    var writer = new LeadWriter(config, clock);
    var lead = new Lead();
    var chunk = new Chunk();
    chunk.begin(source.name());
    try (Input input = Input.open(source)) {
      LeadReader leads = input.leads(source, columns, config.delimiter());
      boolean more = leads.next(lead);
      while (more && rows < ROWS_MAX) {
        writer.write(lead, chunk);
        rows++;
        if (chunk.isFull()) {
          judge(chunk);
          chunk.begin(source.name());
        }
        more = leads.next(lead);
      }
      judge(chunk);
      return !more;
    } catch (IOException e) {
      throw ReplayException.usage(source.name() + ": " + Replay.unreadable(e));
    }
  }

  private void judge(Chunk chunk) {
    chunk.settleInto(new RejectedByTheReader());
    byte[] bytes = chunk.bytes();
    int at = 0;
    for (int i = 0; i < chunk.bytesEnd(); i++) {
      if (bytes[i] == '\n') {
        judge(bytes, at, i + 1);
        at = i + 1;
      }
    }
  }

  private void judge(byte[] bytes, int at, int to) {
    Fault fault = lines.read(bytes, at, to, items);
    if (fault == null) {
      items = slot.trade(new CampaignId(config.campaignId()), items, clock.epochMs(), synced -> {});
      validate.on(slot);
      fault = slot.items().verdict(0) == Verdict.FINE ? null : slot.items().fault(0);
      if (fault == null) {
        valid++;
        earliestMs = Math.min(earliestMs, slot.items().deadlineMs(0));
      }
    }
    if (fault != null) {
      count(fault.member(), fault.reason());
    }
  }

  private void count(String member, String reason) {
    invalid.merge(member.isEmpty() ? reason : member + ": " + reason, 1L, Long::sum);
  }

  /** The lines of a chunk that weren't sent are judged here, the reader's verdicts are taken. */
  private final class RejectedByTheReader implements Chunk.Tally {
    @Override
    public void accepted() {}

    @Override
    public void duplicate() {}

    @Override
    public void rejected(String source, long line, Reject why) {
      count(why.member(), why.reason());
    }
  }
}
