package io.dialspool.request;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a recall of many did; what it says is synced. {@code matched} is the sum of the others.
 *
 * @param matched requests that were meant, all that were accepted before the recall began
 * @param waiting that have not ended; counted by a dry run only
 * @param cancelled that will never be sent
 * @param tooLate those that can't be taken back, by where they stand: {@code IN_FLIGHT}; {@code
 *     QUEUED} for one that was perhaps sent; or how they ended
 * @param endedBefore that ended before and were not looked at one by one
 * @param next where another call goes on; null once all was looked at
 * @param error why it stopped early, as {@code x-amzn-ErrorType} says it
 */
public record RecallReport(
    long matched,
    long waiting,
    long cancelled,
    Map<RequestState, Long> tooLate,
    long endedBefore,
    @Nullable String next,
    @Nullable String error) {
  public RecallReport {
    tooLate = Map.copyOf(tooLate);
  }
}
