package io.dialspool.auth;

import io.dialspool.http.ApiError;

/**
 * Credentials that don't do. Source of the codes: contract section 4, last table. A message says
 * what is wrong, and shows neither what was expected of a signature nor a secret.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_MAX = 64;

  private final transient ApiError error;

  Refusal(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  ApiError error() {
    return error;
  }

  static ApiError missing() {
    return of(
        "MissingAuthenticationTokenException",
        "The request has no credentials (expected: Authorization with AWS4-HMAC-SHA256 or Bearer, or a presigned query).");
  }

  static ApiError incomplete(String message) {
    return of("IncompleteSignatureException", message);
  }

  static ApiError unknownKey(String message) {
    return of("UnrecognizedClientException", message);
  }

  static ApiError wrongSignature(String message) {
    return of("InvalidSignatureException", message);
  }

  static ApiError requestExpired(String message) {
    return new ApiError(400, "RequestExpired", message);
  }

  static ApiError tokenExpired(String message) {
    return of("ExpiredTokenException", message);
  }

  static ApiError denied(String message) {
    return of("AccessDeniedException", message);
  }

  private static ApiError of(String code, String message) {
    return new ApiError(403, code, message);
  }

  /** What a stranger sent, fit for a message. */
  static String shown(String text) {
    String cut = text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text;
    return cut.replaceAll("[^\\x21-\\x7e]", "?");
  }
}
