package io.dialspool.config;

import java.util.List;
import java.util.Locale;

/**
 * Where batches go.
 *
 * @param kind {@code embedded} or {@code connect-campaigns}
 * @param endpoint a URL; empty for the one that follows from the region, or for the embedded
 *     service
 * @param accessKeyId static credentials; empty for embedded
 * @param callsPerSecond PutDialRequestBatch calls; AWS admits 10 per account and Region
 * @param timeoutMs from the hand-over of a call to the client until it counts as unanswered
 * @param connectionsMax of the keep-alive pool
 */
public record TargetConfig(
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
  public static final TargetConfig DEFAULT =
      new TargetConfig("embedded", "", "us-east-1", "", "", "", 10, 2_000, 10_000, 32);

  public TargetConfig {
    Expect.oneOf("target.kind", kind, List.of("embedded", "connect-campaigns"));
    Expect.that(
        endpoint.isEmpty() || endpoint.matches("https?://[^/\\s]+/?"),
        "target.endpoint",
        endpoint,
        "http:// or https://, host and port");
    Expect.that(
        region.matches("[a-z]{2}(-[a-z]+)+-\\d"), "target.region", region, "such as us-east-1");
    Expect.range("target.callsPerSecond", callsPerSecond, 0.1, 1_000_000);
    Expect.range("target.connectTimeoutMs", connectTimeoutMs, 10, 60_000);
    Expect.range("target.timeoutMs", timeoutMs, 100, 60_000);
    Expect.range("target.connectionsMax", connectionsMax, 1, 1_000);
    Expect.that(
        kind.equals("embedded") || (!accessKeyId.isEmpty() && !secretAccessKey.isEmpty()),
        "target.accessKeyId, target.secretAccessKey",
        "(not both set)",
        "static credentials for connect-campaigns");
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
        + ", callsPerSecond="
        + callsPerSecond
        + "]";
  }
}
