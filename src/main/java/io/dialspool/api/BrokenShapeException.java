package io.dialspool.api;

/**
 * Input that breaks its shape; a ValidationException for the caller. The message reads {@code
 * member: fault (expected: …)} and repeats no value: that may be a phone number. Carries no stack:
 * it is an answer, not a bug.
 */
public final class BrokenShapeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param member from the input's top: {@code dialRequests[3].phoneNumber}
   */
  public BrokenShapeException(String member, String fault, String expected) {
    super(member + ": " + fault + " (expected: " + expected + ")", null, false, false);
  }

  /** Fit for the caller. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
