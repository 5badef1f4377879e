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

  /** The management port: health is anyone's, the rest needs {@code read}. */
  static Rule management() {
    return (method, uri) ->
        uri.startsWith("/health/")
            ? Demand.NOTHING
            : new Demand(ApiRule.byMethod(method), null, false, false);
  }
}
