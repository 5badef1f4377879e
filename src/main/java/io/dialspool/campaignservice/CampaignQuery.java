package io.dialspool.campaignservice;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What ListCampaigns asks for. Source: contract sections 2 and 3.
 *
 * @param instanceId null for all instances
 * @param maxResults 1 to 50
 * @param afterOrdinal goes on behind the campaign of this ordinal; 0 from the first
 */
record CampaignQuery(@Nullable String instanceId, int maxResults, long afterOrdinal) {
  private static final int RESULTS_MAX = 50;

  static CampaignQuery read(Shape body) {
    Integer maxResults = body.optionalInteger("maxResults", 1, RESULTS_MAX);
    String nextToken = body.optionalString("nextToken", 0, 1000, null);
    String instanceId = null;
    Shape filters = body.optionalStructure("filters");
    Shape filter = filters == null ? null : filters.optionalStructure("instanceIdFilter");
    if (filter != null) {
      instanceId = filter.string("value", 0, 256, NewCampaign.INSTANCE_ID);
      if (!filter.string("operator", 0, 20, null).equals("Eq")) {
        throw Refused.shape(filter.path("operator"), "unknown", "Eq");
      }
    }
    return new CampaignQuery(
        instanceId, maxResults == null ? RESULTS_MAX : maxResults, ordinalOf(nextToken));
  }

  static String nextToken(long ordinal) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Long.toString(ordinal).getBytes(US_ASCII));
  }

  private static long ordinalOf(@Nullable String nextToken) {
    if (nextToken == null || nextToken.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(new String(Base64.getUrlDecoder().decode(nextToken), US_ASCII));
    } catch (IllegalArgumentException e) {
      throw Refused.shape("nextToken", "not one of ours", "the nextToken of an earlier answer");
    }
  }
}
