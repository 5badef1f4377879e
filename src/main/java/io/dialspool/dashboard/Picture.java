package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Views;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.SpoolReport;
import io.dialspool.story.Told;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How everything stands, as one JSON object. It holds no phone numbers and no attributes. */
final class Picture {
  /** More would be read by nobody; each is half a kilobyte a second for every watcher. */
  static final int CAMPAIGNS_MAX = 200;

  private Picture() {}

  /**
   * @param refusing why intake refuses everything now; null if it doesn't
   */
  static ObjectNode of(
      long nowMs, SpoolReport report, List<CampaignReport> campaigns, @Nullable ApiError refusing) {
    ObjectNode json = Views.of(report);
    json.put("at", nowMs);
    if (refusing != null) {
      json.put("refusing", refusing.message());
    }
    ArrayNode list = json.putArray("campaigns");
    chosen(campaigns).forEach(one -> list.add(of(one)));
    return json.put("campaignsTotal", campaigns.size());
  }

  /** One campaign, with what holds it in words. */
  static ObjectNode of(CampaignReport report) {
    ObjectNode json = Views.of(report);
    if (report.waitingFor() != null) {
      json.put("held", Told.hold(report.waitingFor().name()));
    }
    return json;
  }

  /** The newest first. When there are too many, those go in which most is waiting. */
  private static List<CampaignReport> chosen(List<CampaignReport> campaigns) {
    var chosen = new ArrayList<CampaignReport>(campaigns);
    if (chosen.size() > CAMPAIGNS_MAX) {
      Comparator<CampaignReport> byWaiting =
          Comparator.comparingLong(one -> one.counts().queued() + one.counts().inFlight());
      Set<CampaignReport> most =
          new HashSet<>(
              campaigns.stream().sorted(byWaiting.reversed()).limit(CAMPAIGNS_MAX).toList());
      chosen.removeIf(one -> !most.contains(one));
    }
    java.util.Collections.reverse(chosen);
    return chosen;
  }
}
