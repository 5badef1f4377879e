package io.dialspool.request;

/** Why a request ended the way it did. Codes are stored: append only. */
public enum Reason {
  NONE(0),
  ATTEMPTS_EXHAUSTED(1),
  CAMPAIGN_STOPPED(2),
  CAMPAIGN_GONE(3),
  /** Sent once without an answer, and can't be sent again: perhaps dialled. A person decides. */
  IN_DOUBT(4),
  INVALID_INPUT(5),
  /** Refused by the target when it stood alone in a call. */
  REFUSED_ALONE(6);

  private static final Reason[] BY_CODE = values();
  private final int code;

  Reason(int code) {
    this.code = code;
  }

  /** The number that stands for it on disk. */
  public int code() {
    return code;
  }

  /**
   * @throws IllegalArgumentException for a number that no version up to this one wrote
   */
  public static Reason ofCode(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new IllegalArgumentException("reason code: " + code + " (expected: 0 to 6)");
    }
    return BY_CODE[code];
  }
}
