package io.dialspool.target;

/**
 * Where a lane's requests go; stored with the lane, which never moves while anything in it is
 * unsettled.
 *
 * @param kind {@code embedded} or {@code connect-campaigns}
 * @param account AWS account or key id; empty for embedded
 * @param region empty for embedded
 * @param endpoint empty when it follows from the region, and for embedded (its port may change)
 */
public record TargetIdentity(String kind, String account, String region, String endpoint) {
  @Override
  public String toString() {
    return kind
        + (account.isEmpty() ? "" : " account " + account)
        + (region.isEmpty() ? "" : " " + region)
        + (endpoint.isEmpty() ? "" : " " + endpoint);
  }
}
