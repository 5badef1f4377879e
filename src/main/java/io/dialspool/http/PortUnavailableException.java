package io.dialspool.http;

/** A port that can't be bound; the message names address and cause. */
public final class PortUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PortUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
