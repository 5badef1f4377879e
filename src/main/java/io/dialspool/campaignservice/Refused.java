package io.dialspool.campaignservice;

import io.dialspool.http.ApiError;

/** A call that ends with an error of the contract. Carries no stack: it is an answer, not a bug. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient ApiError error;

  Refused(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  /** A broken shape: {@code member: fault (expected: …)}. */
  static Refused shape(String member, String fault, String expected) {
    return new Refused(
        ApiError.validation(member + ": " + fault + " (expected: " + expected + ")"));
  }

  ApiError error() {
    return error;
  }
}
