package io.dialspool.request;

/** Why the target refused one dial request. Source: contract sections 3 and 8. */
public enum FailureCode {
  INVALID_INPUT("InvalidInput"),
  REQUEST_THROTTLED("RequestThrottled"),
  /** Also stands for a code that we don't know. */
  UNKNOWN_ERROR("UnknownError");

  private final String wire;

  FailureCode(String wire) {
    this.wire = wire;
  }

  /** As the API spells it. */
  public String wire() {
    return wire;
  }

  /** Unknown and missing codes are {@link #UNKNOWN_ERROR}: sending again is the safe reading. */
  public static FailureCode ofWire(String wire) {
    for (FailureCode code : values()) {
      if (code.wire.equals(wire)) {
        return code;
      }
    }
    return UNKNOWN_ERROR;
  }
}
