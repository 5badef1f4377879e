package io.dialspool.bench;

import org.jspecify.annotations.Nullable;

/** The measurement could not be made; the message says why. */
final class BenchFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BenchFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
