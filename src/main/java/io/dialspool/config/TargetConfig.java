package io.dialspool.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Where batches go: one account and Region. The section {@code target} is the target named {@code
 * default}, those of {@code targets} have the names that they are given there.
 *
 * @param kind {@code embedded} or {@code connect-campaigns}
 * @param endpoint a URL; empty for the one that follows from the region, or for the embedded
 *     service
 * @param fips whether the endpoint that follows from the region is the FIPS one
 * @param caFile PEM, the authorities that the endpoint's certificate is judged by; empty for those
 *     of the system
 * @param account 12 digits; credentials of another one are not used. Empty for whatever the
 *     credentials belong to
 * @param campaigns ids, or patterns with {@code *}, separated by commas: their requests go here.
 *     Empty for none by rule
 * @param accessKeyId static credentials; empty for AWS's standard chain
 * @param profile of AWS's shared files, taken instead of the chain; empty for the chain
 * @param roleArn assumed with the credentials found; empty for none
 * @param roleExternalId sent along when the role is assumed; empty for none
 * @param callsPerSecond PutDialRequestBatch calls; AWS admits 10 per account and Region
 * @param timeoutMs from the hand-over of a call to the client until it counts as unanswered
 * @param connectionsMax of the keep-alive pool
 */
public record TargetConfig(
    String kind,
    String endpoint,
    String region,
    boolean fips,
    String caFile,
    String account,
    String campaigns,
    String accessKeyId,
    String secretAccessKey,
    String sessionToken,
    String profile,
    String roleArn,
    String roleSessionName,
    String roleExternalId,
    double callsPerSecond,
    int connectTimeoutMs,
    int timeoutMs,
    int connectionsMax) {
  private static final String ROLE = "arn:aws[a-z-]*:iam::(\\d{12}):role/[\\w+=,.@/-]{1,576}";

  public static final TargetConfig DEFAULT =
      new TargetConfig("embedded", "", "us-east-1", "", "", "", 10, 2_000, 10_000, 32);

  /** What a target of the section {@code targets} is unless it says otherwise. */
  public static final TargetConfig NAMED_DEFAULT =
      new TargetConfig("connect-campaigns", "", "us-east-1", "", "", "", 10, 2_000, 10_000, 32);

  public TargetConfig {
    Expect.oneOf("target.kind", kind, List.of("embedded", "connect-campaigns"));
    Expect.that(
        endpoint.isEmpty() || endpoint.matches("https?://[^/\\s]+/?"),
        "target.endpoint",
        endpoint,
        "http:// or https://, host and port");
    Expect.that(
        region.matches("[a-z]{2}(-[a-z]+)+-\\d"), "target.region", region, "such as us-east-1");
    Expect.that(
        !fips || endpoint.isEmpty(), "target.fips", fips, "false, since target.endpoint is given");
    Expect.that(
        caFile.isEmpty() || endpoint.isEmpty() || endpoint.startsWith("https://"),
        "target.caFile",
        caFile,
        "nothing, since target.endpoint is not https://");
    Expect.that(
        account.isEmpty() || account.matches("\\d{12}"), "target.account", account, "12 digits");
    for (String pattern : patterns(campaigns)) {
      Expect.that(
          pattern.matches("[^\\s,]{1,256}"),
          "target.campaigns",
          campaigns,
          "campaign ids or patterns with *, separated by commas");
    }
    Expect.that(
        accessKeyId.isEmpty() == secretAccessKey.isEmpty(),
        "target.secretAccessKey",
        secretAccessKey.isEmpty() ? "(empty)" : "(hidden)",
        "given together with target.accessKeyId");
    Expect.that(
        sessionToken.isEmpty() || !accessKeyId.isEmpty(),
        "target.sessionToken",
        "(hidden)",
        "nothing without target.accessKeyId");
    Expect.that(
        profile.isEmpty() || (accessKeyId.isEmpty() && profile.matches("[^\\s\\[\\]]{1,256}")),
        "target.profile",
        profile,
        "the name of a profile, and no target.accessKeyId");
    Expect.that(
        roleArn.isEmpty() || roleArn.matches(ROLE),
        "target.roleArn",
        roleArn,
        "such as arn:aws:iam::111122223333:role/dialspool");
    Expect.that(
        roleSessionName.matches("[\\w+=,.@-]{2,64}"),
        "target.roleSessionName",
        roleSessionName,
        "2 to 64 of a-z A-Z 0-9 _ + = , . @ -");
    Expect.that(
        roleExternalId.isEmpty() || roleExternalId.matches("[\\w+=,.@:/-]{2,1224}"),
        "target.roleExternalId",
        roleExternalId,
        "2 to 1224 of a-z A-Z 0-9 _ + = , . @ : / -");
    Expect.that(
        account.isEmpty() || roleArn.isEmpty() || roleArn.split(":", -1)[4].equals(account),
        "target.account",
        account,
        "that of target.roleArn");
    Expect.range("target.callsPerSecond", callsPerSecond, 0.1, 1_000_000);
    Expect.range("target.connectTimeoutMs", connectTimeoutMs, 10, 60_000);
    Expect.range("target.timeoutMs", timeoutMs, 100, 60_000);
    Expect.range("target.connectionsMax", connectionsMax, 1, 1_000);
  }

  /** With static credentials or none, and the defaults for whatever isn't named here. */
  public TargetConfig(
      String kind,
      String endpoint,
      String region,
      String accessKeyId,
      String secretAccessKey,
      String sessionToken,
      double callsPerSecond,
      int connectTimeoutMs,
      int timeoutMs,
      int connectionsMax) {
    this(
        kind,
        endpoint,
        region,
        false,
        "",
        "",
        "",
        accessKeyId,
        secretAccessKey,
        sessionToken,
        "",
        "",
        "dialspool",
        "",
        callsPerSecond,
        connectTimeoutMs,
        timeoutMs,
        connectionsMax);
  }

  public boolean isEmbedded() {
    return kind.equals("embedded");
  }

  /** The account that it is said to be in, by itself or by its role; empty if neither says. */
  public String accountSaid() {
    return !account.isEmpty() || roleArn.isEmpty() ? account : roleArn.split(":", -1)[4];
  }

  /** The campaigns whose requests go here by rule: ids, or patterns with {@code *}. */
  public List<String> campaignPatterns() {
    return patterns(campaigns);
  }

  private static List<String> patterns(String campaigns) {
    return campaigns.isBlank()
        ? List.of()
        : Arrays.stream(campaigns.split(",", -1)).map(String::strip).toList();
  }

  /**
   * Whether calls reach Amazon itself, and so real people, rather than a server that plays its
   * part.
   */
  public boolean isAmazon() {
    if (!kind.equals("connect-campaigns")) {
      return false;
    }
    return endpoint.isEmpty()
        || endpoint
            .toLowerCase(Locale.ROOT)
            .matches(
                "https?://(.*\\.)?(amazonaws\\.com|amazonaws\\.com\\.cn|api\\.aws)\\.?(:\\d+)?/?");
  }

  // The secret must not reach a log by way of the generated method.
  @Override
  public String toString() {
    return "TargetConfig[kind="
        + kind
        + ", endpoint="
        + endpoint
        + ", region="
        + region
        + ", account="
        + account
        + ", callsPerSecond="
        + callsPerSecond
        + "]";
  }
}
