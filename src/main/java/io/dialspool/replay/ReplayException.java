package io.dialspool.replay;

import org.jspecify.annotations.Nullable;

/** A replay that can't begin or can't go on; the message says what to do. */
public final class ReplayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose trouble it is. */
  public enum Kind {
    /** The command is wrong: a missing file, an unknown column. Nothing of that file was sent. */
    USAGE,
    /** The endpoint can't be reached or refuses us. Running the same again continues. */
    ENDPOINT,
    /** This machine: the rejects file can't be written, or we were interrupted. */
    HERE
  }

  private final Kind kind;
  private transient @Nullable ReplaySummary soFar;

  private ReplayException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  static ReplayException usage(String message) {
    return new ReplayException(Kind.USAGE, message);
  }

  static ReplayException endpoint(String message) {
    return new ReplayException(Kind.ENDPOINT, message);
  }

  static ReplayException here(String message) {
    return new ReplayException(Kind.HERE, message);
  }

  ReplayException after(ReplaySummary summary) {
    soFar = summary;
    return this;
  }

  public Kind kind() {
    return kind;
  }

  /** What was done before; null if nothing had begun. */
  public @Nullable ReplaySummary soFar() {
    return soFar;
  }
}
