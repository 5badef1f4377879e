package io.dialspool.request;

/** What a queued request waits for. Source: api.md, status by token. */
public enum WaitingFor {
  CAMPAIGN_PAUSED,
  CAMPAIGN_NOT_STARTED,
  CAMPAIGN_FAILED,
  CALL_BUDGET,
  DIALER_FULL,
  BACKOFF,
  BATCH,
  TARGET_DOWN,
  HELD_BY_ALARM
}
