package io.dialspool.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A refusal of a whole call. Source: contract sections 2 and 4, both editions of the common errors
 * and what AWS's REST endpoints use in practice; last, what only a proxy in between would say.
 */
record ContractError(int status, String code) {
  /** Every refusal that says that the call was not carried out, and why, but for a throttle. */
  static final List<ContractError> REFUSALS = refusals();

  /** Perhaps carried out all the same. */
  static final List<ContractError> FAILURES =
      List.of(
          new ContractError(500, "InternalServerException"),
          new ContractError(500, "InternalFailure"),
          new ContractError(500, ""),
          new ContractError(502, ""),
          new ContractError(503, "ServiceUnavailable"),
          new ContractError(503, ""),
          new ContractError(504, ""),
          new ContractError(408, "RequestTimeoutException"));

  static final List<ContractError> THROTTLES =
      List.of(
          new ContractError(429, "ThrottlingException"),
          new ContractError(429, "ThrottlingException"),
          new ContractError(400, "ThrottlingException"),
          new ContractError(429, ""));

  private static List<ContractError> refusals() {
    var all = new ArrayList<ContractError>();
    add(
        all,
        400,
        "ValidationException",
        "ValidationError",
        "AccessDeniedException",
        "IncompleteSignature",
        "InvalidAction",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidQueryParameter",
        "MalformedHttpRequestException",
        "MissingAction",
        "MissingParameter",
        "NotAuthorized",
        "RequestAbortedException",
        "RequestExpired",
        "");
    add(all, 401, "NotAuthorized");
    add(all, 402, "ServiceQuotaExceededException");
    add(
        all,
        403,
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "UnrecognizedClientException",
        "");
    add(
        all,
        404,
        "ResourceNotFoundException",
        "MalformedQueryString",
        "UnknownOperationException",
        "");
    add(all, 409, "ConflictException", "InvalidStateException");
    add(all, 413, "RequestEntityTooLargeException", "");
    return List.copyOf(all);
  }

  private static void add(List<ContractError> to, int status, String... codes) {
    for (String code : codes) {
      to.add(new ContractError(status, code));
    }
  }
}
