package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the requests that a recall is meant for, in the order of their acceptance, a bounded piece
 * at a time. There is no index of numbers: each page that is kept is read for one; a whole campaign
 * costs what waits in it. Reads the disk; any thread but an event loop.
 */
public final class AcceptedRequests {
  private static final int ENTRIES_MAX = 2_048;
  private static final long BYTES_MAX = 4L << 20;
  private static final Pattern PLACE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  private final Spool spool;

  public AcceptedRequests(Spool spool) {
    this.spool = spool;
  }

  /**
   * One that is meant.
   *
   * @param ended how it ended; null while it waits
   */
  public record Entry(long sequence, String clientToken, @Nullable RequestState ended) {}

  /**
   * What one look found.
   *
   * @param entries oldest first
   * @param passedOver that have ended and were not looked at
   * @param through the last sequence that is meant; later ones came after the recall began
   * @param next sequence to look on from; 0 at the end
   */
  public record Look(List<Entry> entries, long passedOver, long through, long next) {
    /** As an order's {@code after}: look on from this sequence. */
    public String place(long from) {
      return from + "-" + through;
    }
  }

  /** Whether {@code after} may stand in an order. */
  public static boolean isPlace(String after) {
    return after.isEmpty() || PLACE.matcher(after).matches();
  }

  /**
   * Looks on.
   *
   * @param after {@link Look#place} of the last look of the same order; empty to begin
   */
  public Look look(CampaignId campaign, RecallOrder order, String after) {
    LaneInfo lane = spool.lane(campaign);
    if (lane == null) {
      return new Look(List.of(), 0, 0, 0);
    }
    Matcher place = PLACE.matcher(after);
    long from = place.matches() ? Math.max(1, Long.parseLong(place.group(1))) : 1;
    long through = place.matches() ? Long.parseLong(place.group(2)) : lastSequence(lane);
    return new Looking(lane, order.phoneNumber(), from, through).look();
  }

  private long lastSequence(LaneInfo lane) {
    OrderedStore.Entry last =
        spool
            .store()
            .floor(
                Keys.PAGES, Keys.page(lane.number(), 0), Keys.page(lane.number(), Long.MAX_VALUE));
    return last == null ? 0 : ByteBuffer.wrap(last.key()).getLong(4) + Page.count(last.value()) - 1;
  }

  private final class Looking {
    private final LaneInfo lane;
    private final String phoneNumber;
    private final long through;
    private final List<Entry> entries = new ArrayList<>();
    private long at;
    private long passedOver;
    private long bytes;

    Looking(LaneInfo lane, String phoneNumber, long from, long through) {
      this.lane = lane;
      this.phoneNumber = phoneNumber;
      this.at = from;
      this.through = through;
    }

    Look look() {
      SettledRanges settled = settled();
      while (at <= through && bytes < BYTES_MAX && entries.size() < ENTRIES_MAX) {
        skipTo(settled.skip(at));
        OrderedStore.Entry page = at > through ? null : pageOf(at);
        if (page == null) {
          skipTo(through + 1);
        } else {
          long first = ByteBuffer.wrap(page.key()).getLong(4);
          skipTo(first); // what comes before was let go of
          if (settled.skip(at) == at) {
            read(first, page.value());
          }
        }
      }
      return new Look(entries, passedOver, through, at > through ? 0 : at);
    }

    /** A number is looked for among those that ended too. */
    private SettledRanges settled() {
      byte[] ranges =
          phoneNumber.isEmpty() ? spool.store().get(Keys.CURSORS, Keys.lane(lane.number())) : null;
      return ranges == null ? new SettledRanges() : SettledRanges.decode(ranges);
    }

    private void skipTo(long sequence) {
      long to = Math.min(sequence, through + 1);
      if (to > at) {
        passedOver += phoneNumber.isEmpty() ? to - at : 0;
        at = to;
      }
    }

    /** The page that the request lies in, or the next one behind it; null if there is none. */
    private OrderedStore.@Nullable Entry pageOf(long sequence) {
      OrderedStore.Entry page =
          spool
              .store()
              .floor(Keys.PAGES, Keys.page(lane.number(), 0), Keys.page(lane.number(), sequence));
      if (page != null
          && sequence < ByteBuffer.wrap(page.key()).getLong(4) + Page.count(page.value())) {
        return page;
      }
      var next = new OrderedStore.@Nullable Entry[1];
      spool
          .store()
          .scan(
              Keys.PAGES,
              Keys.page(lane.number(), sequence),
              Keys.page(lane.number(), through + 1),
              (key, value) -> {
                next[0] = new OrderedStore.Entry(key, value);
                return false;
              });
      return next[0];
    }

    private void read(long first, byte[] page) {
      bytes += page.length;
      Map<Integer, SettledPart.Outcome> outcomes = null;
      for (StoredRequest request : Page.read(lane, first, page)) {
        if (request.sequence() < at || request.sequence() > through) {
          continue;
        }
        if (entries.size() == ENTRIES_MAX) {
          return;
        }
        at = request.sequence() + 1;
        if (phoneNumber.isEmpty() || request.phoneNumber().equals(phoneNumber)) {
          if (outcomes == null) {
            outcomes = SettledPart.ofPage(spool.store(), lane.number(), first);
          }
          SettledPart.Outcome end = outcomes.get(request.index());
          entries.add(
              new Entry(
                  request.sequence(), request.clientToken(), end == null ? null : end.state()));
        }
      }
    }
  }
}
