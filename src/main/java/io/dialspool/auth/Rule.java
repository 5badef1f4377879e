package io.dialspool.auth;

/** What the requests of one port demand. Any thread. */
@FunctionalInterface
public interface Rule {
  /**
   * @param uri the request target as sent, still percent-encoded; any text, well-formed or not
   */
  Demand of(String method, String uri);

  /**
   * The data port and the campaign service's port.
   *
   * @param targetIsAmazon whether calls that are passed on change the real world, and so need the
   *     right {@code control}, whatever they do
   */
  static Rule api(boolean targetIsAmazon) {
    return new ApiRule(targetIsAmazon);
  }

  /**
   * The management port: health is anyone's, and so is the dashboard's page, in which nothing
   * stands before it has asked; calls of the data port demand what they demand there; the rest is
   * {@code read}.
   *
   * @param targetIsAmazon as for {@link #api}
   */
  static Rule management(boolean targetIsAmazon) {
    return new ManagementRule(api(targetIsAmazon));
  }
}
