package io.dialspool.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.WaitingFor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CampaignPastsTest {
  private final CampaignPasts pasts = new CampaignPasts();
  private long nowMs;

  private void add(CampaignReport... reports) {
    nowMs += 10_000;
    pasts.add(nowMs, List.of(reports));
  }

  private ObjectNode past(String campaign) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    pasts.put(new CampaignId(campaign), json);
    return json;
  }

  private static CampaignReport running(String id, @Nullable WaitingFor waitsFor, long queued) {
    return FakeDesk.report(id, "Running", waitsFor, queued);
  }

  @Test
  void shouldTellWhenTheStateChanged() {
    add(FakeDesk.report("c-1", "Unknown", WaitingFor.BATCH, 5));
    add(running("c-1", WaitingFor.BATCH, 5));
    add(running("c-1", WaitingFor.BATCH, 5));
    add(FakeDesk.report("c-1", "Paused", WaitingFor.CAMPAIGN_PAUSED, 5));
    JsonNode events = past("c-1").path("events");
    assertEquals("Running", events.path(0).path("state").asText());
    assertEquals("a batch is being filled", events.path(1).path("held").asText());
    assertEquals("Paused", events.path(2).path("state").asText());
    assertEquals(3, events.size());
    assertEquals(4, past("c-1").at("/history/waiting").size());
  }

  @Test
  void shouldTellOnlyOfWhatHoldsACampaignForAWhile() {
    for (int i = 0; i < 10; i++) {
      add(running("c-1", i % 2 == 0 ? WaitingFor.BATCH : WaitingFor.CALL_BUDGET, 5));
    }
    assertEquals(1, past("c-1").path("events").size(), "its state");
    add(running("c-1", WaitingFor.DIALER_FULL, 5));
    add(running("c-1", WaitingFor.DIALER_FULL, 5));
    assertEquals("the agents are the limit", past("c-1").at("/events/1/held").asText());
  }

  @Test
  void shouldKeepABoundedPast() {
    for (int i = 0; i < 200; i++) {
      add(FakeDesk.report("c-1", i % 2 == 0 ? "Running" : "Paused", null, i));
    }
    assertEquals(90, past("c-1").at("/history/at").size());
    assertEquals(40, past("c-1").path("events").size());
  }

  @Test
  void shouldForgetTheCampaignThatHasBeenQuietForLongest() {
    var all = new ArrayList<CampaignReport>();
    for (int i = 0; i < 500; i++) {
      all.add(running("c-" + i, null, 1));
    }
    add(all.toArray(CampaignReport[]::new));
    add(running("c-0", null, 2)); // something happens in the oldest
    add(running("new", null, 1));
    assertTrue(past("new").has("history"));
    assertTrue(past("c-0").has("history"));
    assertFalse(past("c-1").has("history"));
    add(running("through-long-ago", null, 0));
    assertFalse(past("through-long-ago").has("history"));
  }
}
