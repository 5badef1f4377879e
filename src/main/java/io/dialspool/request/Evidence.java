package io.dialspool.request;

import org.jspecify.annotations.Nullable;

/**
 * What speaks for and against a call having carried a request that was not taken: for a person who
 * decides about one in doubt, and for one who wonders why another died. Codes are stored: append
 * only.
 *
 * @param doubt why it may have been dialled all the same; the strongest reason there was
 * @param policy which rule kept it from being sent again; NONE for one that is not in doubt
 * @param calls that carried it in the life of the process in which it ended
 * @param lastSentAtMs when the last of these began; milliseconds since 1970, 0 for none
 * @param lastFailure the target's code or our word for what went wrong last
 */
public record Evidence(
    Doubt doubt, Policy policy, int calls, long lastSentAtMs, @Nullable String lastFailure) {
  private static final int FAILURE_CHARS_MAX = 60;

  public Evidence {
    if (lastFailure != null && lastFailure.length() > FAILURE_CHARS_MAX) {
      lastFailure = lastFailure.substring(0, FAILURE_CHARS_MAX);
    }
  }

  /** Why a request may have been dialled although no success is known; the later, the stronger. */
  public enum Doubt {
    NONE(0),
    /** An earlier life of the process, or the one that a restored backup doesn't know of. */
    EARLIER_LIFE(1),
    /** The dead letter that it was redriven from was in doubt. */
    REDRIVEN(2),
    /** Its outcome may be among what a damaged spool has lost. */
    OUTCOME_LOST(3),
    /** It was in a call whose answer didn't name it. */
    MISSING_FROM_ANSWER(4),
    /** It was in a call without an answer. */
    NO_ANSWER(5);

    private static final Doubt[] BY_CODE = values();
    private final int code;

    Doubt(int code) {
      this.code = code;
    }

    /** The number that stands for it on disk. */
    public int code() {
      return code;
    }

    /**
     * @throws IllegalArgumentException for a number that no version up to this one wrote
     */
    public static Doubt ofCode(int code) {
      if (code < 0 || code >= BY_CODE.length) {
        throw new IllegalArgumentException("doubt code: " + code + " (expected: 0 to 5)");
      }
      return BY_CODE[code];
    }
  }

  /** Which rule ended a request in doubt rather than send it once more. */
  public enum Policy {
    NONE(0),
    /** Never sent after its deadline. */
    DEADLINE(1),
    /** Never sent again once the target may have forgotten its token. */
    TOKEN_LIFE(2),
    CAMPAIGN_STOPPED(3),
    CAMPAIGN_GONE(4),
    /** {@code dispatch.attemptsMax}. */
    ATTEMPTS(5),
    /** Refused when it was sent again: the first call may have been taken. */
    REFUSED(6),
    /** A salvage ends what may have ended before. */
    SALVAGE(7);

    private static final Policy[] BY_CODE = values();
    private final int code;

    Policy(int code) {
      this.code = code;
    }

    /** The number that stands for it on disk. */
    public int code() {
      return code;
    }

    /**
     * @throws IllegalArgumentException for a number that no version up to this one wrote
     */
    public static Policy ofCode(int code) {
      if (code < 0 || code >= BY_CODE.length) {
        throw new IllegalArgumentException("policy code: " + code + " (expected: 0 to 7)");
      }
      return BY_CODE[code];
    }

    /** The rule behind an end that became doubtful because the request was maybe sent. */
    public static Policy behind(RequestState state, Reason reason) {
      return switch (reason) {
        case IN_DOUBT -> TOKEN_LIFE;
        case CAMPAIGN_STOPPED -> CAMPAIGN_STOPPED;
        case CAMPAIGN_GONE -> CAMPAIGN_GONE;
        case ATTEMPTS_EXHAUSTED -> ATTEMPTS;
        case INVALID_INPUT, REFUSED_ALONE -> REFUSED;
        case NONE -> state == RequestState.EXPIRED ? DEADLINE : NONE;
      };
    }
  }
}
