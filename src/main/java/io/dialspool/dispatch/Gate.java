package io.dialspool.dispatch;

import io.dialspool.request.CampaignState;
import io.dialspool.request.WaitingFor;
import org.jspecify.annotations.Nullable;

/**
 * May this lane send now? Reads of a campaign's state may lag behind its changes, so an observation
 * counts only if its call began after the last change that we made or saw, and after a pause the
 * gate opens only on our own resume or on two fresh {@code Running}s 5 s apart. Dispatch thread
 * only.
 */
public final class Gate {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long APART_NS = 5 * SECOND_NS;
  private static final long ASK_OPEN_NS = 10 * SECOND_NS;
  private static final long ASK_CLOSED_NS = 2 * SECOND_NS;
  private static final long ALARM_RETRY_NS = 60 * SECOND_NS;
  private static final long GONE_AFTER_NS = 3600 * SECOND_NS;

  // The monotonic clock may well pass 0.
  private static final long NEVER = Long.MIN_VALUE;

  private @Nullable CampaignState state;
  private long sinceMs;
  private long changedNs = Long.MIN_VALUE;
  private long askNs = Long.MIN_VALUE;
  private boolean doubtful;
  private long firstRunningNs = NEVER;
  private boolean missing;
  private long missingSinceNs;
  private boolean gone;
  private @Nullable String alarm;
  private long alarmUntilNs;

  /** It was paused when the process before this one ended, and reads may lag behind that. */
  void beginPaused() {
    doubtful = true;
  }

  /** Whether it was paused last, and not opened since. */
  boolean isAfterPause() {
    return doubtful;
  }

  /** Whether calls may leave. */
  boolean isOpen(long nowNs) {
    return state == CampaignState.RUNNING && !missing && !isHeldByAlarm(nowNs);
  }

  /**
   * A read of the campaign's state was answered.
   *
   * @param callBeganNs when that read was sent
   */
  void observed(CampaignState seen, long callBeganNs, long nowNs, long nowMs) {
    if (callBeganNs <= changedNs) {
      askNs = nowNs;
      return;
    }
    missing = false;
    if (seen == CampaignState.RUNNING && doubtful) {
      if (firstRunningNs == NEVER) {
        firstRunningNs = callBeganNs;
        askNs = callBeganNs + APART_NS;
        return;
      }
      if (callBeganNs - firstRunningNs < APART_NS) {
        askNs = firstRunningNs + APART_NS;
        return;
      }
    }
    become(seen, nowNs, nowMs);
  }

  /** A put was answered 409, with the state that the campaign is in. */
  public void refusedIn(CampaignState told, long nowNs, long nowMs) {
    changedNs = nowNs;
    become(told, nowNs, nowMs);
    askNs = nowNs + SECOND_NS / 5;
  }

  /** A life cycle call went through us and was answered: no doubt about it. */
  void changedByUs(CampaignState to, long nowNs, long nowMs) {
    changedNs = nowNs;
    missing = false;
    if (to == CampaignState.RUNNING) {
      alarmUntilNs = nowNs; // a person has looked: the next call tells whether it helped
    }
    become(to, nowNs, nowMs);
    doubtful = to == CampaignState.PAUSED;
  }

  private void become(CampaignState to, long nowNs, long nowMs) {
    if (state != to) {
      state = to;
      sinceMs = nowMs;
      changedNs = Math.max(changedNs, nowNs);
    }
    firstRunningNs = NEVER;
    doubtful = to == CampaignState.PAUSED;
    askNs = nowNs + (to == CampaignState.RUNNING ? ASK_OPEN_NS : ASK_CLOSED_NS);
  }

  /** The target doesn't know the campaign. After an hour of that it is gone. */
  public void notFound(long nowNs) {
    if (!missing) {
      missing = true;
      missingSinceNs = nowNs;
    }
    gone |= nowNs - missingSinceNs >= GONE_AFTER_NS;
    askNs = nowNs + ASK_OPEN_NS;
  }

  /** The campaign was deleted through us. */
  void deleted() {
    missing = true;
    gone = true;
  }

  /** Something that a person must look at; tried again after a minute. */
  public void raiseAlarm(String why, long nowNs) {
    alarm = why;
    alarmUntilNs = nowNs + ALARM_RETRY_NS;
  }

  boolean isHeldByAlarm(long nowNs) {
    return alarm != null && nowNs < alarmUntilNs;
  }

  /** What the alarm that holds it is about; null if none does. */
  @Nullable String alarm(long nowNs) {
    return isHeldByAlarm(nowNs) ? alarm : null;
  }

  /** When the alarm's hold ends. */
  long alarmUntilNs() {
    return alarmUntilNs;
  }

  boolean isGone() {
    return gone;
  }

  boolean isStopped() {
    return state == CampaignState.STOPPED || state == CampaignState.COMPLETED;
  }

  /** A read without an answer: ask again, but not at once. */
  void askFailed(long nowNs) {
    askNs = nowNs + ASK_CLOSED_NS;
  }

  /** When the state should be asked for again. */
  long askNs() {
    return askNs;
  }

  /** As spelled on the wire, or {@code Unknown}. */
  String stateName() {
    CampaignState known = state;
    return known == null || missing ? "Unknown" : known.wire();
  }

  @Nullable CampaignState state() {
    return state;
  }

  long sinceMs() {
    return sinceMs;
  }

  /** What a closed gate makes requests wait for. */
  WaitingFor waitingFor(long nowNs) {
    CampaignState known = state;
    if (missing || isHeldByAlarm(nowNs) || isStopped()) {
      return WaitingFor.HELD_BY_ALARM;
    }
    if (known == CampaignState.PAUSED || (known == null && doubtful)) {
      return WaitingFor.CAMPAIGN_PAUSED;
    }
    if (known == CampaignState.FAILED) {
      return WaitingFor.CAMPAIGN_FAILED;
    }
    return known == null ? WaitingFor.TARGET_DOWN : WaitingFor.CAMPAIGN_NOT_STARTED;
  }
}
