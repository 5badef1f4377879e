package io.dialspool.campaignservice;

import io.dialspool.http.AnswerStream;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpCall;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the record of one campaign as NDJSON, page by page: the store's thread reads a page
 * between two groups of calls, and reads the next one only when the reader's socket has taken the
 * last. It ends with the last dial request taken before it began.
 */
final class RecordStream {
  private static final int PAGE_BYTES = 256 << 10;
  private static final long RETRY_MS = 20;

  private final GroupCommit store;
  private final OutboundCampaigns campaigns;
  private final ScheduledExecutorService later;
  private final HttpCall call;
  private final String campaignId;
  private @Nullable AnswerStream stream;
  private long next = 1;
  private long last;

  RecordStream(
      GroupCommit store,
      OutboundCampaigns campaigns,
      ScheduledExecutorService later,
      HttpCall call,
      String campaignId) {
    this.store = store;
    this.campaigns = campaigns;
    this.later = later;
    this.call = call;
    this.campaignId = campaignId;
  }

  void begin() {
    boolean offered =
        store.offer(
            new Turn() {
              @Override
              public Runnable perform() {
                if (!campaigns.everHad(campaignId)) {
                  return () -> call.answer(ApiError.notFound("There was never such a campaign."));
                }
                campaigns.bringUpToDate(campaignId); // the pages read what is synced
                last = campaigns.lastSequence(campaignId);
                return () -> {
                  AnswerStream answer = call.stream("application/x-ndjson");
                  stream = answer;
                  proceed(answer);
                };
              }
            });
    if (!offered) {
      call.answer(ApiError.throttled("Too much is waiting.", 1));
    }
  }

  // One page at a time is on its way, so the fields pass from thread to thread with it.
  private Runnable page(AnswerStream answer) {
    var page = campaigns.page(campaignId, next, last, PAGE_BYTES);
    next = page.next();
    if (page.lines().length == 0) {
      return answer::end;
    }
    return () ->
        answer.write(
            page.lines(),
            written -> {
              if (written) {
                proceed(answer);
              }
            });
  }

  private void proceed(AnswerStream answer) {
    if (next == 0) {
      answer.end();
      return;
    }
    boolean offered =
        store.offer(
            new Turn() {
              @Override
              public Runnable perform() {
                return page(answer);
              }
            });
    if (!offered) {
      if (store.closing()) {
        answer.abort();
      } else {
        later.schedule(() -> proceed(answer), RETRY_MS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private abstract class Turn implements GroupCommit.Work {
    @Override
    public void abandon() {
      AnswerStream begun = stream;
      if (begun == null) {
        call.answer(ApiError.internal());
      } else {
        begun.abort();
      }
    }

    @Override
    public long bytes() {
      return PAGE_BYTES;
    }
  }
}
