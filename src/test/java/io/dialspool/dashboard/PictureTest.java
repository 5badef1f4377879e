package io.dialspool.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.WaitingFor;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class PictureTest {
  @Test
  void shouldShowTheNewestCampaignsFirst() {
    var campaigns = new ArrayList<CampaignReport>();
    campaigns.add(FakeDesk.report("old", "Running", WaitingFor.DIALER_FULL, 1));
    campaigns.add(FakeDesk.report("new", "Running", null, 0));
    JsonNode picture = Picture.of(1, FakeDesk.sum(15), campaigns, null);
    assertEquals("new", picture.at("/campaigns/0/campaignId").asText());
    assertEquals("the agents are the limit", picture.at("/campaigns/1/held").asText());
    assertEquals(false, picture.at("/campaigns/0").has("held"));
  }

  @Test
  void shouldShowThoseInWhichMostIsWaitingWhenThereAreTooMany() {
    var campaigns = new ArrayList<CampaignReport>();
    for (int i = 0; i < Picture.CAMPAIGNS_MAX + 50; i++) {
      campaigns.add(FakeDesk.report("c-" + i, "Running", null, i < 50 ? 0 : i));
    }
    JsonNode picture = Picture.of(1, FakeDesk.sum(15), campaigns, null);
    assertEquals(Picture.CAMPAIGNS_MAX, picture.path("campaigns").size());
    assertEquals(Picture.CAMPAIGNS_MAX + 50, picture.path("campaignsTotal").asInt());
    assertEquals("c-249", picture.at("/campaigns/0/campaignId").asText());
    assertEquals("c-50", picture.at("/campaigns/199/campaignId").asText());
  }
}
