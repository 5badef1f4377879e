package io.dialspool.auth;

import io.dialspool.http.ApiError;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a request at its head.
 *
 * @param refusal the answer, should {@code body} find no fault; null if the request may pass then
 * @param caller null if nobody was asked
 * @param body judges the body by its hash; null if the head was enough
 */
record Ruling(@Nullable ApiError refusal, @Nullable Caller caller, @Nullable BodyCheck body) {
  static final Ruling UNASKED = new Ruling(null, null, null);

  static Ruling refused(ApiError error) {
    return new Ruling(error, null, null);
  }

  /** What is wrong with a body. */
  interface BodyCheck {
    /**
     * @param hash of the whole body
     * @return null if it is what was signed
     */
    @Nullable ApiError fault(byte[] hash);
  }
}
