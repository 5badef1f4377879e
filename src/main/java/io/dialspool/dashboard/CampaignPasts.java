package io.dialspool.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The past of the campaigns in which something happens: of so many as there is room for, those that
 * have been quiet for longest are forgotten. Any thread.
 */
final class CampaignPasts {
  private static final int CAMPAIGNS_MAX = 500;

  /** In the order of the last change, the oldest first. */
  private final Map<CampaignId, CampaignPast> pasts = new LinkedHashMap<>();

  synchronized void add(long nowMs, List<CampaignReport> reports) {
    for (CampaignReport report : reports) {
      CampaignPast past = pasts.get(report.campaignId());
      if (past == null) {
        // One that is through, and was before we looked, has nothing to tell.
        if (isQuiet(report) && pasts.size() >= CAMPAIGNS_MAX) {
          continue;
        }
        makeRoom();
        past = new CampaignPast();
        past.add(nowMs, report);
        pasts.put(report.campaignId(), past);
      } else if (past.add(nowMs, report)) {
        pasts.remove(report.campaignId());
        pasts.put(report.campaignId(), past);
      }
    }
  }

  private static boolean isQuiet(CampaignReport report) {
    return report.counts().queued() + report.counts().inFlight() == 0;
  }

  private void makeRoom() {
    if (pasts.size() >= CAMPAIGNS_MAX) {
      pasts.remove(pasts.keySet().iterator().next());
    }
  }

  /** Puts what is known of the campaign; nothing if that is nothing. */
  synchronized void put(CampaignId campaign, ObjectNode into) {
    CampaignPast past = pasts.get(campaign);
    if (past != null) {
      past.put(into);
    }
  }
}
