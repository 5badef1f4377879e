package io.dialspool.simulation;

import java.util.Locale;

/** What befalls a simulated world, each counted when it takes effect, not when it is drawn. */
enum Happening {
  // What clients do.
  DUPLICATE,
  OTHER_CONTENT,
  FLAWED_ITEM,
  LARGE_ITEM,
  DEADLINE_TOO_CLOSE,
  RECALL_CANCELLED,
  RECALL_TOO_LATE,
  REDRIVEN,
  // What the process goes through.
  CRASH_BETWEEN_EVENTS,
  CRASH_BEFORE_A_WRITE,
  CRASH_AFTER_A_SYNC,
  CRASH_BEFORE_AN_INGEST,
  CRASH_AFTER_AN_INGEST,
  CRASH_IN_RECOVERY,
  START_REFUSED,
  LANE_MOVED,
  // Clocks.
  WALL_CLOCK_WENT_FORWARD,
  WALL_CLOCK_WENT_BACK,
  PROCESS_FROZEN,
  MACHINE_SLEPT,
  TOKEN_LIFE_PASSED,
  TARGET_CLOCK_OFF,
  TIME_UNKNOWN,
  // Calls and their answers.
  NOT_SENT,
  LOST_BEFORE_THE_TARGET,
  ANSWER_LOST_AFTER_ACCEPTANCE,
  ANSWER_UNREADABLE,
  FAILED_AFTER_ACCEPTANCE,
  ANSWER_TOO_LATE,
  CALL_THROTTLED,
  STATES_CALL_FAILED,
  // Items of an answer.
  ITEM_THROTTLED,
  ITEM_UNKNOWN_ERROR,
  ITEM_INVALID,
  ITEM_MISSING,
  ITEM_DOUBLED,
  ITEM_FOREIGN,
  ITEM_CONTRADICTED,
  ITEM_WITHOUT_ID,
  TOKEN_KNOWN_ALREADY,
  // Campaigns.
  DIALER_CHANGED,
  CAMPAIGN_MOVED_THROUGH_US,
  CAMPAIGN_MOVED_OVER_THERE,
  CAMPAIGN_DELETED,
  STATE_FLIPPED_BETWEEN_CALLS,
  STATE_READ_LATE,
  STATE_LEFT_OUT,
  STATE_ODD,
  // What the judge could look at.
  SEVERAL_TARGETS,
  LANE_WAITED_FOR_ITS_TURN;

  /** As it is printed: {@code crash in recovery}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
