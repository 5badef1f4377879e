package io.dialspool.cli;

/** The service can't be reached, or refuses us; the message says what to do. */
final class EndpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EndpointException(String message) {
    super(message);
  }
}
