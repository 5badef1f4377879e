package io.dialspool.conformance;

import org.jspecify.annotations.Nullable;

/** A service's error as an AWS SDK tells it. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final int status;
  private final String code;
  private final String message;
  private final String requestId;
  private final @Nullable String errorType;
  private final @Nullable String state;

  /**
   * @param cause the SDK's exception; its class is the type
   * @param errorType its member {@code xAmzErrorType}, which SDKs fill from the header alone; null
   *     if the class has none
   * @param state its member {@code state}; null if the class has none
   */
  Refused(
      Throwable cause,
      int status,
      @Nullable String code,
      @Nullable String message,
      @Nullable String requestId,
      @Nullable String errorType,
      @Nullable String state) {
    super(cause);
    this.type = cause.getClass().getSimpleName();
    this.status = status;
    this.code = String.valueOf(code);
    this.message = String.valueOf(message);
    this.requestId = String.valueOf(requestId);
    this.errorType = errorType;
    this.state = state;
  }

  String type() {
    return type;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /** The service's own words, without what the SDK adds. */
  String message() {
    return message;
  }

  String requestId() {
    return requestId;
  }

  @Nullable String errorType() {
    return errorType;
  }

  @Nullable String state() {
    return state;
  }
}
