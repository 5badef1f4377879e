package io.dialspool.campaignservice;

import io.dialspool.api.DeclaredError;
import io.dialspool.http.ApiError;

/** A call that ends with an error of the contract. Carries no stack: it is an answer, not a bug. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient ApiError error;

  Refused(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  static Refused conflict(String message) {
    return new Refused(new ApiError(409, DeclaredError.CONFLICT.code(), message));
  }

  static Refused quotaExceeded(String message) {
    return new Refused(new ApiError(402, DeclaredError.SERVICE_QUOTA_EXCEEDED.code(), message));
  }

  /** Of the operations on an instance; a campaign's life cycle has an error of its own. */
  static Refused invalidState(String message) {
    return new Refused(new ApiError(409, DeclaredError.INVALID_STATE.code(), message));
  }

  ApiError error() {
    return error;
  }
}
