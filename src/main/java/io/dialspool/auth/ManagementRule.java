package io.dialspool.auth;

import java.util.List;

/**
 * The management port's own pages, and the data port's calls that stand there too. A browser sends
 * no credentials for a page, its scripts and styles. Source: api.md.
 */
final class ManagementRule implements Rule {
  private static final List<String> PAGE = List.of("/", "/favicon.ico");
  private static final String ASSETS = "/assets/";
  private static final List<String> OURS = List.of("/metrics", "/dashboard/");

  private final Rule api;

  ManagementRule(Rule api) {
    this.api = api;
  }

  @Override
  public Demand of(String method, String uri) {
    String path = uri.replaceFirst("\\?.*", "");
    boolean page = PAGE.contains(path) || path.startsWith(ASSETS);
    if (path.startsWith("/health/") || (page && ApiRule.byMethod(method) == Right.READ)) {
      return Demand.NOTHING;
    }
    return page || OURS.stream().anyMatch(path::startsWith)
        ? new Demand(ApiRule.byMethod(method), null, false, false)
        : api.of(method, uri);
  }
}
