package io.dialspool.campaignservice;

/** Why a contact ended, in the service's words. Source: contract section 8. */
public enum DisconnectReason {
  CUSTOMER_DISCONNECT(0, Outcome.ANSWERED),
  AGENT_DISCONNECT(1, Outcome.ANSWERED),
  CONTACT_FLOW_DISCONNECT(2, Outcome.ANSWERED),
  THIRD_PARTY_DISCONNECT(3, Outcome.ANSWERED),
  OTHER(4, Outcome.ANSWERED),
  /** Rang until the dialer gave up, or was busy. */
  OUTBOUND_ATTEMPT_FAILED(5, Outcome.NOT_ANSWERED),
  OUTBOUND_DESTINATION_ENDPOINT_ERROR(6, Outcome.FAILED),
  OUTBOUND_RESOURCE_ERROR(7, Outcome.FAILED),
  TELECOM_PROBLEM(8, Outcome.FAILED),
  /** Its {@code expirationTime} passed in the buffer: never dialled. */
  EXPIRED(9, Outcome.EXPIRED);

  /** What a contact came to; one word for several reasons. */
  public enum Outcome {
    ANSWERED,
    NOT_ANSWERED,
    FAILED,
    EXPIRED
  }

  private static final DisconnectReason[] BY_CODE = new DisconnectReason[values().length];

  static {
    for (DisconnectReason reason : values()) {
      BY_CODE[reason.code] = reason;
    }
  }

  private final byte code;
  private final Outcome outcome;

  DisconnectReason(int code, Outcome outcome) {
    this.code = (byte) code;
    this.outcome = outcome;
  }

  static DisconnectReason ofCode(byte code) {
    return BY_CODE[code];
  }

  /** Stands on disk for it. */
  byte code() {
    return code;
  }

  Outcome outcome() {
    return outcome;
  }
}
