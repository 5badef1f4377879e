package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the dead letters that a redrive is meant for, a bounded piece at a time, in the order in
 * which they ended or in which they were named. Reads the disk; any thread but an event loop.
 */
public final class DeadLetters {
  private static final int TOKENS_A_LOOK = 64;
  private static final Pattern PLACE = Pattern.compile("(\\d{1,18}-\\d{1,9})-(\\d{1,18})");
  private static final Pattern NAMED = Pattern.compile("n(\\d{1,9})");

  private final Spool spool;
  private final OutcomeFeed feed;

  public DeadLetters(Spool spool, OutcomeFeed feed) {
    this.spool = spool;
    this.feed = feed;
  }

  /**
   * What one look found.
   *
   * @param candidates to be redriven, for one {@link RedriveChunk}
   * @param matched all that were meant, those skipped among them
   * @param next where to look on; null at the end
   */
  public record Look(
      List<Settlement> candidates,
      int matched,
      int inDoubt,
      int alreadyRedriven,
      @Nullable String next) {}

  /** Whether {@code after} may stand in an order. */
  public static boolean isPlace(String after) {
    return after.isEmpty() || PLACE.matcher(after).matches() || NAMED.matcher(after).matches();
  }

  /**
   * Looks on.
   *
   * @param after {@link Look#next} of the last look of the same order; empty to begin
   */
  public Look look(CampaignId campaign, RedriveOrder order, String after) {
    LaneInfo lane = spool.lane(campaign);
    var looking = new Looking(order);
    if (lane == null) {
      return looking.end(null);
    }
    return order.clientTokens().isEmpty()
        ? inOrder(lane, looking, after)
        : named(campaign, looking, order.clientTokens(), after);
  }

  // What dies while it goes on is left to the next redrive, or this one might never end.
  private Look inOrder(LaneInfo lane, Looking looking, String after) {
    OutcomeFeed.Cursor from = OutcomeFeed.Cursor.START;
    long through = 0;
    Matcher place = PLACE.matcher(after);
    if (place.matches()) {
      from = OutcomeFeed.Cursor.of(place.group(1)).orElse(from);
      through = Long.parseLong(place.group(2));
    }
    if (through == 0) {
      through = feed.lastNumber(lane, OutcomeFeed.Kind.DEAD_LETTERS);
    }
    OutcomeFeed.Piece piece =
        feed.read(lane, OutcomeFeed.Kind.DEAD_LETTERS, from, through, RedriveChunk.ITEMS_MAX);
    OutcomeFeed.Cursor next = piece.next();
    for (OutcomeFeed.Entry entry : piece.entries()) {
      if (!looking.hasRoomFor(entry.end())) {
        return looking.end(next + "-" + through);
      }
      looking.consider(entry.end(), entry.redrivenAs() != 0, false);
      next = entry.cursor();
    }
    return looking.end(piece.atEnd() ? null : piece.next() + "-" + through);
  }

  private Look named(CampaignId campaign, Looking looking, List<ClientToken> tokens, String after) {
    Matcher place = NAMED.matcher(after);
    int from = place.matches() ? Integer.parseInt(place.group(1)) : 0;
    int to = Math.min(tokens.size(), from + TOKENS_A_LOOK);
    for (int i = from; i < to; i++) {
      Optional<Spool.Found> found = spool.find(campaign, tokens.get(i));
      if (found.isEmpty() || !looking.isNew(found.get().request())) {
        continue;
      }
      Settlement end = found.get().outcome();
      if (end != null && OutcomeIndex.isDead(end.state())) {
        if (!looking.hasRoomFor(end)) {
          return looking.end("n" + i);
        }
        looking.consider(end, found.get().redrivenAs() != 0, true);
      } else if (found.get().request().redriveOf() != 0) {
        looking.redrivenBefore();
      }
    }
    return looking.end(to == tokens.size() ? null : "n" + to);
  }

  private static final class Looking {
    private final RedriveOrder order;
    private final List<Settlement> candidates = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private int matched;
    private int inDoubt;
    private int alreadyRedriven;
    private int bytes;

    Looking(RedriveOrder order) {
      this.order = order;
    }

    boolean isNew(StoredRequest request) {
      return seen.add(request.sequence());
    }

    boolean hasRoomFor(Settlement end) {
      return candidates.isEmpty()
          || bytes + RedrivenPage.bytesOf(end.request()) <= RedriveChunk.BYTES_MAX;
    }

    void consider(Settlement end, boolean redriven, boolean named) {
      if (!order.matches(end.state(), end.reason(), end.settledAtMs())) {
        return;
      }
      matched++;
      if (redriven) {
        alreadyRedriven++;
      } else if (end.reason() == Reason.IN_DOUBT && !order.inDoubt() && !named) {
        inDoubt++;
      } else {
        candidates.add(end);
        bytes += RedrivenPage.bytesOf(end.request());
      }
    }

    /** Named, and what bears the name now is a redrive that has not died. */
    void redrivenBefore() {
      matched++;
      alreadyRedriven++;
    }

    Look end(@Nullable String next) {
      return new Look(candidates, matched, inDoubt, alreadyRedriven, next);
    }
  }
}
