package io.dialspool.campaignservice;

/**
 * Why a contact ended, in the service's words. Source: contract section 8. Their order stands on
 * disk: add at the end only.
 */
enum DisconnectReason {
  CUSTOMER_DISCONNECT(Outcome.ANSWERED),
  AGENT_DISCONNECT(Outcome.ANSWERED),
  CONTACT_FLOW_DISCONNECT(Outcome.ANSWERED),
  THIRD_PARTY_DISCONNECT(Outcome.ANSWERED),
  OTHER(Outcome.ANSWERED),
  /** Rang until the dialer gave up, or was busy. */
  OUTBOUND_ATTEMPT_FAILED(Outcome.NOT_ANSWERED),
  OUTBOUND_DESTINATION_ENDPOINT_ERROR(Outcome.FAILED),
  OUTBOUND_RESOURCE_ERROR(Outcome.FAILED),
  TELECOM_PROBLEM(Outcome.FAILED),
  /** Its {@code expirationTime} passed in the buffer: never dialled. */
  EXPIRED(Outcome.EXPIRED);

  /** What a contact came to; one word for several reasons. */
  enum Outcome {
    ANSWERED,
    NOT_ANSWERED,
    FAILED,
    EXPIRED
  }

  private final Outcome outcome;

  DisconnectReason(Outcome outcome) {
    this.outcome = outcome;
  }

  Outcome outcome() {
    return outcome;
  }
}
