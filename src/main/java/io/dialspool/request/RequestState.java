package io.dialspool.request;

/**
 * {@code QUEUED -> IN_FLIGHT -> SUBMITTED | REJECTED | EXPIRED | CANCELLED | UNDELIVERABLE}; a
 * retry goes back to QUEUED, an end state is final. Order and codes are stored: append only.
 */
public enum RequestState {
  QUEUED(0),
  IN_FLIGHT(1),
  SUBMITTED(2),
  REJECTED(3),
  EXPIRED(4),
  CANCELLED(5),
  UNDELIVERABLE(6);

  private static final RequestState[] BY_CODE = values();
  private final int code;

  RequestState(int code) {
    this.code = code;
  }

  /** The number that stands for it on disk. */
  public int code() {
    return code;
  }

  public boolean isFinal() {
    return code >= 2;
  }

  /**
   * @throws IllegalArgumentException for a number that no version up to this one wrote
   */
  public static RequestState ofCode(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new IllegalArgumentException("state code: " + code + " (expected: 0 to 6)");
    }
    return BY_CODE[code];
  }
}
