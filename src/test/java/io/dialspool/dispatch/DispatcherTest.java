package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.DispatchConfig;
import io.dialspool.lane.Place;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.Counts;
import io.dialspool.request.FailureCode;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DispatcherTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId AUTUMN = new CampaignId("autumn");
  private static final long SECOND_MS = 1_000;
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;

  private final MemoryStore store = new MemoryStore();
  private Dispatching service = new Dispatching(store);
  private ScriptedTarget target = service.target;

  private void useTenCallsASecond() {
    service = new Dispatching(store, Dispatching.CONFIG, 10, service.clock);
    target = service.target;
  }

  // --- when a batch leaves

  @Test
  void shouldSendAFullBatchAtOnce() {
    List<String> tokens = accept(25);
    service.settleDown();
    assertEquals(List.of(tokens), service.takePuts());
  }

  @Test
  void shouldSendAnUnderfullBatchOnceItHasLingered() {
    accept(3);
    service.run(10);
    assertEquals(List.of(), service.takeSizes());
    service.run(10);
    assertEquals(List.of(3), service.takeSizes());
  }

  @Test
  void shouldWakeByItselfForABatchThatLingers() {
    accept(3);
    long beganNs = service.clock.nanoTime();
    var sentAtNs = new ArrayList<Long>();
    target.byDefault =
        batch -> {
          sentAtNs.add(service.clock.nanoTime());
          return ScriptedTarget.allTaken(batch);
        };
    service.runByItself(100);
    assertEquals(1, sentAtNs.size());
    assertTrue(sentAtNs.get(0) - beganNs <= 25_000_000, "" + (sentAtNs.get(0) - beganNs));
  }

  @Test
  void shouldSleepWhileThereIsNothingToDo() {
    accept(3);
    service.run(100);
    assertTrue(service.dispatcher.idleUntilNs() > service.clock.nanoTime() + 500_000_000);
  }

  @Test
  void shouldWaitLongerForCompanyWhileCallsAreScarce() {
    useTenCallsASecond();
    service.accept(SPRING, 2_000, HOUR_MS);
    service.run(SECOND_MS);
    service.accept(AUTUMN, 3, HOUR_MS);
    service.run(4_900);
    assertEquals(List.of(), putsOf(AUTUMN));
    service.run(600);
    assertEquals(List.of(3), putsOf(AUTUMN));
  }

  @Test
  void shouldSendAtOnceWhatIsUrgentEvenWhileCallsAreScarce() {
    useTenCallsASecond();
    service.accept(SPRING, 2_000, HOUR_MS);
    service.run(SECOND_MS);
    service.accept(AUTUMN, 3, 119 * SECOND_MS);
    service.run(900); // the gate is asked, two batches take their turns
    assertEquals(List.of(3), putsOf(AUTUMN));
  }

  @Test
  void shouldKeepTheOrderOfAcceptance() {
    List<String> tokens = accept(600);
    service.run(2_000);
    List<String> sent = service.takePuts().stream().flatMap(List::stream).toList();
    assertEquals(tokens, sent);
  }

  @Test
  void shouldBoundTheCallsInFlight() {
    target.byDefault = batch -> null;
    accept(300);
    service.run(100);
    assertEquals(List.of(25, 25, 25, 25), service.takeSizes());
    target.answerHeld(ScriptedTarget::allTaken);
    service.run(100);
    assertEquals(List.of(25), service.takeSizes());
    assertEquals(100, service.counts(SPRING).inFlight());
  }

  @Test
  void shouldLetLanesTakeTurns() {
    useTenCallsASecond();
    service.accept(SPRING, 200, HOUR_MS);
    service.accept(AUTUMN, 200, HOUR_MS);
    service.run(1_500);
    List<CampaignId> order = target.puts.stream().map(ScriptedTarget.Put::campaign).toList();
    assertTrue(order.size() >= 14, order.toString());
    for (int i = 1; i < 14; i++) {
      assertFalse(order.get(i).equals(order.get(i - 1)), order.toString());
    }
  }

  @Test
  void shouldNotLetAFullDialerDelayAnotherCampaign() {
    useTenCallsASecond();
    target.byDefault =
        batch ->
            batch.campaign().equals(SPRING)
                ? ScriptedTarget.taken(batch, 0)
                : ScriptedTarget.allTaken(batch);
    service.accept(SPRING, 500, HOUR_MS);
    service.accept(AUTUMN, 1_000, HOUR_MS);
    service.run(5_000); // 40 calls of AUTUMN, at least
    assertEquals(1_000, service.counts(AUTUMN).submitted());
    assertEquals(500, service.counts(SPRING).queued());
  }

  @Test
  void shouldProbeAFullDialerWithOneItemNowAndThen() {
    target.byDefault = batch -> ScriptedTarget.taken(batch, 0);
    accept(100);
    service.settleDown();
    service.run(2 * MINUTE_MS);
    List<Integer> sizes = service.takeSizes();
    assertEquals(25, sizes.get(0));
    assertTrue(sizes.stream().filter(size -> size == 1).count() >= 4, sizes.toString());
    assertTrue(sizes.size() < 20, sizes.toString());
  }

  // --- gate

  @Test
  void shouldHoldWhatIsPausedAndSendItOnOurResume() {
    accept(3);
    service.settleDown();
    service.change(SPRING, CampaignState.PAUSED);
    accept(100);
    service.run(MINUTE_MS);
    assertEquals(List.of(), service.takeSizes());
    assertEquals(new Counts(103, 103, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
    assertEquals(3, service.control(SPRING).lane().loadedCount(), "held on disk, not in memory");
    service.open(SPRING);
    service.settleDown();
    assertEquals(List.of(25), service.takeSizes());
    service.run(7 * SECOND_MS);
    assertEquals(103, service.counts(SPRING).submitted());
  }

  @Test
  void shouldOpenAfterAForeignResumeOnlyOnTwoReadsFiveSecondsApart() {
    accept(25);
    service.settleDown();
    service.takeSizes();
    service.change(SPRING, CampaignState.PAUSED);
    accept(25);
    service.run(10 * SECOND_MS);
    target.states.put(SPRING, CampaignState.RUNNING);
    service.run(4_900);
    assertEquals(List.of(), service.takeSizes());
    service.run(2_500);
    assertEquals(List.of(25), service.takeSizes());
  }

  @Test
  void shouldRaiseOneAlarmForACampaignThatIsReadAsFailed() {
    target.states.put(SPRING, CampaignState.FAILED);
    accept(3);
    service.run(MINUTE_MS);
    assertEquals(1, service.alarms.raised());
    assertEquals(3, service.counts(SPRING).queued());
    target.states.put(SPRING, CampaignState.RUNNING);
    service.run(5 * SECOND_MS);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @Test
  void shouldEndEverythingOfAStoppedCampaign() {
    target.byDefault = batch -> null;
    List<String> tokens = accept(700);
    service.run(100);
    assertEquals(100, service.counts(SPRING).inFlight());
    target.answerHeld(batch -> ScriptedTarget.some(batch, 5, FailureCode.UNKNOWN_ERROR));
    target.answerHeld(ScriptedTarget::allTaken);
    target.answerHeld(batch -> new BatchReply.Unanswered("timeout"));
    service.settleDown(); // backing off, in a parcel, in flight, in the window, on disk
    service.takeSizes();
    service.change(SPRING, CampaignState.STOPPED);
    service.run(100);
    while (target.heldCount() > 0) {
      target.answerHeld(ScriptedTarget::allTaken);
    }
    service.run(100);
    Counts counts = service.counts(SPRING);
    assertEquals(0, counts.queued() + counts.inFlight());
    assertEquals(700, counts.submitted() + counts.undeliverable());
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, tokens.get(0)));
    assertEquals(Reason.CAMPAIGN_STOPPED, service.status(SPRING, tokens.get(10)).reason());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, tokens.get(50)).reason());
    assertEquals(Reason.CAMPAIGN_STOPPED, service.status(SPRING, tokens.get(699)).reason());
  }

  @Test
  void shouldEndWhatIsAcceptedForACampaignThatHasEnded() {
    accept(1);
    service.settleDown();
    service.change(SPRING, CampaignState.STOPPED);
    List<String> late = accept(30);
    service.run(100);
    assertEquals(31, service.counts(SPRING).undeliverable());
    assertEquals(Reason.CAMPAIGN_STOPPED, service.status(SPRING, late.get(0)).reason());
    assertEquals(List.of(), service.takeSizes());
  }

  @Test
  void shouldHoldWhatIsStoppedWhereThatIsWanted() {
    var config =
        new DispatchConfig(
            Dispatching.CONFIG.expiryWindow(), 20, 5_000, 4, 8, 200, 1_000, "campaign", "hold");
    service = new Dispatching(store, config, 1_000, new MovedClock());
    accept(3);
    service.settleDown();
    service.change(SPRING, CampaignState.STOPPED);
    service.run(MINUTE_MS);
    assertEquals(3, service.counts(SPRING).queued());
  }

  @Test
  void shouldEndEverythingOfACampaignDeletedThroughUs() {
    accept(3);
    service.settleDown();
    target.states.remove(SPRING);
    service.dispatcher.campaignDeleted(SPRING);
    service.settleDown();
    assertEquals(3, service.counts(SPRING).undeliverable());
  }

  @Test
  void shouldForgetAResumeOfACampaignThatWasDeletedBeforeItsFirstRequest() {
    service.change(SPRING, CampaignState.RUNNING);
    service.dispatcher.campaignDeleted(SPRING);
    target.states.put(SPRING, CampaignState.INITIALIZED); // another of that id
    accept(25);
    service.settleDown();
    assertEquals(List.of(), service.takeSizes());
  }

  // --- recall

  @Test
  void shouldRecallFromTheWindow() {
    List<String> tokens = accept(3);
    service.settleDown();
    assertEquals(Place.WAITING, service.place(SPRING, tokens.get(1)));
    service.recall(SPRING, tokens.get(1));
    service.run(100);
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
    assertEquals(List.of(List.of(tokens.get(0), tokens.get(2))), service.takePuts());
    assertEquals(RequestState.CANCELLED, service.state(SPRING, tokens.get(1)));
  }

  @Test
  void shouldRecallFromTheDisk() {
    target.states.put(SPRING, CampaignState.PAUSED);
    List<String> tokens = accept(3);
    service.settleDown();
    assertEquals(0, service.control(SPRING).lane().loadedCount());
    service.recall(SPRING, tokens.get(0));
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
    service.open(SPRING);
    service.run(100);
    assertEquals(List.of(tokens.subList(1, 3)), service.takePuts());
  }

  @Test
  void shouldAnswerARecallOnlyOnceItIsSynced() {
    List<String> tokens = accept(3);
    service.settleDown();
    service.storeStands(true);
    service.recall(SPRING, tokens.get(1));
    service.run(10);
    assertEquals(List.of(), service.recalls);
    service.storeStands(false);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
  }

  @Test
  void shouldAnswerRepeatedRecallsAlike() {
    target.states.put(SPRING, CampaignState.PAUSED);
    String token = accept(3).get(2);
    service.settleDown();
    service.storeStands(true);
    service.recall(SPRING, token);
    service.recall(SPRING, token);
    service.settleDown();
    service.storeStands(false);
    service.settleDown();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(
        List.of(
            new RecallAnswer.Cancelled(),
            new RecallAnswer.Cancelled(),
            new RecallAnswer.Cancelled()),
        service.recalls);
    assertEquals(1, service.counts(SPRING).cancelled());
  }

  @Test
  void shouldNotRecallWhatIsInFlight() {
    target.byDefault = batch -> null;
    String token = accept(1).get(0);
    service.run(100);
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.IN_FLIGHT)), service.recalls);
  }

  @Test
  void shouldNotRecallWhatMayHaveBeenSent() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = accept(1).get(0);
    service.run(40);
    assertEquals(Place.IN_PARCEL, service.place(SPRING, token));
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.QUEUED)), service.recalls);
  }

  @Test
  void shouldNotRecallFromTheDiskWhatAnEarlierLifeMayHaveSent() {
    target.byDefault = batch -> null;
    String token = accept(25).get(3);
    service.settleDown();
    restart();
    target.states.put(SPRING, CampaignState.PAUSED);
    service.settleDown();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.QUEUED)), service.recalls);
  }

  @Test
  void shouldRecallABackoff() {
    target.then(batch -> ScriptedTarget.allFailed(batch, FailureCode.UNKNOWN_ERROR));
    String token = accept(1).get(0);
    service.run(40);
    assertEquals(Place.BACKING_OFF, service.place(SPRING, token));
    service.recall(SPRING, token);
    service.run(MINUTE_MS);
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
    assertEquals(1, service.takeSizes().size());
  }

  @Test
  void shouldTellWhereAnEndedRequestStands() {
    String token = accept(1).get(0);
    service.run(100);
    service.recall(SPRING, token);
    service.recall(SPRING, "never-heard-of");
    service.settleDown();
    assertEquals(
        List.of(new RecallAnswer.Unknown(), new RecallAnswer.TooLate(RequestState.SUBMITTED)),
        service.recalls);
  }

  @Test
  void shouldAnswerARecallWhileTheOutcomeIsOnItsWayToTheDisk() {
    target.byDefault = batch -> null;
    String token = accept(1).get(0);
    service.run(100);
    service.storeStands(true);
    target.answerHeld(ScriptedTarget::allTaken);
    service.settleDown();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(), service.recalls);
    service.storeStands(false);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.SUBMITTED)), service.recalls);
  }

  // --- handed-over marks

  @Test
  void shouldWriteTheMarkBeforeTheFirstCall() {
    accept(1);
    service.run(100);
    service.takeSizes();
    service.storeStands(true);
    accept(25);
    service.run(100);
    assertEquals(List.of(), service.takeSizes());
    service.storeStands(false);
    service.settleDown();
    assertEquals(List.of(25), service.takeSizes());
  }

  @Test
  void shouldWriteMarksInChunks() {
    accept(200);
    int before = store.syncs();
    target.byDefault = batch -> null;
    service.run(100);
    assertEquals(List.of(25, 25, 25, 25), service.takeSizes());
    assertTrue(store.syncs() - before <= 3, "a mark serves many calls");
  }

  @Test
  void shouldSendAgainUnderTheSameTokensAfterARestart() {
    target.byDefault = batch -> null;
    List<String> tokens = accept(25);
    service.settleDown();
    assertEquals(List.of(tokens), service.takePuts());
    restart();
    service.run(100);
    assertEquals(List.of(tokens), service.takePuts());
    assertEquals(25, service.counts(SPRING).submitted());
  }

  @Test
  void shouldNotTakeForSentWhatWasNeverHandedOver() {
    target.states.put(SPRING, CampaignState.PAUSED);
    String token = accept(1).get(0);
    service.settleDown();
    restart();
    service.settleDown();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
  }

  @Test
  void shouldAnswerAPauseOnceARestartWouldKnowOfIt() {
    accept(1);
    service.settleDown();
    var answered = new ArrayList<String>();
    service.storeStands(true);
    service.change(SPRING, CampaignState.PAUSED, () -> answered.add("paused"));
    service.settleDown();
    assertEquals(List.of(), answered);
    service.storeStands(false);
    service.settleDown();
    assertEquals(List.of("paused"), answered);
  }

  @Test
  void shouldDoubtTheFirstRunningItReadsWhenTheCampaignWasPausedBeforeTheRestart() {
    service.change(SPRING, CampaignState.PAUSED);
    accept(1);
    service.settleDown();
    restart();
    target.states.put(
        SPRING, CampaignState.RUNNING); // a read that lags, or a resume behind our back
    service.run(4_900);
    assertEquals(List.of(), service.takeSizes());
    service.run(1_000);
    assertEquals(List.of(1), service.takeSizes());
    restart();
    accept(1);
    service.run(100);
    assertEquals(List.of(1), service.takeSizes(), "the pause is over and forgotten");
  }

  @Test
  void shouldNotSendAgainOnceTheTokenMayBeForgotten() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(40);
    service.takeSizes();
    service.change(SPRING, CampaignState.PAUSED);
    service.clock.advanceMs(7 * DAY_MS - HOUR_MS);
    service.open(SPRING);
    service.run(100);
    assertEquals(List.of(), service.takeSizes());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
  }

  @Test
  void shouldSendAgainWhileTheTokenLives() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(40);
    service.change(SPRING, CampaignState.PAUSED);
    service.clock.advanceMs(7 * DAY_MS - HOUR_MS - MINUTE_MS);
    service.open(SPRING);
    service.run(100);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
  }

  @Test
  void shouldKnowTheTokensLifeAfterARestart() {
    target.byDefault = batch -> null;
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(40);
    service.clock.advanceMs(7 * DAY_MS - HOUR_MS);
    restart();
    service.run(100);
    assertEquals(List.of(), service.takeSizes());
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, token));
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
  }

  @Test
  void shouldCountATokensLifeByTheTargetsClockNotByOneOfOursThatWasAhead() {
    target.byDefault = batch -> null;
    service.clock.jumpWallMs(9 * DAY_MS);
    target.clockOffsetMs = -9 * DAY_MS;
    service.run(100);
    service.clock.advanceMs(2 * MINUTE_MS);
    String token = service.accept(SPRING, 1, 20 * DAY_MS).get(0);
    service.run(100);
    assertEquals(List.of(1), service.takeSizes());
    service.clock.jumpWallMs(-9 * DAY_MS);
    target.clockOffsetMs = 0;
    service.clock.advanceMs(7 * DAY_MS);
    restart();
    service.run(100);
    assertEquals(List.of(), service.takeSizes());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
  }

  // --- expiry

  @ParameterizedTest
  @EnumSource(
      value = CampaignState.class,
      names = {"PAUSED", "INITIALIZED", "FAILED"})
  void shouldExpireWhatIsHeldWithinAMinuteOfItsDeadline(CampaignState state) {
    List<String> inWindow = service.accept(SPRING, 3, 200 * SECOND_MS);
    service.settleDown();
    service.change(SPRING, state);
    List<String> onDisk = service.accept(SPRING, 300, 200 * SECOND_MS);
    service.runByItself(199 * SECOND_MS);
    assertEquals(303, service.counts(SPRING).queued());
    service.runByItself(61 * SECOND_MS);
    assertEquals(new Counts(303, 0, 0, 0, 0, 303, 0, 0), service.counts(SPRING));
    assertEquals(RequestState.EXPIRED, service.state(SPRING, inWindow.get(0)));
    assertEquals(RequestState.EXPIRED, service.state(SPRING, onDisk.get(299)));
    assertEquals(List.of(), service.takeSizes());
  }

  @Test
  void shouldExpireALargeHeldBacklogOnTime() {
    target.states.put(SPRING, CampaignState.PAUSED);
    service.accept(SPRING, 10_000, 200 * SECOND_MS);
    service.accept(SPRING, 100, HOUR_MS);
    service.runByItself(260 * SECOND_MS);
    assertEquals(new Counts(10_100, 100, 0, 0, 0, 10_000, 0, 0), service.counts(SPRING));
  }

  @Test
  void shouldExpireWhatComesWithHardlyAnyTimeLeft() {
    target.states.put(SPRING, CampaignState.PAUSED);
    service.accept(SPRING, 2, 90 * SECOND_MS);
    service.runByItself(100 * SECOND_MS);
    service.accept(SPRING, 2, 0);
    service.accept(SPRING, 2, 5 * SECOND_MS);
    service.runByItself(65 * SECOND_MS);
    assertEquals(6, service.counts(SPRING).expired());
  }

  @Test
  void shouldNeverSendWhatHasTooLittleTimeLeft() {
    List<String> tokens = service.accept(SPRING, 2, 35 * SECOND_MS);
    accept(1);
    service.run(100);
    assertEquals(RequestState.EXPIRED, service.state(SPRING, tokens.get(0)));
    assertEquals(List.of(1), service.takeSizes());
  }

  @Test
  void shouldMeasureTheTimeLeftOnTheTargetsClock() {
    target.clockOffsetMs = 30 * SECOND_MS;
    String token = service.accept(SPRING, 1, MINUTE_MS).get(0);
    service.run(100);
    assertEquals(RequestState.EXPIRED, service.state(SPRING, token));
  }

  @Test
  void shouldEndInDoubtWhatExpiresAfterACallWithoutAnswer() {
    target.then(new BatchReply.Unanswered("timeout"));
    String token = service.accept(SPRING, 1, 100 * SECOND_MS).get(0);
    service.run(40);
    service.change(SPRING, CampaignState.PAUSED);
    service.runByItself(160 * SECOND_MS);
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, token));
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
    assertEquals(0, service.counts(SPRING).expired());
  }

  @Test
  void shouldSendTheRestOfAParcelOfWhichOneExpired() {
    target.then(new BatchReply.Unanswered("timeout"));
    String early = service.accept(SPRING, 1, 60 * SECOND_MS).get(0);
    String late = accept(1).get(0);
    service.run(40);
    assertEquals(List.of(List.of(early, late)), service.takePuts());
    service.change(SPRING, CampaignState.PAUSED);
    service.run(30 * SECOND_MS);
    service.open(SPRING);
    service.run(5 * SECOND_MS);
    assertEquals(List.of(List.of(late)), service.takePuts());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, early).reason());
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, late));
  }

  @Test
  void shouldExpireNothingForAMinuteAfterTheWallClockJumped() {
    target.states.put(SPRING, CampaignState.PAUSED);
    service.accept(SPRING, 3, HOUR_MS);
    service.runByItself(SECOND_MS);
    service.clock.jumpWallMs(2 * HOUR_MS);
    service.runByItself(50 * SECOND_MS);
    assertEquals(3, service.counts(SPRING).queued());
    assertEquals(1, service.alarms.raised());
    service.clock.jumpWallMs(-2 * HOUR_MS); // somebody saw the alarm
    service.runByItself(2 * MINUTE_MS);
    assertEquals(3, service.counts(SPRING).queued());
    service.runByItself(HOUR_MS);
    assertEquals(3, service.counts(SPRING).expired());
  }

  // --- reading ahead

  @Test
  void shouldHoldABoundedWindowInMemory() {
    useTenCallsASecond();
    accept(3_000);
    int most = 0;
    for (int second = 0; second < 16; second++) {
      service.run(SECOND_MS);
      most = Math.max(most, service.control(SPRING).lane().loadedCount());
    }
    assertTrue(most <= 200 + 256, "loaded " + most);
    assertEquals(3_000, service.counts(SPRING).submitted());
    assertTrue(service.takeSizes().stream().allMatch(size -> size == 25), "full batches only");
  }

  @Test
  void shouldBoundTheWindowsOfAllLanesTogether() {
    var config =
        new DispatchConfig(
            Dispatching.CONFIG.expiryWindow(), 20, 5_000, 4, 8, 1_000, 1_000, "campaign", "end");
    service = new Dispatching(store, config, 10, service.clock);
    var campaigns = new ArrayList<CampaignId>();
    for (int i = 0; i < 20; i++) {
      campaigns.add(new CampaignId("c-" + i));
      service.accept(campaigns.get(i), 1_500, HOUR_MS);
    }
    service.run(2 * SECOND_MS);
    int loaded = campaigns.stream().mapToInt(c -> service.control(c).lane().loadedCount()).sum();
    // Each lane may have two batches, and pages are read whole.
    assertTrue(loaded <= 1_000 + 20 * 256, "loaded " + loaded);
  }

  @Test
  void shouldBeginWhereTheLastLifeEnded() {
    accept(300);
    service.run(200);
    restart();
    accept(10);
    service.run(7 * SECOND_MS);
    assertEquals(new Counts(310, 0, 0, 310, 0, 0, 0, 0), service.counts(SPRING));
  }

  // --- leaving

  @Test
  void shouldBeginNoCallOnceToldToStop() {
    target.byDefault = batch -> null;
    accept(25);
    service.settleDown();
    accept(25);
    service.dispatcher.stopSending();
    service.run(100);
    assertEquals(List.of(25), service.takeSizes());
    assertFalse(service.dispatcher.isQuiet());
    service.storeStands(true);
    target.answerHeld(ScriptedTarget::allTaken);
    service.run(10);
    assertFalse(service.dispatcher.isQuiet(), "the ends are not on disk");
    service.storeStands(false);
    service.settleDown();
    assertTrue(service.dispatcher.isQuiet());
    assertEquals(25, service.dispatcher.unsettled());
  }

  private void restart() {
    service = new Dispatching(store, Dispatching.CONFIG, 1_000, service.clock);
    var states = target.states;
    target = service.target;
    target.states.putAll(states);
  }

  private List<String> accept(int count) {
    return service.accept(SPRING, count, HOUR_MS);
  }

  private List<Integer> putsOf(CampaignId campaign) {
    return target.puts.stream()
        .filter(put -> put.campaign().equals(campaign))
        .map(ScriptedTarget.Put::size)
        .toList();
  }
}
