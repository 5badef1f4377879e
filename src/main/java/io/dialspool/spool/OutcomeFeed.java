package io.dialspool.spool;

import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ended requests of a lane in the order in which their ends were synced. Reads the disk, a bounded
 * piece at a time; any thread but an event loop. What was purged meanwhile is passed over.
 */
public final class OutcomeFeed {
  private static final int PARTS_A_READ = 2_000;
  private static final int PAGES_HELD = 32;
  private static final long BYTES_A_READ = 1 << 20;

  /** What is read. */
  public enum Kind {
    ALL(OutcomeIndex.ALL),
    /** {@code REJECTED}, {@code EXPIRED} and {@code UNDELIVERABLE}. */
    DEAD_LETTERS(OutcomeIndex.DEAD_LETTERS);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /**
   * A place in one kind's feed of one lane; stays good over restarts.
   *
   * @param number of the group
   * @param items of it that lie before
   */
  public record Cursor(long number, int items) implements Comparable<Cursor> {
    public static final Cursor START = new Cursor(0, 0);
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-(\\d{1,9})");

    /** Reads what {@link #toString} wrote; empty text is the start. */
    public static Optional<Cursor> of(String text) {
      if (text.isEmpty()) {
        return Optional.of(START);
      }
      Matcher match = FORM.matcher(text);
      return match.matches()
          ? Optional.of(
              new Cursor(Long.parseLong(match.group(1)), Integer.parseInt(match.group(2))))
          : Optional.empty();
    }

    @Override
    public int compareTo(Cursor other) {
      int byNumber = Long.compare(number, other.number);
      return byNumber != 0 ? byNumber : Integer.compare(items, other.items);
    }

    @Override
    public String toString() {
      return number + "-" + items;
    }
  }

  /**
   * One ended request.
   *
   * @param cursor the place behind it
   * @param redrivenAs sequence of the request that it was redriven as; 0 for none
   */
  public record Entry(Cursor cursor, Settlement end, long redrivenAs) {}

  /**
   * @param next where to read on
   * @param atEnd whether there was nothing more
   */
  public record Piece(List<Entry> entries, Cursor next, boolean atEnd) {}

  /**
   * A part of the feed.
   *
   * @param through the place behind it
   * @param items outcomes in it
   */
  public record Stretch(Cursor through, long items) {}

  private static final int GROUPS_A_LOOK = 10_000;

  private final Spool spool;
  private final OrderedStore store;

  public OutcomeFeed(Spool spool) {
    this.spool = spool;
    this.store = spool.store();
  }

  /** The last group that there is; for {@link #read}. */
  public long lastNumber(LaneInfo lane, Kind kind) {
    return OutcomeIndex.last(store, lane.number(), kind.code);
  }

  /** Whether something of the whole feed behind {@code after} is kept no longer. */
  public boolean hasGapBehind(LaneInfo lane, Cursor after) {
    boolean[] gap = {false};
    store.scan(
        Keys.OUTCOMES,
        Keys.outcomes(lane.number(), OutcomeIndex.ALL, after.number),
        Keys.outcomes(lane.number(), OutcomeIndex.ALL, Long.MAX_VALUE),
        (key, group) -> {
          // What a restore leaves is a group without parts, far behind the last.
          gap[0] =
              OutcomeIndex.number(key) > after.number + 1 && group.length > OutcomeIndex.HEAD_BYTES;
          return false;
        });
    return gap[0];
  }

  /** The groups of the whole feed behind {@code after} that ended before a time, 10,000 at most. */
  public Stretch endedBefore(LaneInfo lane, Cursor after, long beforeMs) {
    Stretch[] stretch = {new Stretch(after, 0)};
    int[] left = {GROUPS_A_LOOK};
    store.scan(
        Keys.OUTCOMES,
        Keys.outcomes(lane.number(), OutcomeIndex.ALL, after.number),
        Keys.outcomes(lane.number(), OutcomeIndex.ALL, Long.MAX_VALUE),
        (key, group) -> {
          if (OutcomeIndex.settledAtMs(group) >= beforeMs || left[0]-- == 0) {
            return false;
          }
          long number = OutcomeIndex.number(key);
          int items = OutcomeIndex.items(group);
          int before = number == after.number ? Math.min(items, after.items) : 0;
          stretch[0] = new Stretch(new Cursor(number, items), stretch[0].items + items - before);
          return true;
        });
    return stretch[0];
  }

  /**
   * Reads on.
   *
   * @param through the last group to read
   * @param entriesMax 1 or more
   */
  public Piece read(LaneInfo lane, Kind kind, Cursor after, long through, int entriesMax) {
    var reading = new Reading(lane, kind, after, entriesMax);
    store.scan(
        Keys.OUTCOMES,
        Keys.outcomes(lane.number(), kind.code, after.number),
        Keys.outcomes(lane.number(), kind.code, through + 1),
        (key, group) -> reading.group(OutcomeIndex.number(key), group));
    return new Piece(reading.entries, reading.next, !reading.full);
  }

  private final class Reading {
    private final LaneInfo lane;
    private final Kind kind;
    private final Cursor after;
    private final int entriesMax;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Long, List<StoredRequest>> pages =
        new LinkedHashMap<>(PAGES_HELD, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, List<StoredRequest>> eldest) {
            return size() > PAGES_HELD;
          }
        };
    private Cursor next;
    private boolean full;
    private int parts;
    private long bytes;

    Reading(LaneInfo lane, Kind kind, Cursor after, int entriesMax) {
      this.lane = lane;
      this.kind = kind;
      this.after = after;
      this.entriesMax = entriesMax;
      this.next = after;
    }

    /** Returns whether to go on with the next group. */
    boolean group(long number, byte[] group) {
      int[] at = {0};
      OutcomeIndex.read(
          group,
          (first, index, items) -> {
            if (number > after.number || at[0] + items > after.items) {
              if (full || ++parts > PARTS_A_READ) {
                full = true;
                return false;
              }
              part(number, at[0], first, index);
              if (full) {
                return false;
              }
            }
            at[0] += items;
            next = number > after.number || at[0] > after.items ? new Cursor(number, at[0]) : next;
            return true;
          });
      return !full;
    }

    private void part(long number, int at, long first, int index) {
      int position = at;
      for (Map.Entry<Integer, SettledPart.Outcome> one :
          SettledPart.ofPart(store, lane.number(), first, index).entrySet()) {
        position++;
        SettledPart.Outcome outcome = one.getValue();
        boolean wanted = kind == Kind.ALL || OutcomeIndex.isDead(outcome.state());
        if (wanted && (number > after.number || position > after.items)) {
          if (entries.size() >= entriesMax || bytes >= BYTES_A_READ) {
            full = true;
            return;
          }
          add(new Cursor(number, position), first, one.getKey(), outcome);
          next = new Cursor(number, position);
        }
      }
    }

    private void add(Cursor cursor, long first, int index, SettledPart.Outcome outcome) {
      List<StoredRequest> page = pages.computeIfAbsent(first, its -> page(lane, its));
      if (index >= page.size()) {
        return;
      }
      StoredRequest request = page.get(index);
      bytes += request.payloadBytes();
      entries.add(
          new Entry(
              cursor,
              outcome.of(request),
              outcome.state() == RequestState.SUBMITTED
                  ? 0
                  : spool.redrivenAs(lane, request.sequence())));
    }
  }

  private List<StoredRequest> page(LaneInfo lane, long first) {
    byte[] page = store.get(Keys.PAGES, Keys.page(lane.number(), first));
    return page == null ? List.of() : Page.read(lane, first, page);
  }
}
