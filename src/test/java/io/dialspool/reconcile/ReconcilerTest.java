package io.dialspool.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.DispatchConfig;
import io.dialspool.dispatch.Dispatching;
import io.dialspool.dispatch.MovedClock;
import io.dialspool.dispatch.ScriptedTarget;
import io.dialspool.lane.Place;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.Counts;
import io.dialspool.request.FailureCode;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the table in the design's section 6, through the real dispatcher. */
class ReconcilerTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId AUTUMN = new CampaignId("autumn");
  private static final long HOUR_MS = 3_600_000;
  private static final long MINUTE_MS = 60_000;

  private final Dispatching service = new Dispatching(new MemoryStore());
  private final ScriptedTarget target = service.target;

  // --- 200

  @Test
  void shouldSubmitWhatWasTaken() {
    String token = accept(1).get(0);
    run();
    RequestStatus status = service.status(SPRING, token);
    assertEquals(RequestState.SUBMITTED, status.state());
    assertEquals("their-" + token, status.targetDialRequestId());
    assertEquals(1, status.attempts());
    assertEquals(1, service.counts(SPRING).submitted());
  }

  @Test
  void shouldRejectAnInvalidItemAmongOthers() {
    List<String> tokens = accept(3);
    target.then(batch -> ScriptedTarget.some(batch, 2, FailureCode.INVALID_INPUT));
    run();
    RequestStatus status = service.status(SPRING, tokens.get(2));
    assertEquals(RequestState.REJECTED, status.state());
    assertEquals(Reason.INVALID_INPUT, status.reason());
    assertEquals(new Counts(3, 0, 0, 2, 1, 0, 0, 0), service.counts(SPRING));
    assertEquals(0, service.alarms.raised());
  }

  @Test
  void shouldSettleNothingAndHoldTheLaneWhenTwoCallsInARowAreInvalidThroughout() {
    accept(50);
    target.byDefault = batch -> ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT);
    run();
    assertEquals(List.of(25, 25), service.takeSizes());
    assertTrue(service.isHeldByAlarm(SPRING));
    assertEquals(1, service.alarms.raised());
    assertEquals(new Counts(50, 50, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
    service.run(55_000);
    assertEquals(List.of(), service.takeSizes());
    target.byDefault = ScriptedTarget::allTaken; // the clock was set right
    service.run(10_000);
    assertEquals(50, service.counts(SPRING).submitted());
  }

  @Test
  void shouldRejectWhatWasInvalidThroughoutOnceAnotherCallSucceeds() {
    List<String> tokens = accept(50);
    target.then(batch -> ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT));
    run();
    assertEquals(new Counts(50, 0, 0, 25, 25, 0, 0, 0), service.counts(SPRING));
    assertEquals(RequestState.REJECTED, service.state(SPRING, tokens.get(0)));
    assertEquals(0, service.alarms.raised());
  }

  @Test
  void shouldRejectALoneInvalidItemOnceNoSecondCallContradicts() {
    String token = accept(1).get(0);
    target.then(batch -> ScriptedTarget.allFailed(batch, FailureCode.INVALID_INPUT));
    run();
    assertEquals(Place.HELD, service.place(SPRING, token));
    service.run(32_000);
    assertEquals(RequestState.REJECTED, service.state(SPRING, token));
    assertEquals(0, service.alarms.raised());
  }

  @Test
  void shouldPutThrottledItemsBackToTheHeadWithoutAnAttempt() {
    List<String> tokens = accept(4);
    target.then(batch -> ScriptedTarget.taken(batch, 2));
    run();
    assertEquals(0, service.queued(SPRING, tokens.get(2)).attempts());
    assertEquals("RequestThrottled", service.queued(SPRING, tokens.get(2)).lastFailure());
    assertEquals(Place.WAITING, service.place(SPRING, tokens.get(2)));
    accept(1);
    service.takePuts();
    service.run(5_000);
    assertEquals(tokens.get(2), service.takePuts().get(0).get(0), "the head goes first");
    assertEquals(new Counts(5, 0, 0, 5, 0, 0, 0, 0), service.counts(SPRING));
  }

  @Test
  void shouldTryAnUnknownErrorEightTimesUnderTheSameToken() {
    String token = accept(1).get(0);
    target.byDefault = batch -> ScriptedTarget.allFailed(batch, FailureCode.UNKNOWN_ERROR);
    service.run(5 * MINUTE_MS);
    assertEquals(java.util.Collections.nCopies(8, List.of(token)), service.takePuts());
    RequestStatus status = service.status(SPRING, token);
    assertEquals(RequestState.UNDELIVERABLE, status.state());
    assertEquals(Reason.ATTEMPTS_EXHAUSTED, status.reason());
    assertEquals(8, status.attempts());
  }

  @Test
  void shouldBackOffMoreEachTime() {
    accept(1);
    var sentAtMs = new ArrayList<Long>();
    target.byDefault =
        batch -> {
          sentAtMs.add(service.clock.epochMs());
          return ScriptedTarget.allFailed(batch, FailureCode.UNKNOWN_ERROR);
        };
    service.run(5 * MINUTE_MS);
    for (int i = 1; i < sentAtMs.size(); i++) {
      long fullMs = Math.min(30_000, 500L << (i - 1));
      long pauseMs = sentAtMs.get(i) - sentAtMs.get(i - 1);
      assertTrue(pauseMs >= fullMs / 2 && pauseMs <= fullMs + 30, i + ": " + pauseMs);
    }
  }

  @Test
  void shouldTakeAnItemMissingFromTheAnswerForMaybeSent() {
    List<String> tokens = accept(2);
    target.then(
        batch -> new BatchReply.Answered(List.of(success(batch.items().get(0), "x")), List.of()));
    run();
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, tokens.get(0)));
    assertTrue(service.queued(SPRING, tokens.get(1)).maybeSent());
    assertEquals(1, service.queued(SPRING, tokens.get(1)).attempts());
    service.run(1_000);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, tokens.get(1)));
  }

  @Test
  void shouldEndInDoubtWhatIsMissingEightTimes() {
    String token = accept(1).get(0);
    target.byDefault = batch -> new BatchReply.Answered(List.of(), List.of());
    service.run(5 * MINUTE_MS);
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, token));
  }

  @Test
  void shouldCountAndIgnoreForeignAndRepeatedTokens() {
    List<String> tokens = accept(2);
    target.then(
        batch ->
            new BatchReply.Answered(
                List.of(
                    new BatchReply.Success("somebody-else", "x"),
                    new BatchReply.Success(null, "y"),
                    success(batch.items().get(0), "id-0"),
                    success(batch.items().get(0), "id-1"),
                    success(batch.items().get(1), "id-2")),
                List.of(
                    new BatchReply.Failure(null, FailureCode.INVALID_INPUT),
                    new BatchReply.Failure("somebody-else", FailureCode.INVALID_INPUT))));
    run();
    assertEquals(5, service.reconciler.strayEntries());
    assertEquals("id-0", service.status(SPRING, tokens.get(0)).targetDialRequestId());
    assertEquals(2, service.counts(SPRING).submitted());
  }

  @Test
  void shouldTakeAContradictionForASuccess() {
    List<String> tokens = accept(2);
    target.then(
        batch ->
            new BatchReply.Answered(
                List.of(success(batch.items().get(0), "a"), success(batch.items().get(1), "b")),
                List.of(
                    new BatchReply.Failure(
                        batch.items().get(0).clientToken(), FailureCode.INVALID_INPUT))));
    run();
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, tokens.get(0)));
    assertEquals(1, service.reconciler.strayEntries());
  }

  @Test
  void shouldMatchByTokenNotByPosition() {
    List<String> tokens = accept(3);
    target.then(
        batch ->
            new BatchReply.Answered(
                List.of(success(batch.items().get(2), "two"), success(batch.items().get(0), "nil")),
                List.of(
                    new BatchReply.Failure(
                        batch.items().get(1).clientToken(), FailureCode.INVALID_INPUT))));
    run();
    assertEquals("nil", service.status(SPRING, tokens.get(0)).targetDialRequestId());
    assertEquals(RequestState.REJECTED, service.state(SPRING, tokens.get(1)));
    assertEquals("two", service.status(SPRING, tokens.get(2)).targetDialRequestId());
  }

  @Test
  void shouldRaiseAnAlarmForOneIdGivenToTwoRequests() {
    accept(2);
    target.then(
        batch ->
            new BatchReply.Answered(
                List.of(success(batch.items().get(0), "x"), success(batch.items().get(1), "x")),
                List.of()));
    run();
    assertEquals(1, service.alarms.raised());
    assertEquals(2, service.counts(SPRING).submitted());
  }

  // --- throttled

  @ParameterizedTest
  @CsvSource({"429,ThrottlingException", "429,''", "400,ThrottlingException"})
  void shouldSlowDownWhenCallsAreThrottled(int status, String code) {
    List<String> tokens = accept(3);
    double before = service.callsPerSecond();
    target.then(ScriptedTarget.refused(status, code));
    service.run(20);
    assertTrue(service.callsPerSecond() < before);
    service.run(2_000); // while calls are scarce it waits for company
    assertEquals(List.of(tokens, tokens), service.takePuts(), "the whole batch, as it was");
    assertEquals(1, service.status(SPRING, tokens.get(0)).attempts());
    assertFalse(service.isBreakerOpen());
  }

  @Test
  void shouldHonourRetryAfter() {
    accept(3);
    target.then(new BatchReply.Refused(429, "ThrottlingException", "", null, 3_000));
    run();
    assertEquals(1, service.takeSizes().size());
    service.run(2_800);
    assertEquals(List.of(), service.takeSizes());
    service.run(300);
    assertEquals(List.of(3), service.takeSizes());
  }

  // --- no use

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504})
  void shouldRepeatABatchAsItWasAfterAServerError(int status) {
    List<String> tokens = accept(3);
    target.then(ScriptedTarget.refused(status, "InternalServerException"));
    run();
    assertTrue(service.queued(SPRING, tokens.get(0)).maybeSent());
    assertEquals(0, service.queued(SPRING, tokens.get(0)).attempts());
    accept(22); // fresh ones must not mix with it
    service.run(1_000);
    assertEquals(2, service.takePuts().stream().filter(tokens::equals).count());
    assertEquals(25, service.counts(SPRING).submitted());
  }

  @Test
  void shouldRepeatABatchAsItWasAfterNoAnswer() {
    List<String> tokens = accept(3);
    target.then(new BatchReply.Unanswered("timeout"));
    service.run(2_000);
    assertEquals(List.of(tokens, tokens), service.takePuts());
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @Test
  void shouldSplitABatchThatFailsThriceWhileOthersSucceedUntilThePoisonStandsAlone() {
    List<String> tokens = accept(4);
    String poison = tokens.get(2);
    target.byDefault = failsWith(poison, ScriptedTarget.refused(500, "InternalServerException"));
    for (int i = 0; i < 60; i++) {
      service.accept(AUTUMN, 1, HOUR_MS);
      service.run(5_000);
    }
    assertEquals(3, service.counts(SPRING).submitted());
    RequestStatus status = service.status(SPRING, poison);
    assertEquals(RequestState.UNDELIVERABLE, status.state());
    assertEquals(Reason.IN_DOUBT, status.reason(), "perhaps it was dialled");
    assertEquals(8, status.attempts());
    assertEquals(60, service.counts(AUTUMN).submitted());
  }

  @Test
  void shouldNeverCountAnAttemptWhileTheTargetFailsForAll() {
    String token = accept(1).get(0);
    target.byDefault = batch -> ScriptedTarget.refused(503, "");
    service.run(10 * MINUTE_MS);
    assertEquals(0, service.queued(SPRING, token).attempts());
    assertTrue(service.takeSizes().size() > 8);
    target.byDefault = ScriptedTarget::allTaken;
    service.run(MINUTE_MS);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
  }

  @Test
  void shouldOpenTheBreakerWhenTheTargetFailsForAll() {
    accept(500);
    target.byDefault = batch -> ScriptedTarget.refused(503, "");
    service.run(10_000);
    assertTrue(service.isBreakerOpen());
    assertTrue(service.takeSizes().size() < 30, "an open breaker saves calls");
  }

  @Test
  void shouldTakeACallThatWasNotSentForNothing() {
    List<String> tokens = accept(3);
    target.then(new BatchReply.NotSent("no connection", true));
    run();
    assertFalse(service.queued(SPRING, tokens.get(0)).maybeSent());
    assertEquals(0, service.queued(SPRING, tokens.get(0)).attempts());
    service.run(1_000);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  // --- 409

  @ParameterizedTest
  @ValueSource(strings = {"Paused", "Initialized", "Failed"})
  void shouldHoldALaneWhoseCampaignIsNotRunning(String state) {
    accept(3);
    thenTold(CampaignState.ofWire(state).orElseThrow());
    run();
    assertFalse(service.isOpen(SPRING));
    assertEquals(state, service.stateName(SPRING));
    service.run(MINUTE_MS);
    assertEquals(1, service.takeSizes().size());
    assertEquals(new Counts(3, 3, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
  }

  @Test
  void shouldRaiseAnAlarmForAFailedCampaign() {
    accept(3);
    thenTold(CampaignState.FAILED);
    run();
    assertEquals(1, service.alarms.raised());
  }

  @Test
  void shouldEndALaneWhoseCampaignIsStopped() {
    List<String> tokens = accept(3);
    thenTold(CampaignState.STOPPED);
    run();
    assertEquals(3, service.counts(SPRING).undeliverable());
    assertEquals(Reason.CAMPAIGN_STOPPED, service.status(SPRING, tokens.get(0)).reason());
  }

  @Test
  void shouldAskAgainSoonWhenToldARefusalInRunning() {
    accept(3);
    target.then(new BatchReply.Refused(409, "InvalidCampaignStateException", "", "Running", -1));
    service.run(1_500);
    assertEquals(List.of(3, 3), service.takeSizes());
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @Test
  void shouldTryAgainShortlyAfterAConflict() {
    accept(3);
    target.then(ScriptedTarget.refused(409, "ConflictException"));
    run();
    assertEquals(List.of(3), service.takeSizes());
    service.run(300);
    assertEquals(List.of(3), service.takeSizes());
    assertEquals(3, service.counts(SPRING).submitted());
  }

  // --- 404

  @Test
  void shouldHoldALaneWhoseCampaignIsNotFoundAndAskAgain() {
    accept(3);
    target.then(
        batch -> {
          target.states.remove(SPRING);
          return ScriptedTarget.refused(404, "ResourceNotFoundException");
        });
    run();
    assertFalse(service.isOpen(SPRING));
    service.run(30_000);
    assertEquals(new Counts(3, 3, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
    target.states.put(SPRING, CampaignState.RUNNING);
    service.run(12_000);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @Test
  void shouldEndALaneWhoseCampaignIsGoneForAnHour() {
    List<String> tokens = service.accept(SPRING, 3, 3 * HOUR_MS);
    target.then(
        batch -> {
          target.states.remove(SPRING);
          return ScriptedTarget.refused(404, "ResourceNotFoundException");
        });
    run();
    service.runByItself(59 * MINUTE_MS);
    assertEquals(3, service.counts(SPRING).queued());
    service.runByItself(2 * MINUTE_MS);
    assertEquals(3, service.counts(SPRING).undeliverable());
    assertEquals(Reason.CAMPAIGN_GONE, service.status(SPRING, tokens.get(0)).reason());
  }

  // --- 400

  @Test
  void shouldBisectARefusedBatchUntilTheBadItemStandsAlone() {
    List<String> tokens = accept(25);
    String bad = tokens.get(17);
    target.byDefault = failsWith(bad, ScriptedTarget.refused(400, "ValidationException"));
    service.run(20_000);
    assertEquals(24, service.counts(SPRING).submitted());
    assertTrue(service.takeSizes().size() <= 1 + 2 * 5);
    if (service.counts(SPRING).queued() > 0) { // it came last; one more success proves it
      accept(1);
      service.run(1_000);
    }
    RequestStatus status = service.status(SPRING, bad);
    assertEquals(RequestState.REJECTED, status.state());
    assertEquals(Reason.REFUSED_ALONE, status.reason());
    assertEquals(0, service.alarms.raised());
  }

  @Test
  void shouldRejectALoneRefusedItemOnlyAfterAnotherWasAccepted() {
    String bad = accept(1).get(0);
    target.byDefault = failsWith(bad, ScriptedTarget.refused(400, "ValidationException"));
    service.run(20_000);
    assertEquals(Place.HELD, service.place(SPRING, bad));
    accept(1);
    run();
    assertEquals(RequestState.REJECTED, service.state(SPRING, bad));
  }

  @Test
  void shouldTryAgainWhatWasRefusedAloneWhenNothingElseWaitsAndEndItAfterEightTimes() {
    String bad = accept(1).get(0);
    target.byDefault = batch -> ScriptedTarget.refused(400, "ValidationException");
    service.run(10_000);
    assertEquals(1, service.takeSizes().size());
    service.run(10 * MINUTE_MS);
    assertEquals(7, service.takeSizes().size());
    RequestStatus status = service.status(SPRING, bad);
    assertEquals(RequestState.UNDELIVERABLE, status.state());
    assertEquals(Reason.ATTEMPTS_EXHAUSTED, status.reason());
    assertEquals(8, status.attempts());
  }

  @Test
  void shouldSubmitWhatWasRefusedAloneOnceTheTargetTakesIt() {
    String token = accept(1).get(0);
    target.then(ScriptedTarget.refused(400, "ValidationException"));
    service.run(2 * MINUTE_MS);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
  }

  @Test
  void shouldCallAPersonWhenThreeInARowAreRefusedAloneAndSettleNothing() {
    accept(3);
    target.byDefault = batch -> ScriptedTarget.refused(400, "ValidationException");
    service.run(10_000);
    assertTrue(service.isHeldByAlarm(SPRING));
    assertEquals(1, service.alarms.raised());
    assertEquals(new Counts(3, 3, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
    target.byDefault = ScriptedTarget::allTaken;
    service.run(70_000);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @Test
  void shouldBisectWithinATenthOfTheCallBudget() {
    var slow = new Dispatching(new MemoryStore(), Dispatching.CONFIG, 10, new MovedClock());
    slow.target.byDefault = batch -> ScriptedTarget.refused(400, "ValidationException");
    slow.accept(SPRING, 25, HOUR_MS);
    slow.runByItself(20_000);
    // A burst of three, then one a second.
    assertTrue(slow.takeSizes().size() <= 1 + 3 + 20, "bisecting eats the budget");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldSplitABatchThatIsTooLarge(int size) {
    accept(size);
    target.byDefault =
        batch ->
            batch.items().size() > 1
                ? ScriptedTarget.refused(413, "")
                : ScriptedTarget.allTaken(batch);
    service.run(5_000);
    assertEquals(size, service.counts(SPRING).submitted());
  }

  @ParameterizedTest
  @CsvSource({"400,RequestExpired", "403,RequestTimeTooSkewed", "403,RequestExpired"})
  void shouldTryAgainOnceTheClockIsSetRight(int status, String code) {
    accept(3);
    target.then(ScriptedTarget.refused(status, code));
    run();
    assertEquals(List.of(3), service.takeSizes());
    service.run(1_100);
    assertEquals(List.of(3), service.takeSizes());
    assertEquals(3, service.counts(SPRING).submitted());
    assertEquals(0, service.alarms.raised());
  }

  @ParameterizedTest
  @CsvSource({
    "400,SomethingElse",
    "402,ServiceQuotaExceededException",
    "403,AccessDeniedException",
    "405,''",
    "301,''"
  })
  void shouldCloseTheGateAndCallAPersonForWhatARepeatWouldNotChange(int status, String code) {
    accept(3);
    target.then(ScriptedTarget.refused(status, code));
    run();
    service.accept(AUTUMN, 1, HOUR_MS);
    service.run(2_000);
    assertTrue(service.isHeldByAlarm(SPRING));
    assertFalse(service.isHeldByAlarm(AUTUMN), "that campaign's only");
    assertEquals(1, service.counts(AUTUMN).submitted());
    assertEquals(1, service.alarms.raised());
    assertEquals(new Counts(3, 3, 0, 0, 0, 0, 0, 0), service.counts(SPRING));
    service.run(62_000);
    assertEquals(3, service.counts(SPRING).submitted());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "ExpiredTokenException",
        "MissingAuthenticationTokenException"
      })
  void shouldCallAPersonAndBreakTheCircuitWhenCredentialsAreRefused(String code) {
    accept(25);
    service.accept(AUTUMN, 25, HOUR_MS);
    target.byDefault = batch -> ScriptedTarget.refused(403, code);
    service.run(20_000);
    assertTrue(service.alarms.raised() >= 1);
    assertTrue(service.isBreakerOpen());
    assertEquals(25, service.counts(SPRING).queued());
    target.byDefault = ScriptedTarget::allTaken;
    service.run(MINUTE_MS);
    assertEquals(25, service.counts(SPRING).submitted());
    assertEquals(25, service.counts(AUTUMN).submitted());
  }

  @Test
  void shouldNotTakeARefusalForADoubt() {
    List<String> tokens = accept(2);
    target.then(ScriptedTarget.refused(409, "ConflictException"));
    target.byDefault = batch -> ScriptedTarget.refused(400, "ValidationException");
    service.run(2_000);
    assertFalse(service.queued(SPRING, tokens.get(0)).maybeSent());
  }

  @Test
  void shouldEndInDoubtWhatIsRejectedAfterACallWithoutAnswer() {
    List<String> tokens = accept(2);
    target.then(new BatchReply.Unanswered("timeout"));
    target.then(batch -> ScriptedTarget.some(batch, 1, FailureCode.INVALID_INPUT));
    service.run(2_000);
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, tokens.get(0)));
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, tokens.get(1)));
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, tokens.get(1)).reason());
  }

  @Test
  void shouldSettleByTheTokenThatWentOut() {
    var config =
        new DispatchConfig(
            Dispatching.CONFIG.expiryWindow(), 20, 5_000, 4, 8, 200, 1_000, "account", "end");
    var hashed = new Dispatching(new MemoryStore(), config, 1_000, new MovedClock());
    String token = hashed.accept(SPRING, 1, HOUR_MS).get(0);
    hashed.run(100);
    String sent = hashed.takePuts().get(0).get(0);
    assertTrue(sent.matches("[a-zA-Z0-9_\\-]{43}"), sent);
    assertEquals(RequestState.SUBMITTED, hashed.state(SPRING, token));
  }

  private List<String> accept(int count) {
    return service.accept(SPRING, count, HOUR_MS);
  }

  /** The campaign changes under our feet, and the next call is told so. */
  private void thenTold(CampaignState state) {
    target.then(
        batch -> {
          target.states.put(SPRING, state);
          return new BatchReply.Refused(409, "InvalidCampaignStateException", "", state.wire(), -1);
        });
  }

  private void run() {
    service.run(100);
  }

  private static BatchReply.Success success(OutgoingItem item, String id) {
    return new BatchReply.Success(item.clientToken(), id);
  }

  /** Fails any call that has the token in it. */
  private static Function<OutgoingBatch, @org.jspecify.annotations.Nullable BatchReply> failsWith(
      String token, BatchReply reply) {
    return batch ->
        batch.items().stream().anyMatch(item -> item.clientToken().equals(token))
            ? reply
            : ScriptedTarget.allTaken(batch);
  }
}
