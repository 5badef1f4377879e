package io.dialspool.ring;

/** What the stages found about one item of a slot. */
public enum Verdict {
  /** Nothing against it so far; after the sync: accepted. */
  FINE,
  /** Known token, same content: a success with the first one's id. */
  DUPLICATE,
  /** {@code InvalidInput}; the {@link Fault} says why. */
  INVALID,
  /** {@code UnknownError}: two tokens share a hash. Never acknowledged. */
  COLLISION
}
