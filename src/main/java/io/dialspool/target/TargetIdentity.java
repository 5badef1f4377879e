package io.dialspool.target;

/**
 * Where a lane's requests go; stored with the lane, which never moves while anything in it is
 * unsettled.
 *
 * @param kind {@code embedded} or {@code connect-campaigns}
 * @param account AWS account, 12 digits; empty while it isn't known, and for embedded
 * @param region empty for embedded
 * @param endpoint empty when it follows from the region, and for embedded (its port may change)
 */
public record TargetIdentity(String kind, String account, String region, String endpoint) {
  /**
   * Whether both are the same place as far as they say: an account that one of them doesn't know
   * may be the other's.
   */
  public boolean mayBe(TargetIdentity other) {
    return kind.equals(other.kind)
        && region.equals(other.region)
        && endpoint.equals(other.endpoint)
        && (account.equals(other.account) || account.isEmpty() || other.account.isEmpty());
  }

  @Override
  public String toString() {
    return kind
        + (account.isEmpty() ? "" : " account " + account)
        + (region.isEmpty() ? "" : " " + region)
        + (endpoint.isEmpty() ? "" : " " + endpoint);
  }
}
