package io.dialspool.http;

import org.jspecify.annotations.Nullable;

/**
 * An error on the wire. Source: contract section 4.
 *
 * @param code goes into {@code x-amzn-ErrorType}
 * @param message never holds a phone number or an attribute
 * @param state {@code state} of InvalidCampaignStateException and of our ConflictException
 * @param retryAfterSeconds 0 for no {@code Retry-After}
 */
public record ApiError(
    int status, String code, String message, @Nullable String state, int retryAfterSeconds) {

  public ApiError(int status, String code, String message) {
    this(status, code, message, null, 0);
  }

  public static ApiError validation(String message) {
    return new ApiError(400, "ValidationException", message);
  }

  public static ApiError notFound(String message) {
    return new ApiError(404, "ResourceNotFoundException", message);
  }

  public static ApiError unknownOperation(String method, String path) {
    return new ApiError(
        404, "UnknownOperationException", "No operation " + method + " " + printable(path) + ".");
  }

  public static ApiError invalidCampaignState(String message, String state) {
    return new ApiError(409, "InvalidCampaignStateException", message, state, 0);
  }

  public static ApiError throttled(String message, int retryAfterSeconds) {
    return new ApiError(429, "ThrottlingException", message, null, retryAfterSeconds);
  }

  public static ApiError tooLarge(long limitBytes) {
    return new ApiError(
        413,
        "RequestEntityTooLargeException",
        "body: too large (expected: at most " + limitBytes + " bytes)");
  }

  public static ApiError unavailable(String message, int retryAfterSeconds) {
    return new ApiError(503, "ServiceUnavailable", message, null, retryAfterSeconds);
  }

  public static ApiError internal() {
    return new ApiError(500, "InternalServerException", "Something went wrong on our side.");
  }

  private static String printable(String path) {
    String cut = path.length() > 200 ? path.substring(0, 200) + "…" : path;
    return cut.replaceAll("[^\\x21-\\x7e…]", "?");
  }
}
