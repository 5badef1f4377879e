package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.dialspool.store.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RedriveTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long DAY_MS = Duration.ofDays(1).toMillis();
  private static final long NOW_MS = 100 * DAY_MS;
  private static final long DEADLINE_MS = NOW_MS + DAY_MS;
  private static final RedriveOrder ALL = order(List.of(), false);

  private final MemoryStore store = new MemoryStore();
  private Spooling spooling = new Spooling(store);
  private StoreWorker worker = spooling.worker(reply -> {});

  // --- the new request

  @Test
  void shouldMakeANewRequestUnderTheSameTokenWithANewDeadline() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a", "b");
    List<RedriveChunk.Redriven> redriven = redrive(ALL);
    assertEquals(List.of(3L, 4L), redriven.stream().map(RedriveChunk.Redriven::sequence).toList());
    Spool.Found found = find("a");
    assertEquals(3, found.request().sequence());
    assertEquals(DEADLINE_MS, found.request().deadlineMs());
    assertEquals(NOW_MS, found.request().acceptedAtMs());
    assertEquals(0, found.request().doubtUntilMs());
    assertNull(found.outcome());
  }

  @Test
  void shouldKeepNumberAndAttributesAsTheyWere() {
    spooling.take(
        SPRING, Lead.of("a", NOW_MS).withNumber("+12065550123").withAttributes("name", "O\"Neil"));
    settle(RequestState.EXPIRED, Reason.NONE, 0, spooling.requests());
    redrive(ALL);
    StoredRequest fresh = find("a").request();
    assertEquals("+12065550123", fresh.phoneNumber());
    assertEquals("{\"name\":\"O\\\"Neil\"}", fresh.attributes());
  }

  @Test
  void shouldTellEachOfTheOther() {
    dead(RequestState.REJECTED, Reason.INVALID_INPUT, 0, "a");
    redrive(ALL);
    RequestStatus fresh = find("a").status();
    assertEquals(RequestState.QUEUED, fresh.state());
    assertEquals(new RequestId(1, 1), fresh.redriveOf());
    RequestStatus old =
        spooling.spool.find(SPRING, new RequestId(1, 1)).map(Spool.Found::status).orElseThrow();
    assertEquals(RequestState.REJECTED, old.state());
    assertEquals(new RequestId(1, 2), old.redrivenAs());
    assertNull(old.redriveOf());
  }

  @Test
  void shouldCountAsAccepted() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a", "b");
    redrive(ALL);
    Spool.RestoredLane lane = new Spooling(store).spool.restored().get(0);
    assertEquals(4, lane.settledByState()[RequestState.QUEUED.code()]);
    assertEquals(2, lane.settledByState()[RequestState.EXPIRED.code()]);
    assertEquals(2L, lane.unsettledByBucket().get(DeadlineBucket.of(DEADLINE_MS)));
    assertEquals(5, lane.nextSequence());
  }

  @Test
  void shouldAnswerARepeatedPutWithTheNewRequest() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    Spooling.Found again = spooling.take(SPRING, Lead.of("a", DEADLINE_MS)).get(0);
    assertEquals(Verdict.DUPLICATE, again.verdict());
    assertEquals(2, again.sequence());
    assertEquals(RequestState.QUEUED, again.state());
  }

  @Test
  void shouldComeAfterThePutsOfItsGroup() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    DialSlot before = Lead.slot(SPRING, List.of(Lead.of("b", DEADLINE_MS)), NOW_MS);
    DialSlot after = Lead.slot(SPRING, List.of(Lead.of("c", DEADLINE_MS)), NOW_MS);
    DialSlot repeat = Lead.slot(SPRING, List.of(Lead.of("a", DEADLINE_MS)), NOW_MS);
    List<RedriveChunk> done = new ArrayList<>();
    List<List<Spooling.Found>> found =
        spooling.group(List.of(before, slot(look(ALL), done::add), after, repeat));
    assertEquals(2, found.get(0).get(0).sequence());
    assertEquals(4, found.get(2).get(0).sequence());
    assertEquals(3, found.get(3).get(0).sequence());
    assertEquals(
        List.of("a", "b", "a", "c"),
        spooling.requests().stream().map(StoredRequest::clientToken).toList());
    assertEquals(List.of(1, 3), spooling.commits);
  }

  @Test
  void shouldRecallTheNewRequestUnderTheToken() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    var slot = new DialSlot();
    slot.recall(SPRING, "a", NOW_MS, answer -> {});
    assertEquals(2, spooling.group(List.of(slot)).get(0).get(0).sequence());
  }

  // --- once

  @Test
  void shouldNotRedriveTwice() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    DeadLetters.Look second = look(ALL);
    assertEquals(1, second.matched());
    assertEquals(1, second.alreadyRedriven());
    assertEquals(List.of(), second.candidates());
  }

  @Test
  void shouldNotRedriveTwiceIfTwoLookedBeforeEitherWrote() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a", "b");
    DeadLetters.Look first = look(ALL);
    DeadLetters.Look second = look(ALL);
    assertEquals(2, write(first).redriven().size());
    RedriveChunk late = write(second);
    assertEquals(List.of(), late.redriven());
    assertEquals(2, late.alreadyRedriven());
    assertEquals(4, spooling.requests().size());
  }

  @Test
  void shouldNotRedriveTwiceWithinOneGroup() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    List<RedriveChunk> done = new ArrayList<>();
    DialSlot one = slot(look(ALL), done::add);
    DialSlot two = slot(look(ALL), done::add);
    spooling.group(List.of(one, two));
    acknowledge(one, two);
    assertEquals(List.of(1, 0), done.stream().map(chunk -> chunk.redriven().size()).toList());
    assertEquals(List.of(0, 1), done.stream().map(RedriveChunk::alreadyRedriven).toList());
  }

  @Test
  void shouldNotRedriveTwiceAfterARestart() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    DeadLetters.Look before = look(ALL);
    redrive(ALL);
    restart();
    assertEquals(1, look(ALL).alreadyRedriven());
    assertEquals(List.of(), write(before).redriven());
  }

  @Test
  void shouldRedriveAgainWhatDiedAgain() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    settle(RequestState.EXPIRED, Reason.NONE, 0, List.of(find("a").request()));
    List<RedriveChunk.Redriven> second = redrive(ALL);
    assertEquals(List.of(3L), second.stream().map(RedriveChunk.Redriven::sequence).toList());
    assertEquals(2, find("a").request().redriveOf());
  }

  @Test
  void shouldForgetTheMarkWithItsPage() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    purgeAll();
    assertTrue(spooling.spool.find(SPRING, new RequestId(1, 1)).isEmpty());
    assertEquals(2, find("a").request().sequence());
    assertEquals(0, spooling.spool.redrivenAs(find("a").request().lane(), 1));
  }

  @Test
  void shouldSkipWhatWasPurgedBetweenLookAndWrite() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    spooling.take(SPRING, Lead.of("last", DEADLINE_MS)); // the last page always stays
    DeadLetters.Look look = look(ALL);
    purgeAll();
    assertEquals(List.of(), write(look).redriven());
  }

  // --- doubt

  @Test
  void shouldLeaveOutWhatIsInDoubtUnlessAskedFor() {
    dead(RequestState.UNDELIVERABLE, Reason.IN_DOUBT, NOW_MS - DAY_MS, "a");
    dead(RequestState.UNDELIVERABLE, Reason.ATTEMPTS_EXHAUSTED, NOW_MS - DAY_MS, "b");
    DeadLetters.Look look = look(ALL);
    assertEquals(2, look.matched());
    assertEquals(1, look.inDoubt());
    assertEquals(List.of("b"), tokens(look));
    assertEquals(List.of("a", "b"), tokens(look(order(List.of(), true))));
    assertEquals(List.of("a"), tokens(look(order(List.of("a"), false))));
  }

  @Test
  void shouldStayInDoubtUnderATokenThatLives() {
    dead(RequestState.UNDELIVERABLE, Reason.IN_DOUBT, NOW_MS - DAY_MS, "a");
    redrive(order(List.of(), true));
    StoredRequest fresh = find("a").request();
    assertEquals(NOW_MS - DAY_MS + ClientToken.LIFE_MS, fresh.doubtUntilMs());
  }

  @Test
  void shouldTakeATokenOfItsOwnOnceTheOldOneHasDied() {
    dead(RequestState.UNDELIVERABLE, Reason.IN_DOUBT, NOW_MS - ClientToken.LIFE_MS, "a");
    redrive(order(List.of(), true));
    StoredRequest fresh = find("a-r1").request();
    assertEquals("a-r1", fresh.clientToken());
    assertEquals(0, fresh.doubtUntilMs());
    assertEquals(1, fresh.redriveOf());
    assertEquals(new RequestId(1, 2), find("a").status().redrivenAs());
  }

  @Test
  void shouldCountOnForTheNextToken() {
    spooling.take(SPRING, Lead.of("a-r1", DEADLINE_MS)); // a client's own
    dead(RequestState.UNDELIVERABLE, Reason.IN_DOUBT, NOW_MS - ClientToken.LIFE_MS, "a");
    redrive(order(List.of("a"), false));
    settle(
        RequestState.UNDELIVERABLE,
        Reason.IN_DOUBT,
        NOW_MS - ClientToken.LIFE_MS,
        List.of(find("a-r2").request()));
    redrive(order(List.of("a-r2"), false));
    assertEquals(3, find("a-r3").request().redriveOf());
  }

  @Test
  void shouldCutATokenThatWouldBecomeTooLong() {
    String token = "x".repeat(200);
    dead(RequestState.UNDELIVERABLE, Reason.IN_DOUBT, NOW_MS - ClientToken.LIFE_MS, token);
    redrive(order(List.of(token), false));
    assertEquals(2, find("x".repeat(197) + "-r1").request().sequence());
  }

  @Test
  void shouldKeepTheTokenOfWhatWasSurelyNeverSentHoweverOldItIs() {
    dead(RequestState.EXPIRED, Reason.NONE, 1, "a");
    assertEquals("a", redrive(ALL).get(0).clientToken());
    assertNotEquals(1, find("a").request().sequence());
  }

  // --- which

  @Test
  void shouldLeaveOutWhatDidNotDie() {
    dead(RequestState.SUBMITTED, Reason.NONE, 1, "a");
    dead(RequestState.CANCELLED, Reason.NONE, 0, "b");
    spooling.take(SPRING, Lead.of("waits", DEADLINE_MS));
    assertEquals(0, look(ALL).matched());
    assertEquals(0, look(order(List.of("a", "b", "waits", "never"), true)).matched());
  }

  @Test
  void shouldFilterByStateReasonAndTime() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "expired");
    dead(RequestState.REJECTED, Reason.INVALID_INPUT, 0, "invalid");
    dead(RequestState.UNDELIVERABLE, Reason.CAMPAIGN_STOPPED, 0, "stopped");
    assertEquals(
        List.of("invalid"), tokens(look(filter(RequestState.REJECTED, null, 0, DEADLINE_MS))));
    assertEquals(
        List.of("stopped"), tokens(look(filter(null, Reason.CAMPAIGN_STOPPED, 0, DEADLINE_MS))));
    assertEquals(3, look(filter(null, null, NOW_MS, NOW_MS + 1)).matched());
    assertEquals(0, look(filter(null, null, NOW_MS + 1, DEADLINE_MS)).matched());
    assertEquals(0, look(filter(null, null, 0, NOW_MS)).matched());
  }

  @Test
  void shouldCountANameThatARedriveBearsAsRedriven() {
    dead(RequestState.EXPIRED, Reason.NONE, 0, "a");
    redrive(ALL);
    DeadLetters.Look look = look(order(List.of("a", "a"), false));
    assertEquals(1, look.matched());
    assertEquals(1, look.alreadyRedriven());
  }

  @Test
  void shouldGoThroughAnyNumberPieceByPiece() {
    spooling.fill(SPRING, "t", 1_000, NOW_MS);
    settle(RequestState.EXPIRED, Reason.NONE, 0, spooling.requests());
    int pieces = 0;
    int redriven = 0;
    String after = "";
    while (after != null && pieces++ < 100) {
      DeadLetters.Look look = deadLetters().look(SPRING, ALL, after);
      assertTrue(look.candidates().size() <= RedriveChunk.ITEMS_MAX);
      assertTrue(look.next() == null || DeadLetters.isPlace(look.next()));
      redriven += write(look).redriven().size();
      after = look.next();
    }
    assertEquals(1_000, redriven);
    assertEquals(4, pieces);
    assertEquals("t-1000", find("t-1000").request().clientToken());
  }

  @Test
  void shouldGoOnWhereALongListOfNamesWasLeft() {
    spooling.fill(SPRING, "t", 150, NOW_MS);
    settle(RequestState.EXPIRED, Reason.NONE, 0, spooling.requests());
    var names = new ArrayList<String>();
    for (int i = 150; i >= 1; i--) {
      names.add("t-" + i);
    }
    RedriveOrder order = order(names, false);
    DeadLetters.Look first = look(order);
    assertEquals("t-150", tokens(first).get(0));
    DeadLetters.Look second = deadLetters().look(SPRING, order, String.valueOf(first.next()));
    DeadLetters.Look third = deadLetters().look(SPRING, order, String.valueOf(second.next()));
    assertEquals(150, first.matched() + second.matched() + third.matched());
    assertNull(third.next());
  }

  @Test
  void shouldLeaveToTheNextRedriveWhatDiesMeanwhile() {
    spooling.fill(SPRING, "t", 300, NOW_MS);
    settle(RequestState.EXPIRED, Reason.NONE, 0, spooling.requests());
    DeadLetters.Look first = look(ALL);
    write(first);
    settle(
        RequestState.EXPIRED,
        Reason.NONE,
        0,
        spooling.requests().stream().filter(request -> request.redriveOf() != 0).toList());
    DeadLetters.Look second = deadLetters().look(SPRING, ALL, String.valueOf(first.next()));
    assertEquals(300, first.matched() + second.matched());
    assertNull(second.next());
    assertEquals(300, first.candidates().size() + second.candidates().size());
    DeadLetters.Look again = look(ALL);
    int candidates = again.candidates().size();
    for (int piece = 0; again.next() != null && piece < 10; piece++) {
      again = deadLetters().look(SPRING, ALL, again.next());
      candidates += again.candidates().size();
    }
    assertEquals(300, candidates); // 256 that died again, and 44 of the second piece
  }

  @Test
  void shouldTellAPlaceFromOtherTexts() {
    assertTrue(DeadLetters.isPlace(""));
    assertTrue(DeadLetters.isPlace("12-3-40"));
    assertTrue(DeadLetters.isPlace("n64"));
    assertFalse(DeadLetters.isPlace("12-3"));
    assertFalse(DeadLetters.isPlace("n"));
    assertFalse(DeadLetters.isPlace("99999999999999999999-1-1"));
  }

  // --- steps

  private static RedriveOrder order(List<String> names, boolean inDoubt) {
    return new RedriveOrder(
        null,
        null,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        names.stream().map(ClientToken::new).toList(),
        inDoubt,
        DEADLINE_MS,
        false,
        "");
  }

  private static RedriveOrder filter(
      @Nullable RequestState state, @Nullable Reason reason, long settledFromMs, long settledBeforeMs) {
    return new RedriveOrder(
        state, reason, settledFromMs, settledBeforeMs, List.of(), false, DEADLINE_MS, false, "");
  }

  /** A page of requests that have all ended the same way. */
  private void dead(RequestState state, Reason reason, long firstSentAtMs, String... tokens) {
    int before = spooling.requests().size();
    spooling.group(
        List.of(
            Lead.slot(
                SPRING,
                List.of(tokens).stream().map(token -> Lead.of(token, NOW_MS)).toList(),
                1_000)));
    settle(
        state,
        reason,
        firstSentAtMs,
        spooling.requests().subList(before, spooling.requests().size()));
  }

  private void settle(
      RequestState state, Reason reason, long firstSentAtMs, List<StoredRequest> requests) {
    worker.offer(
        new StoreCommand.Settle(
            requests.stream()
                .map(
                    request ->
                        new Settlement(request, state, reason, 1, firstSentAtMs, NOW_MS, null))
                .toList()));
    worker.runOnce();
  }

  private DeadLetters deadLetters() {
    return new DeadLetters(spooling.spool, new OutcomeFeed(spooling.spool));
  }

  private DeadLetters.Look look(RedriveOrder order) {
    return deadLetters().look(SPRING, order, "");
  }

  private static List<String> tokens(DeadLetters.Look look) {
    return look.candidates().stream().map(end -> end.request().clientToken()).toList();
  }

  private static DialSlot slot(
      DeadLetters.Look look, java.util.function.Consumer<RedriveChunk> then) {
    var slot = new DialSlot();
    slot.redrive(SPRING, new RedriveChunk(look.candidates(), DEADLINE_MS, then), NOW_MS);
    return slot;
  }

  private RedriveChunk write(DeadLetters.Look look) {
    var done = new ArrayList<RedriveChunk>();
    DialSlot slot = slot(look, done::add);
    spooling.group(List.of(slot));
    acknowledge(slot);
    return done.get(0);
  }

  private static void acknowledge(DialSlot... slots) {
    for (DialSlot slot : slots) {
      if (slot.redrive() != null) {
        slot.redrive().synced();
      }
    }
  }

  private List<RedriveChunk.Redriven> redrive(RedriveOrder order) {
    return write(look(order)).redriven();
  }

  private void restart() {
    spooling = new Spooling(store);
    worker = spooling.worker(reply -> {});
  }

  private Spool.Found find(String token) {
    return spooling.spool.find(SPRING, new ClientToken(token)).orElseThrow();
  }

  private void purgeAll() {
    worker.offer(
        new StoreCommand.Purge(
            java.util.Objects.requireNonNull(spooling.spool.lane(SPRING)),
            0,
            NOW_MS + 1,
            NOW_MS + 1,
            NOW_MS + 1,
            0,
            next -> {}));
    worker.runOnce();
  }
}
