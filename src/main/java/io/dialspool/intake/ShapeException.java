package io.dialspool.intake;

/**
 * JSON whose shape is broken: unreadable, a wrong type, a member missing, null or given twice.
 * Carries no stack trace: it is a verdict about the caller's bytes. Never holds any of them.
 */
public final class ShapeException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String member;
  private final String reason;

  ShapeException(String member, String reason) {
    super(member + ": " + reason, null, false, false);
    this.member = member;
    this.reason = reason;
  }

  /** Path of the member at fault, {@code dialRequests[3].phoneNumber}. */
  public String member() {
    return member;
  }

  /** What is wrong and what was expected: {@code missing (expected: string)}. */
  public String reason() {
    return reason;
  }
}
