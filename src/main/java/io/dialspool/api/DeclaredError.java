package io.dialspool.api;

import java.util.Optional;

/** An error that operations of the API declare. Source: contract section 2. */
public enum DeclaredError {
  VALIDATION("ValidationException", 400),
  SERVICE_QUOTA_EXCEEDED("ServiceQuotaExceededException", 402),
  ACCESS_DENIED("AccessDeniedException", 403),
  RESOURCE_NOT_FOUND("ResourceNotFoundException", 404),
  CONFLICT("ConflictException", 409),
  INVALID_STATE("InvalidStateException", 409),
  INVALID_CAMPAIGN_STATE("InvalidCampaignStateException", 409),
  THROTTLING("ThrottlingException", 429),
  INTERNAL_SERVER("InternalServerException", 500);

  private final String code;
  private final int status;

  DeclaredError(String code, int status) {
    this.code = code;
    this.status = status;
  }

  /** As in {@code x-amzn-ErrorType}. */
  public String code() {
    return code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Whether its body has the member {@code state}, the campaign's current state. */
  public boolean hasState() {
    return this == INVALID_CAMPAIGN_STATE;
  }

  /** The error of this {@code code}; empty if no operation declares it. */
  public static Optional<DeclaredError> ofCode(String code) {
    for (DeclaredError error : values()) {
      if (error.code.equals(code)) {
        return Optional.of(error);
      }
    }
    return Optional.empty();
  }
}
