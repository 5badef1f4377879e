package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What dispatch asks of the store thread. Commands are carried out in order; a read sees every
 * settle before it.
 */
public sealed interface StoreCommand {
  /**
   * Read ahead: whole pages, or, if less than a page is asked for, no more than that, each request
   * with bytes of its own. So ten thousand lanes with room for two batches each don't hold ten
   * thousand pages.
   *
   * @param from first sequence wanted
   * @param before no page from here on
   * @param requestsMax stop once so many unsettled ones were found
   */
  record ReadAhead(LaneInfo lane, long from, long before, int requestsMax) implements StoreCommand {
    boolean isExact() {
      return requestsMax < PageBuilder.ITEMS_MAX;
    }
  }

  /** Write outcomes. */
  record Settle(List<Settlement> settlements) implements StoreCommand {}

  /** Write a lane's handed-over marks. */
  record WriteMarks(LaneInfo lane, List<Mark> marks) implements StoreCommand {}

  /**
   * Write whether the campaign is paused, so that a restart doubts what it reads about it.
   *
   * @param whenSynced comes back with the reply
   */
  record WritePause(CampaignId campaign, boolean paused, Runnable whenSynced)
      implements StoreCommand {}

  /**
   * Look for unsettled requests whose deadline bucket has passed.
   *
   * @param fromPage continue at the page with this first sequence; 0 to begin
   */
  record Sweep(LaneInfo lane, int bucket, long fromPage, long before) implements StoreCommand {}

  /** Look one request up, for its recall. */
  record Find(LaneInfo lane, long sequence, long ticket) implements StoreCommand {}

  /**
   * Let go of what ended long ago, a bounded number of pages.
   *
   * @param fromPage begin at the page with this first sequence
   * @param endedBeforeMs a page goes once all of it ended before
   * @param deadBeforeMs and its dead letters before this
   * @param feedBeforeMs what the feed told before this it tells no more
   * @param countersBeforeBucket counters of deadline buckets below that stand at 0 go too
   * @param done told where to go on, 0 at the lane's end; store thread
   */
  record Purge(
      LaneInfo lane,
      long fromPage,
      long endedBeforeMs,
      long deadBeforeMs,
      long feedBeforeMs,
      int countersBeforeBucket,
      LongConsumer done)
      implements StoreCommand {}
}
