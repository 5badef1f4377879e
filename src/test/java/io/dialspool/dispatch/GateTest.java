package io.dialspool.dispatch;

import static io.dialspool.request.CampaignState.INITIALIZED;
import static io.dialspool.request.CampaignState.PAUSED;
import static io.dialspool.request.CampaignState.RUNNING;
import static io.dialspool.request.CampaignState.STOPPED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignState;
import io.dialspool.request.WaitingFor;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long HOUR_NS = 3_600 * SECOND_NS;

  private final Gate gate = new Gate();
  private long nowNs;

  @Test
  void shouldBeClosedUntilTheStateIsKnown() {
    assertFalse(isOpen());
    assertEquals("Unknown", gate.stateName());
    assertEquals(WaitingFor.TARGET_DOWN, gate.waitingFor(nowNs));
    assertTrue(gate.askNs() <= nowNs, "it wants to be asked");
  }

  @Test
  void shouldOpenAtOnceForACampaignFirstSeenRunningOrStarted() {
    observed(RUNNING);
    assertTrue(isOpen());
    Gate started = new Gate();
    started.observed(INITIALIZED, 0, 0, 0);
    started.observed(RUNNING, SECOND_NS, SECOND_NS, 0);
    assertTrue(started.isOpen(SECOND_NS));
  }

  @Test
  void shouldNameWhatItWaitsFor() {
    observed(PAUSED);
    assertEquals(WaitingFor.CAMPAIGN_PAUSED, gate.waitingFor(nowNs));
    observed(INITIALIZED);
    assertEquals(WaitingFor.CAMPAIGN_NOT_STARTED, gate.waitingFor(nowNs));
    observed(CampaignState.FAILED);
    assertEquals(WaitingFor.CAMPAIGN_FAILED, gate.waitingFor(nowNs));
  }

  @Test
  void shouldOpenAfterAPauseOnlyOnTwoRunningsFiveSecondsApart() {
    observed(PAUSED);
    pass(10);
    observed(RUNNING);
    assertFalse(isOpen());
    pass(4);
    observed(RUNNING);
    assertFalse(isOpen(), "too close");
    pass(1);
    observed(RUNNING);
    assertTrue(isOpen());
  }

  @Test
  void shouldFollowThatRuleFromTheFirstMomentOfTheClockToo() {
    gate.observed(PAUSED, -SECOND_NS, -SECOND_NS, 0);
    gate.observed(RUNNING, 0, 0, 0);
    gate.observed(RUNNING, 5 * SECOND_NS, 5 * SECOND_NS, 0);
    assertTrue(gate.isOpen(5 * SECOND_NS));
  }

  @Test
  void shouldBeginAnewWhenAPauseComesBetween() {
    observed(PAUSED);
    pass(10);
    observed(RUNNING);
    pass(3);
    observed(PAUSED);
    pass(3);
    observed(RUNNING);
    assertFalse(isOpen());
  }

  @Test
  void shouldAskForTheSecondRunningInTime() {
    observed(PAUSED);
    assertEquals(nowNs + 2 * SECOND_NS, gate.askNs());
    pass(10);
    observed(RUNNING);
    assertEquals(nowNs + 5 * SECOND_NS, gate.askNs());
  }

  @Test
  void shouldNotCountAReadThatBeganBeforeTheLastChange() {
    observed(RUNNING);
    long beganNs = nowNs;
    pass(1);
    gate.refusedIn(PAUSED, nowNs, 0);
    gate.observed(RUNNING, beganNs, nowNs + 1, 0);
    assertFalse(isOpen());
    assertTrue(gate.askNs() <= nowNs + 1, "asked anew");
    pass(1);
    observed(RUNNING);
    assertFalse(isOpen(), "the first that counts");
    pass(5);
    observed(RUNNING);
    assertTrue(isOpen());
  }

  @Test
  void shouldNotLetAnOldReadUndoOurPauseOrResume() {
    observed(RUNNING);
    long beganNs = nowNs;
    pass(1);
    gate.changedByUs(PAUSED, nowNs, 0);
    gate.observed(RUNNING, beganNs, nowNs, 0);
    assertFalse(isOpen());
    long whilePausedNs = nowNs + 1;
    pass(1);
    gate.changedByUs(RUNNING, nowNs, 0);
    gate.observed(PAUSED, whilePausedNs, nowNs, 0);
    assertTrue(isOpen());
  }

  @Test
  void shouldOpenAtOnceOnOurOwnResume() {
    observed(PAUSED);
    gate.changedByUs(RUNNING, nowNs, 0);
    assertTrue(isOpen());
  }

  @Test
  void shouldBeAskedAgainSoonAfterARefusal() {
    observed(RUNNING);
    assertEquals(nowNs + 10 * SECOND_NS, gate.askNs());
    gate.refusedIn(STOPPED, nowNs, 0);
    assertTrue(gate.isStopped());
    assertTrue(gate.askNs() <= nowNs + SECOND_NS / 5);
  }

  @Test
  void shouldBeGoneAfterAnHourWithoutTheCampaign() {
    observed(RUNNING);
    gate.notFound(nowNs);
    assertFalse(isOpen());
    assertEquals("Unknown", gate.stateName());
    gate.notFound(nowNs + HOUR_NS - 1);
    assertFalse(gate.isGone());
    gate.notFound(nowNs + HOUR_NS);
    assertTrue(gate.isGone());
  }

  @Test
  void shouldForgetThatItWasMissingOnceItIsThereAgain() {
    observed(RUNNING);
    gate.notFound(nowNs);
    pass(1_800);
    observed(RUNNING);
    assertTrue(isOpen());
    pass(10);
    gate.notFound(nowNs);
    gate.notFound(nowNs + HOUR_NS - 1);
    assertFalse(gate.isGone());
  }

  @Test
  void shouldBeGoneAtOnceWhenDeletedThroughUs() {
    observed(RUNNING);
    gate.deleted();
    assertTrue(gate.isGone());
    assertFalse(isOpen());
  }

  @Test
  void shouldHoldForAMinuteAfterAnAlarm() {
    observed(RUNNING);
    gate.raiseAlarm("clock?", nowNs);
    assertFalse(isOpen());
    assertEquals(WaitingFor.HELD_BY_ALARM, gate.waitingFor(nowNs));
    pass(59);
    assertFalse(isOpen());
    pass(1);
    assertTrue(isOpen());
  }

  private void observed(CampaignState state) {
    nowNs += 2; // begun after whatever was before
    gate.observed(state, nowNs, nowNs, 0);
  }

  private boolean isOpen() {
    return gate.isOpen(nowNs);
  }

  private void pass(long seconds) {
    nowNs += seconds * SECOND_NS;
  }
}
