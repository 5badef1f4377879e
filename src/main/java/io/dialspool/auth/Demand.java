package io.dialspool.auth;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks of its sender.
 *
 * @param right null if nobody is asked who he is
 * @param campaign the one campaign that the path names, decoded; null for none
 * @param passedOn whether the call leaves for the target under our own credentials
 * @param streamed whether the door acts before the body's end, so that the body can't be part of
 *     what is signed
 */
public record Demand(
    @Nullable Right right, @Nullable String campaign, boolean passedOn, boolean streamed) {
  /** Anyone may. */
  public static final Demand NOTHING = new Demand(null, null, false, false);
}
