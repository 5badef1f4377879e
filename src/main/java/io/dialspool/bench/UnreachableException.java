package io.dialspool.bench;

/** The endpoint can't be reached; the message says which and how far it got. */
final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
