package io.dialspool.reconcile;

import io.dialspool.target.BatchReply;
import java.util.Set;

/** What a refused call means. Source: design section 6, contract sections 4 and 8. */
enum CallVerdict {
  /** The API rate; shared by all campaigns. */
  THROTTLED,
  /** Perhaps carried out all the same. */
  NO_USE,
  /** The campaign is not running. */
  STATE,
  CONFLICT,
  NO_CAMPAIGN,
  /** Something in the batch breaks its shape. */
  REFUSED,
  TOO_LARGE,
  /** The target thinks that our clock is off; its Date says by how much. */
  CLOCK,
  /** This campaign is not for us. */
  DENIED,
  /** Our credentials are not taken, for any campaign. */
  CREDENTIALS,
  /** Nothing that a repeat would change. */
  ALARM;

  private static final Set<String> CLOCK_CODES =
      Set.of("RequestExpired", "RequestTimeTooSkewed", "RequestExpiredException");

  static CallVerdict of(BatchReply.Refused refused) {
    String code = refused.code();
    if (refused.status() == 429 || code.equals("ThrottlingException")) {
      return THROTTLED;
    }
    if (CLOCK_CODES.contains(code)) {
      return CLOCK;
    }
    return switch (refused.status()) {
      case 409 -> code.equals("InvalidCampaignStateException") ? STATE : CONFLICT;
      case 404 -> NO_CAMPAIGN;
      case 413 -> TOO_LARGE;
      case 400 ->
          code.equals("ValidationException") || code.equals("ValidationError") ? REFUSED : ALARM;
      case 403 -> code.equals("AccessDeniedException") ? DENIED : CREDENTIALS;
      default -> refused.status() >= 500 || refused.status() == 408 ? NO_USE : ALARM;
    };
  }
}
