package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.StatesReply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatePollerTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long HOUR_MS = 3_600_000;

  private final Dispatching service = new Dispatching(new MemoryStore());
  private final ScriptedTarget target = service.target;

  @Test
  void shouldAskAtOnceWhenALaneBegins() {
    service.accept(SPRING, 1, HOUR_MS);
    service.settleDown();
    assertEquals(List.of(List.of(SPRING)), target.asked);
    assertTrue(service.isOpen(SPRING));
  }

  @Test
  void shouldAskFor25CampaignsACallAndTwiceASecondAtMost() {
    for (int i = 0; i < 60; i++) {
      service.accept(new CampaignId("c-" + i), 1, HOUR_MS);
    }
    service.settleDown();
    assertEquals(List.of(25), target.asked.stream().map(List::size).toList());
    service.run(490);
    assertEquals(1, target.asked.size());
    service.run(510);
    assertEquals(List.of(25, 25, 10), target.asked.stream().map(List::size).toList());
    assertEquals(60, target.asked.stream().flatMap(List::stream).distinct().count());
  }

  @Test
  void shouldNotAskForLanesThatHaveNothingLeft() {
    service.accept(SPRING, 25, HOUR_MS);
    service.run(100);
    assertEquals(25, service.counts(SPRING).submitted());
    target.asked.clear();
    service.run(60_000);
    assertEquals(List.of(), target.asked);
  }

  @Test
  void shouldAskAPausedCampaignEveryTwoSeconds() {
    target.states.put(SPRING, CampaignState.PAUSED);
    service.accept(SPRING, 1, HOUR_MS);
    service.run(20_000);
    assertTrue(target.asked.size() >= 10 && target.asked.size() <= 11, "" + target.asked.size());
  }

  @Test
  void shouldGoOnAskingWhenATargetFails() {
    target.statesReply = new StatesReply.Failed(500, "InternalServerException", -1);
    service.accept(SPRING, 1, HOUR_MS);
    service.run(10_000);
    assertTrue(target.asked.size() >= 4 && target.asked.size() <= 6, "" + target.asked.size());
    target.statesReply = null;
    service.run(2_500);
    assertEquals(1, service.counts(SPRING).submitted());
  }

  @Test
  void shouldHonourRetryAfter() {
    target.statesReply = new StatesReply.Failed(429, "ThrottlingException", 8_000);
    service.accept(SPRING, 1, HOUR_MS);
    service.run(7_900);
    assertEquals(1, target.asked.size());
    service.run(200);
    assertEquals(2, target.asked.size());
  }

  @Test
  void shouldAskAgainForAStateItDoesNotKnowOrACampaignLeftOut() {
    target.statesReply = new StatesReply.Answered(Map.of(SPRING, "Hibernating"), List.of());
    service.accept(SPRING, 1, HOUR_MS);
    service.run(3_000);
    target.statesReply = new StatesReply.Answered(Map.of(), List.of());
    service.run(3_000);
    assertFalse(service.isOpen(SPRING));
    target.statesReply = null;
    service.run(3_000);
    assertEquals(1, service.counts(SPRING).submitted());
  }

  @Test
  void shouldAskSoonAfterA409() {
    service.accept(SPRING, 25, HOUR_MS);
    target.then(
        batch -> {
          target.states.put(SPRING, CampaignState.PAUSED);
          return new io.dialspool.target.BatchReply.Refused(
              409, "InvalidCampaignStateException", "", "Paused", -1);
        });
    service.settleDown();
    target.asked.clear();
    service.run(600);
    assertEquals(1, target.asked.size());
  }
}
