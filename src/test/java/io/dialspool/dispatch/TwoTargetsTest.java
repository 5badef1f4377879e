package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.TargetReport;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import io.dialspool.target.StatesReply;
import java.util.List;
import org.junit.jupiter.api.Test;

class TwoTargetsTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId EU = new CampaignId("eu-spring");
  private static final long HOUR_MS = 3_600_000;

  private final MemoryStore store = new MemoryStore();
  private Dispatching service = start();

  private Dispatching start() {
    return new Dispatching(store, Dispatching.CONFIG, 10, new MovedClock(), 10);
  }

  @Test
  void shouldSendEachCampaignsRequestsToItsTargetOnly() {
    service.accept(SPRING, 50, HOUR_MS);
    service.accept(EU, 50, HOUR_MS);
    service.run(2_000);
    assertEquals(50, service.counts(SPRING).submitted());
    assertEquals(50, service.counts(EU).submitted());
    assertTrue(service.target.puts.stream().allMatch(put -> put.campaign().equals(SPRING)));
    assertTrue(service.eu.puts.stream().allMatch(put -> put.campaign().equals(EU)));
    assertEquals(2, service.eu.puts.size());
    assertEquals("eu", service.control(EU).target().name());
    assertEquals("default", service.control(SPRING).target().name());
  }

  @Test
  void shouldAskEachTargetForTheStatesOfItsCampaignsOnly() {
    service.accept(SPRING, 1, HOUR_MS);
    service.accept(EU, 1, HOUR_MS);
    service.settleDown();
    assertEquals(List.of(List.of(SPRING)), service.target.asked);
    assertEquals(List.of(List.of(EU)), service.eu.asked);
  }

  @Test
  void shouldGiveEachTargetItsOwnCallBudget() {
    service.accept(SPRING, 200, HOUR_MS);
    service.accept(EU, 200, HOUR_MS);
    service.open(SPRING);
    service.open(EU);
    service.run(450);
    // 10 a second each: five calls within 450 ms, whatever the other one does.
    assertEquals(5, service.target.puts.size());
    assertEquals(5, service.eu.puts.size());
  }

  @Test
  void shouldNotDelayATargetBecauseAnotherThrottles() {
    service.target.byDefault = batch -> new BatchReply.Refused(429, "TooMany", "", null, 20_000);
    service.accept(SPRING, 100, HOUR_MS);
    service.accept(EU, 100, HOUR_MS);
    service.open(SPRING);
    service.open(EU);
    service.run(1_000);
    assertEquals(100, service.counts(EU).submitted());
    assertEquals(0, service.counts(SPRING).submitted());
    assertEquals(1, service.target.puts.size(), "Retry-After is honoured");
    assertEquals(10, budget("eu").perSecond(), "the other's pacer is left alone");
    assertTrue(budget("default").perSecond() < 10);
  }

  @Test
  void shouldNotDelayATargetBecauseAnotherIsDown() {
    service.target.byDefault = batch -> new BatchReply.NotSent("connection refused", true);
    service.target.statesReply = new StatesReply.Failed(0, "connection refused", -1);
    service.accept(SPRING, 100, HOUR_MS);
    service.open(SPRING);
    service.run(30_000);
    assertTrue(service.isBreakerOpen());
    service.accept(EU, 100, HOUR_MS);
    service.open(EU);
    service.run(1_000);
    assertEquals(100, service.counts(EU).submitted());
    assertEquals(100, service.counts(SPRING).queued());
    assertEquals(List.of("OPEN", "CLOSED"), breakers());
    assertEquals(2, service.controls.get(0).breakerLevel());
    assertEquals(0, service.controls.get(1).breakerLevel());
  }

  @Test
  void shouldBoundCallsInFlightByTarget() {
    service.target.byDefault = batch -> null;
    service.eu.byDefault = batch -> null;
    service.accept(SPRING, 200, HOUR_MS);
    service.accept(EU, 200, HOUR_MS);
    service.open(SPRING);
    service.open(EU);
    service.run(2_000);
    assertEquals(Dispatching.CONFIG.inFlightMax(), service.target.puts.size());
    assertEquals(Dispatching.CONFIG.inFlightMax(), service.eu.puts.size());
    assertEquals(2 * Dispatching.CONFIG.inFlightMax(), service.dispatcher.inFlight());
    assertFalse(service.dispatcher.isQuiet());
  }

  @Test
  void shouldSendOnAfterATargetThatTakesNoAnswersIsFree() {
    service.target.byDefault = batch -> null;
    service.accept(SPRING, 200, HOUR_MS);
    service.accept(EU, 200, HOUR_MS);
    service.open(SPRING);
    service.open(EU);
    service.runByItself(2_000);
    assertEquals(200, service.counts(EU).submitted());
    service.target.byDefault = ScriptedTarget::allTaken;
    while (service.target.heldCount() > 0) {
      service.target.answerHeld(ScriptedTarget::allTaken);
    }
    service.runByItself(2_000);
    assertEquals(200, service.counts(SPRING).submitted());
  }

  @Test
  void shouldNotTakeTheIdOfAnotherTargetForARepeatedOne() {
    service.target.byDefault = batch -> oneId(batch.items().get(0).clientToken());
    service.eu.byDefault = service.target.byDefault;
    service.accept(SPRING, 1, HOUR_MS);
    service.accept(EU, 1, HOUR_MS);
    service.run(200);
    assertEquals(1, service.counts(SPRING).submitted());
    assertEquals(1, service.counts(EU).submitted());
    assertEquals(0, service.alarms.raised());
    service.accept(EU, 1, HOUR_MS);
    service.run(200);
    assertEquals(1, service.alarms.raised(), "twice at one target means something");
  }

  @Test
  void shouldNotCutAParcelBecauseAnotherTargetSucceeds() {
    service.target.byDefault = batch -> new BatchReply.Unanswered("timeout");
    service.accept(SPRING, 25, HOUR_MS);
    service.open(SPRING);
    for (int i = 0; i < 60; i++) {
      service.accept(EU, 25, HOUR_MS);
      service.run(1_000);
    }
    assertTrue(service.counts(EU).submitted() >= 1_000);
    assertTrue(service.target.puts.size() > 3);
    assertTrue(service.target.puts.stream().allMatch(put -> put.size() == 25));
  }

  @Test
  void shouldKeepEachTargetsClock() {
    service.eu.clockOffsetMs = 10 * 60_000;
    service.accept(SPRING, 1, 5 * 60_000);
    service.accept(EU, 1, 5 * 60_000);
    service.run(1_000);
    assertEquals(1, service.counts(SPRING).submitted());
    assertEquals(1, service.counts(EU).expired(), "over there its deadline has passed");
  }

  @Test
  void shouldHoldOneTargetsCampaignOnly() {
    service.accept(SPRING, 25, HOUR_MS);
    service.accept(EU, 25, HOUR_MS);
    service.change(EU, CampaignState.PAUSED);
    service.run(2_000);
    assertEquals(25, service.counts(SPRING).submitted());
    assertEquals(25, service.counts(EU).queued());
  }

  @Test
  void shouldSendRestoredLanesToTheTargetsThatTheyHad() {
    service.target.states.put(SPRING, CampaignState.INITIALIZED);
    service.eu.states.put(EU, CampaignState.INITIALIZED);
    service.accept(SPRING, 25, HOUR_MS);
    service.accept(EU, 25, HOUR_MS);
    service.run(100);
    service = start();
    service.target.states.put(SPRING, CampaignState.RUNNING);
    service.eu.states.put(EU, CampaignState.RUNNING);
    service.run(1_000);
    assertEquals(List.of(25), service.target.puts.stream().map(ScriptedTarget.Put::size).toList());
    assertEquals(List.of(25), service.eu.puts.stream().map(ScriptedTarget.Put::size).toList());
    assertEquals(25, service.counts(EU).submitted());
  }

  @Test
  void shouldReportEachTargetAndTheSum() {
    service.accept(SPRING, 25, HOUR_MS);
    service.accept(EU, 50, HOUR_MS);
    service.run(1_000);
    SpoolReport report = new Reports(service.dispatcher).spool();
    assertEquals(20, report.callsPerSecondMax());
    assertEquals(3, report.calls());
    assertEquals(75, report.batchItems());
    assertEquals(
        List.of("default", "eu"), report.targets().stream().map(TargetReport::name).toList());
    assertEquals(List.of(1L, 2L), report.targets().stream().map(TargetReport::calls).toList());
    assertEquals(
        "eu", new Reports(service.dispatcher).campaign(service.control(EU), 0, 0).target());
  }

  private CallBudget budget(String name) {
    return service.controls.stream()
        .filter(control -> control.name().equals(name))
        .findFirst()
        .orElseThrow()
        .budget();
  }

  private List<String> breakers() {
    return service.controls.stream().map(control -> control.breaker().state()).toList();
  }

  private static BatchReply oneId(String token) {
    return new BatchReply.Answered(List.of(new BatchReply.Success(token, "the-one-id")), List.of());
  }
}
