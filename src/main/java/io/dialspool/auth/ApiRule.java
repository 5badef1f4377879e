package io.dialspool.auth;

import io.dialspool.http.HttpCall;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The campaign API of both versions, and our own calls beside it. The path is read as the doors
 * read it, split first and decoded afterwards, or a door might see another call than was judged. A
 * path that no door knows demands what its method suggests. Source: contract section 2, api.md.
 */
final class ApiRule implements Rule {
  private static final Set<String> SUBMITS_IN_V2 =
      Set.of("outbound-requests", "profile-outbound-requests");
  private static final Set<String> OURS_BELOW_CAMPAIGN =
      Set.of("dial-requests", "spool", "outcomes", "dead-letters", "recall");
  private static final Set<String> READS_BY_POST = Set.of("campaigns-summary", "campaigns-state");
  private static final Pattern CAMPAIGN_ARN =
      Pattern.compile("arn:[^:]*:connect-campaigns:[^:]*:[^:]*:campaign/(.+)");

  private final boolean targetIsAmazon;

  ApiRule(boolean targetIsAmazon) {
    this.targetIsAmazon = targetIsAmazon;
  }

  @Override
  public Demand of(String method, String uri) {
    if (!uri.startsWith("/")) {
      return passedOn(Right.CONTROL, null); // the form for proxies, or none: doors may differ on it
    }
    List<String> path = HttpCall.segments(uri);
    boolean v2 = path.get(0).equals("v2") && path.size() > 1;
    if (v2) {
      path = path.subList(1, path.size());
    }
    String first = path.get(0);
    if (first.equals("campaigns") && path.size() > 1) {
      String campaign = path.get(1);
      String below = path.size() > 2 ? path.get(2) : "";
      if (!v2 && OURS_BELOW_CAMPAIGN.contains(below)) {
        return ours(method, campaign, path.size() == 3 && below.equals("dial-requests"));
      }
      boolean submits = v2 && method.equals("PUT") && SUBMITS_IN_V2.contains(below);
      return passedOn(submits ? Right.SUBMIT : byMethod(method), campaign);
    }
    if ((first.equals("spool") || first.equals("webhooks")) && !v2) {
      return new Demand(byMethod(method), null, false, false);
    }
    if (READS_BY_POST.contains(first) && path.size() == 1 && method.equals("POST")) {
      return passedOn(Right.READ, null);
    }
    boolean tags = first.equals("tags") && path.size() == 2;
    return passedOn(byMethod(method), tags ? campaignOf(path.get(1)) : null);
  }

  private static Demand ours(String method, String campaign, boolean dialRequests) {
    if (dialRequests && (method.equals("PUT") || method.equals("POST"))) {
      return new Demand(Right.SUBMIT, campaign, false, method.equals("POST"));
    }
    return new Demand(byMethod(method), campaign, false, false);
  }

  private Demand passedOn(Right right, @Nullable String campaign) {
    return new Demand(targetIsAmazon ? Right.CONTROL : right, campaign, true, false);
  }

  static Right byMethod(String method) {
    return method.equals("GET") || method.equals("HEAD") ? Right.READ : Right.CONTROL;
  }

  private static @Nullable String campaignOf(String arn) {
    Matcher matcher = CAMPAIGN_ARN.matcher(arn);
    return matcher.matches() ? matcher.group(1) : null;
  }
}
