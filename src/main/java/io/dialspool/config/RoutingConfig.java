package io.dialspool.config;

/**
 * Which target a campaign's requests go to, when there are several and no rule names the campaign.
 *
 * @param lookup whether the targets are asked who knows the campaign, at its first use; else it
 *     goes to the target {@code default}
 */
public record RoutingConfig(boolean lookup) {
  public static final RoutingConfig DEFAULT = new RoutingConfig(true);
}
