package io.dialspool.simulation;

import java.util.SortedMap;

/**
 * One person to be called: what a client wants dialled under a token.
 *
 * @param phone no other lead has it, so it identifies this one independently of its token
 */
record Lead(
    String campaign,
    String token,
    String phone,
    SortedMap<String, String> attributes,
    Poison poison) {
  /** What is wrong with it in the target's eyes alone. */
  enum Poison {
    NONE,
    /** The item fails with InvalidInput, always. */
    INVALID,
    /** The whole batch is refused with ValidationException while it is in it. */
    SHAPE
  }

  boolean sameContent(Lead other) {
    return phone.equals(other.phone) && attributes.equals(other.attributes);
  }
}
