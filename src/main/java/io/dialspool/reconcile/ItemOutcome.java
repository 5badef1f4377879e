package io.dialspool.reconcile;

import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.FailureCode;

/** What an answer says about one of the items that were asked about. */
sealed interface ItemOutcome {
  QueuedRequest request();

  Verdict verdict();

  /** What to do about it. */
  enum Verdict {
    SUBMITTED,
    INVALID,
    THROTTLED,
    TRY_AGAIN
  }

  record Accepted(QueuedRequest request, String id) implements ItemOutcome {
    @Override
    public Verdict verdict() {
      return Verdict.SUBMITTED;
    }
  }

  record Failed(QueuedRequest request, FailureCode failureCode) implements ItemOutcome {
    @Override
    public Verdict verdict() {
      return switch (failureCode) {
        case INVALID_INPUT -> Verdict.INVALID;
        case REQUEST_THROTTLED -> Verdict.THROTTLED;
        case UNKNOWN_ERROR -> Verdict.TRY_AGAIN;
      };
    }
  }

  /** Sent, and in neither list of the answer: perhaps taken. */
  record Unanswered(QueuedRequest request) implements ItemOutcome {
    @Override
    public Verdict verdict() {
      return Verdict.TRY_AGAIN;
    }
  }
}
