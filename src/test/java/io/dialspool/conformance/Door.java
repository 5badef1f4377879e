package io.dialspool.conformance;

/**
 * Where AWS clients knock.
 *
 * @param url of the campaign API
 * @param campaignService of the campaign service behind it; the same if it stands alone
 * @param spools whether the door is the service's own, which keeps dial requests and hands them on
 *     itself; all other calls are passed on
 * @param keyed whether it looks at signatures, and takes the keys of {@link KeyRing} alone
 */
record Door(String url, String campaignService, boolean spools, boolean keyed) {
  static final String REGION = "us-east-1";
}
