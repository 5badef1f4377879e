package io.dialspool.simulation;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RequestState;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.OutcomeFeed;
import java.util.HashMap;
import java.util.Map;

/**
 * One who follows the feeds of all campaigns through every life of the service, and remembers
 * nothing but a cursor for each and what it was told.
 */
final class FeedLedger {
  private static final int ENTRIES = 40;
  private static final int ENTRIES_AT_THE_END = 500;
  private static final int PIECES_MAX = 10_000;

  private record Reading(CampaignId campaign, OutcomeFeed.Kind kind) {}

  private record Told(OutcomeFeed.Kind kind, StoreRecount.Place place) {}

  private final Judge judge;
  private final Map<Reading, OutcomeFeed.Cursor> cursors = new HashMap<>();
  private final Map<Told, RequestState> told = new HashMap<>();

  FeedLedger(Judge judge) {
    this.judge = judge;
  }

  /** Reads a piece of each of a campaign's feeds; whether that was all there is. */
  boolean read(Life life, CampaignId campaign) {
    return read(life, campaign, ENTRIES);
  }

  private boolean read(Life life, CampaignId campaign, int entries) {
    LaneInfo lane = life.spool.lane(campaign);
    boolean atEnd = true;
    if (lane != null) {
      for (OutcomeFeed.Kind kind : OutcomeFeed.Kind.values()) {
        atEnd &= read(life.feed, lane, new Reading(campaign, kind), entries);
      }
    }
    return atEnd;
  }

  private boolean read(OutcomeFeed feed, LaneInfo lane, Reading reading, int entries) {
    OutcomeFeed.Cursor after = cursors.getOrDefault(reading, OutcomeFeed.Cursor.START);
    OutcomeFeed.Piece piece =
        feed.read(lane, reading.kind, after, feed.lastNumber(lane, reading.kind), entries);
    for (OutcomeFeed.Entry entry : piece.entries()) {
      var place = new StoreRecount.Place(lane.number(), entry.end().request().sequence());
      if (told.put(new Told(reading.kind, place), entry.end().state()) != null) {
        throw judge.failure(
            Checker.FEED, "the feed told of ds-%d-%d twice", place.lane(), place.sequence());
      }
    }
    cursors.put(reading, piece.next());
    return piece.atEnd();
  }

  /** Reads all that is left, and holds it against a recount. */
  void finish(Life life, Iterable<CampaignId> campaigns, StoreRecount recount) {
    for (CampaignId campaign : campaigns) {
      for (int i = 0; !read(life, campaign, ENTRIES_AT_THE_END); i++) {
        if (i == PIECES_MAX) {
          throw judge.failure(Checker.FEED, "the feed of %s has no end", campaign);
        }
      }
    }
    for (StoreRecount.Stored stored : recount.all()) {
      var place = new StoreRecount.Place(stored.lane(), stored.sequence());
      StoreRecount.End end = stored.end();
      RequestState state = end == null ? null : end.state();
      boolean dead =
          state == RequestState.REJECTED
              || state == RequestState.EXPIRED
              || state == RequestState.UNDELIVERABLE;
      RequestState asOutcome = told.remove(new Told(OutcomeFeed.Kind.ALL, place));
      RequestState asDeadLetter = told.remove(new Told(OutcomeFeed.Kind.DEAD_LETTERS, place));
      if (asOutcome != state || asDeadLetter != (dead ? state : null)) {
        throw judge.failure(
            Checker.FEED,
            "%s ended %s, the feed says %s and the dead letters %s",
            stored.token(),
            state,
            asOutcome,
            asDeadLetter);
      }
    }
    if (!told.isEmpty()) {
      throw judge.failure(
          Checker.FEED, "the feed told of what is not there: %s", told.keySet().iterator().next());
    }
  }
}
