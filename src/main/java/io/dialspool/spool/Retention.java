package io.dialspool.spool;

import io.dialspool.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Lets go of pages whose every request has ended long enough ago, with their tokens: a little at a
 * time on the store thread, every lane a few times a day. A page with a dead letter stays longer.
 * Until it is gone, a page's tokens are remembered, so the dedupe window is a lower bound.
 */
public final class Retention {
  private static final long ROUND_MS = Duration.ofHours(6).toMillis();

  private final Spool spool;
  private final StoreWorker store;
  private final Clock clock;
  private final long feedWindowMs;
  private final long endedWindowMs;
  private final long deadLetterWindowMs;
  private final Queue<LaneInfo> waiting = new ArrayDeque<>();
  private @Nullable LaneInfo current;
  private long nextRoundMs = Long.MIN_VALUE;
  private volatile boolean busy;
  private volatile long continueAt;

  public Retention(
      Spool spool,
      StoreWorker store,
      Clock clock,
      Duration dedupeWindow,
      Duration deadLetterWindow,
      Duration feedWindow) {
    this.spool = spool;
    this.store = store;
    this.clock = clock;
    this.feedWindowMs = feedWindow.toMillis();
    // The feed tells of requests by their pages.
    this.endedWindowMs = Math.max(dedupeWindow.toMillis(), feedWindowMs);
    this.deadLetterWindowMs = Math.max(endedWindowMs, deadLetterWindow.toMillis());
  }

  /**
   * Asks the store thread for one more step, unless one is under way; call once a second from one
   * thread.
   */
  public void runOnce() {
    long nowMs = clock.epochMs();
    if (busy) {
      return;
    }
    LaneInfo unfinished = current;
    if (unfinished != null && continueAt != 0) {
      step(unfinished, continueAt, nowMs);
      return;
    }
    if (waiting.isEmpty()) {
      if (nowMs < nextRoundMs) {
        return;
      }
      nextRoundMs = nowMs + ROUND_MS;
      waiting.addAll(spool.lanes());
    }
    current = waiting.poll();
    if (current != null) {
      step(current, 0, nowMs);
    }
  }

  private void step(LaneInfo lane, long fromPage, long nowMs) {
    busy = true;
    store.offer(
        new StoreCommand.Purge(
            lane,
            fromPage,
            nowMs - endedWindowMs,
            nowMs - deadLetterWindowMs,
            nowMs - feedWindowMs,
            DeadlineBucket.of(nowMs - ROUND_MS),
            next -> {
              continueAt = next;
              busy = false;
            }));
  }
}
