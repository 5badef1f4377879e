package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.lane.Place;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.FailureCode;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Requests that may have been sent: how long they are sent again, what they end as, and what their
 * outcome tells a person. Moved clocks, the real stages.
 */
class DoubtTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long SECOND_MS = 1_000;
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;

  private final MemoryStore store = new MemoryStore();
  private Dispatching service = new Dispatching(store);
  private ScriptedTarget target = service.target;

  // --- policy and evidence

  @Test
  void shouldTellThatTheDeadlineCameAfterACallWithoutAnswer() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, 100 * SECOND_MS).get(0);
    service.run(40);
    long sentMs = service.clock.epochMs() - 40; // so near its deadline it waits for no company
    service.change(SPRING, CampaignState.PAUSED);
    service.runByItself(160 * SECOND_MS);
    assertInDoubt(token, Evidence.Policy.DEADLINE, Evidence.Doubt.NO_ANSWER);
    RequestStatus status = service.status(SPRING, token);
    Evidence evidence = evidence(token);
    assertEquals(1, evidence.calls());
    assertEquals(sentMs, evidence.lastSentAtMs());
    assertEquals(sentMs, status.firstSentAtMs());
    assertEquals("timeout", status.lastFailure());
    assertEquals(0, status.attempts(), "the target's trouble is nobody's attempt");
  }

  @Test
  void shouldTellThatTheCampaignWasStoppedAfterACallWithoutAnswer() {
    String token = unanswered(20 * DAY_MS);
    service.change(SPRING, CampaignState.STOPPED);
    service.settleDown();
    assertInDoubt(token, Evidence.Policy.CAMPAIGN_STOPPED, Evidence.Doubt.NO_ANSWER);
  }

  @Test
  void shouldTellThatTheCampaignIsGoneAfterACallWithoutAnswer() {
    String token = unanswered(20 * DAY_MS);
    service.dispatcher.campaignDeleted(SPRING);
    service.settleDown();
    assertInDoubt(token, Evidence.Policy.CAMPAIGN_GONE, Evidence.Doubt.NO_ANSWER);
  }

  @Test
  void shouldTellThatTheTokenDied() {
    String token = unanswered(20 * DAY_MS);
    service.change(SPRING, CampaignState.PAUSED);
    service.clock.advanceMs(ClientToken.LIFE_MS);
    service.open(SPRING);
    service.run(100);
    assertInDoubt(token, Evidence.Policy.TOKEN_LIFE, Evidence.Doubt.NO_ANSWER);
  }

  @Test
  void shouldTellThatEveryAnswerLeftItOut() {
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    target.byDefault = batch -> new BatchReply.Answered(List.of(), List.of());
    service.run(5 * MINUTE_MS);
    assertInDoubt(token, Evidence.Policy.ATTEMPTS, Evidence.Doubt.MISSING_FROM_ANSWER);
    assertEquals(8, evidence(token).calls());
    assertEquals("missing from the answer", service.status(SPRING, token).lastFailure());
  }

  @Test
  void shouldTellThatItWasRefusedWhenItWasSentAgain() {
    List<String> tokens = service.accept(SPRING, 2, 20 * DAY_MS);
    target.then(new BatchReply.Unanswered("reset"));
    target.then(batch -> ScriptedTarget.some(batch, 1, FailureCode.INVALID_INPUT));
    service.run(5 * SECOND_MS);
    assertInDoubt(tokens.get(1), Evidence.Policy.REFUSED, Evidence.Doubt.NO_ANSWER);
    assertEquals(2, evidence(tokens.get(1)).calls());
    assertEquals("InvalidInput", service.status(SPRING, tokens.get(1)).lastFailure());
  }

  @Test
  void shouldTellThatAnEarlierLifeMayHaveSentIt() {
    target.byDefault = batch -> null;
    String token = service.accept(SPRING, 25, 20 * DAY_MS).get(3);
    service.settleDown();
    restart();
    service.change(SPRING, CampaignState.STOPPED);
    service.settleDown();
    assertInDoubt(token, Evidence.Policy.CAMPAIGN_STOPPED, Evidence.Doubt.EARLIER_LIFE);
    assertEquals(0, evidence(token).calls(), "of an earlier life's calls nothing is known");
  }

  @Test
  void shouldTellThatAnEarlierLifeMayHaveSentWhatLiesOnDisk() {
    target.byDefault = batch -> null;
    String token = service.accept(SPRING, 1, 100 * SECOND_MS).get(0);
    service.run(40);
    service.change(SPRING, CampaignState.PAUSED);
    service.settleDown();
    restart();
    target.states.put(SPRING, CampaignState.PAUSED);
    service.runByItself(200 * SECOND_MS);
    assertInDoubt(token, Evidence.Policy.DEADLINE, Evidence.Doubt.EARLIER_LIFE);
  }

  @Test
  void shouldTellTheStrongerReasonOfTwo() {
    target.byDefault = batch -> null;
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(40);
    restart();
    target.then(new BatchReply.Unanswered("timeout"));
    service.run(100);
    service.change(SPRING, CampaignState.STOPPED);
    service.settleDown();
    assertInDoubt(token, Evidence.Policy.CAMPAIGN_STOPPED, Evidence.Doubt.NO_ANSWER);
  }

  @Test
  void shouldTellOfADeadRequestThatIsNotInDoubtWhatItsCallsCameTo() {
    String token = service.accept(SPRING, 1, HOUR_MS).get(0);
    target.byDefault = batch -> ScriptedTarget.allFailed(batch, FailureCode.UNKNOWN_ERROR);
    service.run(5 * MINUTE_MS);
    assertEquals(Reason.ATTEMPTS_EXHAUSTED, service.status(SPRING, token).reason());
    assertEquals(Evidence.Doubt.NONE, evidence(token).doubt());
    assertEquals(Evidence.Policy.NONE, evidence(token).policy());
    assertEquals(8, evidence(token).calls());
    assertEquals("UnknownError", service.status(SPRING, token).lastFailure());
  }

  @Test
  void shouldKeepNoEvidenceOfWhatWasTakenOrNeverSent() {
    String taken = service.accept(SPRING, 1, HOUR_MS).get(0);
    service.run(100);
    service.change(SPRING, CampaignState.PAUSED);
    String held = service.accept(SPRING, 1, 60 * SECOND_MS).get(0);
    service.runByItself(130 * SECOND_MS);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, taken));
    assertNull(service.status(SPRING, taken).evidence());
    assertEquals(RequestState.EXPIRED, service.state(SPRING, held));
    assertNull(service.status(SPRING, held).evidence());
  }

  @Test
  void shouldTellTheSameInTheFeedAndAfterARestart() {
    String token = unanswered(20 * DAY_MS);
    service.change(SPRING, CampaignState.STOPPED);
    service.settleDown();
    Evidence before = evidence(token);
    restart();
    assertEquals(before, evidence(token));
    LaneInfo lane = service.spool().lane(SPRING);
    assertNotNull(lane);
    var feed = new OutcomeFeed(service.spool());
    for (OutcomeFeed.Kind kind : OutcomeFeed.Kind.values()) {
      assertEquals(
          List.of(before),
          feed.read(lane, kind, OutcomeFeed.Cursor.START, 100, 10).entries().stream()
              .map(entry -> entry.end().evidence())
              .toList());
    }
  }

  @Test
  void shouldSayOfAWaitingRequestThatItMayHaveBeenSentAndSinceWhen() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(30);
    service.change(SPRING, CampaignState.PAUSED);
    service.settleDown();
    long sentMs = service.clock.epochMs() - 10;
    RequestStatus live = live(token);
    assertEquals(RequestState.QUEUED, live.state());
    assertEquals(sentMs, live.firstSentAtMs());
    assertNotNull(live.evidence());
    assertEquals(Evidence.Doubt.NO_ANSWER, live.evidence().doubt());
    restart();
    live = live(token);
    assertNotNull(live.evidence());
    assertEquals(Evidence.Doubt.EARLIER_LIFE, live.evidence().doubt());
    assertTrue(live.firstSentAtMs() <= sentMs, "the mark is older than the call");
  }

  // --- token life, at each send

  @Test
  void shouldLookAtTheTokensLifeBeforeEachRepeatOfAParcel() {
    String token = unanswered(20 * DAY_MS);
    target.byDefault = batch -> new BatchReply.Unanswered("timeout");
    service.clock.advanceMs(ClientToken.LIFE_MS - MINUTE_MS);
    int callsBefore = target.puts.size();
    service.run(MINUTE_MS);
    int calls = target.puts.size();
    assertTrue(calls > callsBefore, "while it lives it is repeated");
    service.run(MINUTE_MS);
    assertInDoubt(token, Evidence.Policy.TOKEN_LIFE, Evidence.Doubt.NO_ANSWER);
    service.run(10 * MINUTE_MS);
    assertEquals(calls, target.puts.size(), "and never after");
  }

  @Test
  void shouldLookAtTheTokensLifeOfWhatAnEarlierLifeLeft() {
    target.byDefault = batch -> null;
    List<String> tokens = service.accept(SPRING, 50, 20 * DAY_MS);
    service.settleDown();
    restart();
    target.states.put(SPRING, CampaignState.PAUSED);
    service.settleDown();
    service.clock.advanceMs(ClientToken.LIFE_MS - HOUR_MS);
    service.open(SPRING);
    target.byDefault = batch -> ScriptedTarget.taken(batch, 5); // then the dialer is full
    service.run(SECOND_MS);
    long taken = service.counts(SPRING).submitted();
    assertTrue(taken >= 5, "it still lives: " + taken);
    service.change(SPRING, CampaignState.PAUSED);
    service.clock.advanceMs(HOUR_MS);
    service.open(SPRING);
    service.takePuts();
    service.run(MINUTE_MS);
    assertEquals(List.of(), service.takePuts());
    assertEquals(50 - taken, service.counts(SPRING).undeliverable());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, tokens.get(49)).reason());
  }

  // --- clocks

  @Test
  void shouldEndNothingForItsTokenWhileTheClockHasJustJumped() {
    String token = unanswered(20 * DAY_MS);
    service.clock.jumpWallMs(8 * DAY_MS);
    target.byDefault = batch -> new BatchReply.Unanswered("timeout");
    int calls = target.puts.size();
    service.run(50 * SECOND_MS);
    assertEquals(RequestState.QUEUED, service.state(SPRING, token));
    assertEquals(calls, target.puts.size(), "neither is it sent");
    assertEquals(1, service.alarms.raised(Alarms.Kind.CLOCK_JUMPED));
    service.clock.jumpWallMs(-8 * DAY_MS); // somebody saw the alarm
    target.byDefault = ScriptedTarget::allTaken;
    service.run(70 * SECOND_MS);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
  }

  @Test
  void shouldBelieveTheClockAMinuteAfterItJumped() {
    String token = unanswered(20 * DAY_MS);
    service.clock.jumpWallMs(8 * DAY_MS);
    service.run(70 * SECOND_MS);
    assertInDoubt(token, Evidence.Policy.TOKEN_LIFE, Evidence.Doubt.NO_ANSWER);
  }

  @Test
  void shouldNotTakeASmallCorrectionOfTheClockForAJump() {
    service.change(SPRING, CampaignState.PAUSED);
    service.accept(SPRING, 1, 90 * SECOND_MS);
    service.run(SECOND_MS);
    service.clock.jumpWallMs(5 * SECOND_MS);
    service.run(SECOND_MS);
    service.clock.jumpWallMs(-5 * SECOND_MS);
    service.run(SECOND_MS);
    assertEquals(0, service.alarms.raised());
    service.clock.jumpWallMs(5 * SECOND_MS + 1);
    service.run(SECOND_MS);
    assertEquals(1, service.alarms.raised(Alarms.Kind.CLOCK_JUMPED));
  }

  // --- a person releases

  @Test
  void shouldReleaseAHeldLaneOnOurOwnResumeWithoutWaitingForTheMinute() {
    service.accept(SPRING, 50, HOUR_MS);
    target.byDefault = batch -> ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT);
    service.run(100);
    assertTrue(service.isHeldByAlarm(SPRING));
    target.byDefault = ScriptedTarget::allTaken; // a person mended what was wrong
    service.takePuts();
    service.change(SPRING, CampaignState.PAUSED);
    service.run(SECOND_MS);
    assertEquals(List.of(), service.takePuts());
    service.change(SPRING, CampaignState.RUNNING);
    service.run(SECOND_MS);
    assertFalse(service.isHeldByAlarm(SPRING));
    assertEquals(50, service.counts(SPRING).submitted());
  }

  @Test
  void shouldHoldAgainAfterOneCallIfAResumeHasNotHelped() {
    service.accept(SPRING, 100, HOUR_MS);
    target.byDefault = batch -> ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT);
    service.run(100);
    service.takePuts();
    service.open(SPRING);
    service.run(10 * SECOND_MS);
    assertEquals(List.of(25), service.takeSizes());
    assertTrue(service.isHeldByAlarm(SPRING));
    assertEquals(2, service.alarms.raised(Alarms.Kind.ALL_INVALID));
    assertEquals(100, service.counts(SPRING).queued());
  }

  @Test
  void shouldGoOnBehindInvalidRequestsOnceAPersonHasRecalledThem() {
    List<String> bad = service.accept(SPRING, 50, HOUR_MS);
    service.accept(SPRING, 50, HOUR_MS);
    target.byDefault =
        batch ->
            bad.contains(batch.items().get(0).clientToken())
                ? ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT)
                : ScriptedTarget.allTaken(batch);
    service.run(100);
    assertTrue(service.isHeldByAlarm(SPRING));
    assertEquals("InvalidInput", live(bad.get(0)).lastFailure());
    bad.forEach(token -> service.recall(SPRING, token));
    service.run(MINUTE_MS);
    assertEquals(50, service.counts(SPRING).cancelled());
    assertEquals(50, service.counts(SPRING).submitted());
  }

  @Test
  void shouldReleaseALaneHeldForThreeLoneRefusalsOnOurOwnResume() {
    service.accept(SPRING, 3, HOUR_MS);
    target.byDefault = batch -> ScriptedTarget.refused(400, "ValidationException");
    service.run(10 * SECOND_MS);
    assertTrue(service.isHeldByAlarm(SPRING));
    assertEquals(1, service.alarms.raised(Alarms.Kind.REFUSED_ALONE));
    target.byDefault = ScriptedTarget::allTaken;
    service.open(SPRING);
    service.run(SECOND_MS);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  // --- one id for two

  @Test
  void shouldRaiseAnAlarmForAnIdThatComesAgainInALaterCall() {
    target.byDefault =
        batch ->
            new BatchReply.Answered(
                List.of(new BatchReply.Success(batch.items().get(0).clientToken(), "same")),
                List.of());
    service.accept(SPRING, 1, HOUR_MS);
    service.run(100);
    assertEquals(0, service.alarms.raised());
    service.accept(SPRING, 1, HOUR_MS);
    service.run(100);
    assertEquals(1, service.alarms.raised(Alarms.Kind.ONE_ID_FOR_TWO));
  }

  @Test
  void shouldNotRaiseAnAlarmWhenARepeatIsAnsweredWithItsFirstId() {
    target.then(
        batch -> {
          ScriptedTarget.allTaken(batch);
          return new BatchReply.Unanswered("reset"); // taken, and the answer was lost
        });
    String token = service.accept(SPRING, 1, HOUR_MS).get(0);
    service.run(5 * SECOND_MS);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
    assertEquals(0, service.alarms.raised());
  }

  // --- helpers

  private String unanswered(long aheadMs) {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, aheadMs).get(0);
    service.run(40);
    assertEquals(Place.IN_PARCEL, service.place(SPRING, token));
    return token;
  }

  private RequestStatus live(String token) {
    var found = service.spool().find(SPRING, new ClientToken(token)).orElseThrow();
    return new Reports(service.dispatcher)
        .live(found, service.clock.nanoTime(), service.clock.epochMs());
  }

  private Evidence evidence(String token) {
    Evidence evidence = service.status(SPRING, token).evidence();
    if (evidence == null) {
      throw new AssertionError(token + " has no evidence");
    }
    return evidence;
  }

  private void assertInDoubt(String token, Evidence.Policy policy, Evidence.Doubt doubt) {
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, token));
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
    assertEquals(policy, evidence(token).policy());
    assertEquals(doubt, evidence(token).doubt());
    assertEquals(0, service.counts(SPRING).queued() + service.counts(SPRING).inFlight());
  }

  private void restart() {
    service = new Dispatching(store, Dispatching.CONFIG, 1_000, service.clock);
    var states = target.states;
    target = service.target;
    target.states.putAll(states);
  }
}
