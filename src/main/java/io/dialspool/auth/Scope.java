package io.dialspool.auth;

/**
 * What a signature is good for, as {@code Credential} says it. Source: contract section 6.
 *
 * @param date {@code yyyyMMdd}
 */
record Scope(String accessKeyId, String date, String region, String service) {
  static final String SERVICE = "connect-campaigns";
  static final String TERMINATOR = "aws4_request";

  /**
   * @param credential {@code AKID/20261120/us-east-1/connect-campaigns/aws4_request}
   */
  static Scope of(String credential) throws Refusal {
    String[] parts = credential.split("/", -1);
    if (parts.length != 5 || parts[0].isEmpty() || !parts[4].equals(TERMINATOR)) {
      throw new Refusal(
          Refusal.incomplete(
              "Credential: "
                  + Refusal.shown(credential)
                  + " (expected: key id/date/region/service/"
                  + TERMINATOR
                  + ")"));
    }
    return new Scope(parts[0], parts[1], parts[2], parts[3]);
  }

  /** As it goes into what is signed. */
  String text() {
    return date + "/" + region + "/" + service + "/" + TERMINATOR;
  }
}
