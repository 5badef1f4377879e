package io.dialspool.outcomes;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RequestId;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Settlement;
import io.dialspool.spool.Spool;
import io.dialspool.spool.StoredRequest;
import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers queries of the feed and of dead letters, a page each, off the event loops. */
public final class Feeds {
  private final Spool spool;
  private final OutcomeFeed feed;
  private final Executor lookUps;

  /**
   * @param lookUps may block on the disk; refuses when full
   */
  public Feeds(Spool spool, OutcomeFeed feed, Executor lookUps) {
    this.spool = spool;
    this.feed = feed;
    this.lookUps = lookUps;
  }

  /** Any thread; the answer comes on a thread of its own, where it may be written out at length. */
  public void read(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then) {
    try {
      lookUps.execute(() -> then.accept(page(campaign, query)));
    } catch (RejectedExecutionException e) {
      then.accept(OutcomePage.BUSY);
    }
  }

  private OutcomePage page(CampaignId campaign, OutcomeQuery query) {
    LaneInfo lane = spool.lane(campaign);
    if (lane == null) {
      return OutcomePage.NO_CAMPAIGN;
    }
    OutcomeFeed.Kind kind =
        query.deadLetters() ? OutcomeFeed.Kind.DEAD_LETTERS : OutcomeFeed.Kind.ALL;
    OutcomeFeed.Cursor after =
        OutcomeFeed.Cursor.of(query.after()).orElse(OutcomeFeed.Cursor.START);
    long through = query.through() == 0 ? feed.lastNumber(lane, kind) : query.through();
    OutcomeFeed.Piece piece = feed.read(lane, kind, after, through, query.max());
    var outcomes = new ArrayList<Outcome>(piece.entries().size());
    for (OutcomeFeed.Entry entry : piece.entries()) {
      outcomes.add(outcome(entry, query.deadLetters()));
    }
    return new OutcomePage(
        OutcomePage.Found.READ, outcomes, through, piece.next().toString(), piece.atEnd());
  }

  /**
   * Reads on at once. Any thread that may wait for the disk.
   *
   * @param after a cursor of this feed; empty for the oldest that is kept
   * @param max 1 or more
   * @return null if nothing was ever accepted for the campaign
   */
  public @Nullable OutcomePage readNow(CampaignId campaign, String after, int max) {
    OutcomePage page = page(campaign, new OutcomeQuery(false, after, 0, max));
    return page.found() == OutcomePage.Found.READ ? page : null;
  }

  /** Whether outcomes behind a cursor were let go unread; blocks on the disk. */
  public boolean hasGapBehind(CampaignId campaign, String after) {
    LaneInfo lane = spool.lane(campaign);
    return lane != null
        && feed.hasGapBehind(lane, OutcomeFeed.Cursor.of(after).orElse(OutcomeFeed.Cursor.START));
  }

  /**
   * The part of the feed behind a cursor that ended before a time, as far as one look goes; blocks
   * on the disk.
   */
  public OutcomeFeed.Stretch endedBefore(CampaignId campaign, String after, long beforeMs) {
    LaneInfo lane = spool.lane(campaign);
    OutcomeFeed.Cursor from = OutcomeFeed.Cursor.of(after).orElse(OutcomeFeed.Cursor.START);
    return lane == null ? new OutcomeFeed.Stretch(from, 0) : feed.endedBefore(lane, from, beforeMs);
  }

  private static Outcome outcome(OutcomeFeed.Entry entry, boolean whole) {
    Settlement end = entry.end();
    StoredRequest request = end.request();
    return new Outcome(
        entry.cursor().toString(),
        new RequestId(request.lane().number(), request.sequence()),
        new ClientToken(request.clientToken()),
        end.state(),
        end.reason(),
        end.targetDialRequestId(),
        end.attempts(),
        end.firstSentAtMs(),
        end.evidence(),
        request.acceptedAtMs(),
        request.deadlineMs(),
        end.settledAtMs(),
        whole ? request.phoneNumber() : "",
        whole ? request.attributes() : "",
        id(request, request.redriveOf()),
        id(request, entry.redrivenAs()));
  }

  private static @Nullable RequestId id(StoredRequest request, long sequence) {
    return sequence == 0 ? null : new RequestId(request.lane().number(), sequence);
  }
}
