package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.spool.OutcomeFeed.Cursor;
import io.dialspool.spool.OutcomeFeed.Kind;
import io.dialspool.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomeFeedTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId SUMMER = new CampaignId("summer");

  private final MemoryStore store = new MemoryStore();
  private Spooling spooling = new Spooling(store);
  private StoreWorker worker = spooling.worker(reply -> {});
  private long nowMs = 1_000;

  @Test
  void shouldTellOutcomesInTheOrderOfTheirEnds() {
    spooling.fill(SPRING, "t", 10, 5_000);
    settle(RequestState.SUBMITTED, 7, 3);
    settle(RequestState.EXPIRED, 1);
    settle(RequestState.CANCELLED, 5, 4);
    assertEquals(List.of("t-7", "t-3", "t-1", "t-5", "t-4"), all(Kind.ALL, 100));
  }

  @Test
  void shouldTellOfOneCampaignOnly() {
    spooling.fill(SPRING, "t", 3, 5_000);
    spooling.fill(SUMMER, "u", 3, 5_000);
    worker.offer(new StoreCommand.Settle(List.of(end(RequestState.SUBMITTED, request(2)))));
    worker.offer(new StoreCommand.Settle(List.of(end(RequestState.SUBMITTED, request(5)))));
    worker.runOnce();
    assertEquals(List.of("t-2"), all(Kind.ALL, 100));
  }

  @Test
  void shouldTellWhatBecameOfARequest() {
    spooling.fill(SPRING, "t", 1, 5_000);
    var end =
        new Settlement(request(1), RequestState.SUBMITTED, Reason.NONE, 3, 1_500, 1_600, "id-9");
    worker.offer(new StoreCommand.Settle(List.of(end)));
    worker.runOnce();
    Settlement told = read(Kind.ALL, Cursor.START, 10).entries().get(0).end();
    assertEquals(RequestState.SUBMITTED, told.state());
    assertEquals(3, told.attempts());
    assertEquals(1_600, told.settledAtMs());
    assertEquals("id-9", told.targetDialRequestId());
  }

  @Test
  void shouldTellNothingThatIsNotSynced() {
    spooling.fill(SPRING, "t", 1, 5_000);
    worker.offer(new StoreCommand.Settle(List.of(end(RequestState.SUBMITTED, request(1)))));
    assertEquals(List.of(), all(Kind.ALL, 100));
    worker.runOnce();
    assertEquals(List.of("t-1"), all(Kind.ALL, 100));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 24, 25, 26, 256, 1_000, 5_000})
  void shouldTellEachOnceWhateverThePagesSize(int page) {
    spooling.fill(SPRING, "t", 2_500, 5_000);
    List<String> expected = settleAllInGroupsOf(25);
    assertEquals(expected, all(Kind.ALL, page));
  }

  @Test
  void shouldGoOnAtACursorAfterARestart() {
    spooling.fill(SPRING, "t", 100, 5_000);
    settleAllInGroupsOf(7);
    OutcomeFeed.Piece first = read(Kind.ALL, Cursor.START, 33);
    spooling = new Spooling(store);
    worker = spooling.worker(reply -> {});
    OutcomeFeed.Piece rest =
        read(Kind.ALL, Cursor.of(first.next().toString()).orElseThrow(), 1_000);
    assertEquals(33, first.entries().size());
    assertEquals(67, rest.entries().size());
    assertEquals("t-34", rest.entries().get(0).end().request().clientToken());
  }

  @Test
  void shouldCountOnAfterARestart() {
    spooling.fill(SPRING, "t", 3, 5_000);
    settle(RequestState.SUBMITTED, 1);
    Cursor seen = read(Kind.ALL, Cursor.START, 10).next();
    List<StoredRequest> requests = spooling.requests();
    spooling = new Spooling(store);
    worker = spooling.worker(reply -> {});
    worker.offer(new StoreCommand.Settle(List.of(end(RequestState.SUBMITTED, requests.get(1)))));
    worker.runOnce();
    assertEquals("t-2", read(Kind.ALL, seen, 10).entries().get(0).end().request().clientToken());
  }

  @Test
  void shouldTellWhatEndedBeforeATimeAndHowMuchThatIs() {
    spooling.fill(SPRING, "t", 10, 5_000);
    settle(RequestState.SUBMITTED, 1, 2, 3);
    nowMs = 2_000;
    settle(RequestState.SUBMITTED, 4);
    nowMs = 3_000;
    settle(RequestState.SUBMITTED, 5);
    OutcomeFeed feed = feed();
    OutcomeFeed.Stretch old = feed.endedBefore(lane(), Cursor.START, 2_500);
    assertEquals(4, old.items());
    assertEquals(
        "t-5", read(Kind.ALL, old.through(), 10).entries().get(0).end().request().clientToken());
    Cursor behindTwo = read(Kind.ALL, Cursor.START, 2).next();
    assertEquals(2, feed.endedBefore(lane(), behindTwo, 2_500).items());
    assertEquals(0, feed.endedBefore(lane(), old.through(), 2_500).items());
  }

  @Test
  void shouldTellAReaderThatItCameTooLate() {
    spooling.fill(SPRING, "t", 4, 5_000);
    settle(RequestState.SUBMITTED, 1);
    Cursor behindOne = read(Kind.ALL, Cursor.START, 1).next();
    settle(RequestState.SUBMITTED, 2);
    nowMs = 9_000;
    settle(RequestState.SUBMITTED, 3);
    settle(RequestState.SUBMITTED, 4);
    assertFalse(feed().hasGapBehind(lane(), behindOne));
    purge(5_000, 5_000);
    assertTrue(feed().hasGapBehind(lane(), behindOne));
    assertFalse(feed().hasGapBehind(lane(), read(Kind.ALL, behindOne, 1).next()));
  }

  @Test
  void shouldFollowFromTheEnd() {
    spooling.fill(SPRING, "t", 30, 5_000);
    settle(RequestState.SUBMITTED, 1, 2);
    OutcomeFeed.Piece piece = read(Kind.ALL, Cursor.START, 10);
    assertTrue(piece.atEnd());
    OutcomeFeed.Piece nothing = read(Kind.ALL, piece.next(), 10);
    assertEquals(List.of(), nothing.entries());
    assertEquals(piece.next(), nothing.next());
    settle(RequestState.SUBMITTED, 3);
    assertEquals(1, read(Kind.ALL, nothing.next(), 10).entries().size());
  }

  @Test
  void shouldEndWhereItIsToldTo() {
    spooling.fill(SPRING, "t", 3, 5_000);
    settle(RequestState.SUBMITTED, 1);
    long through = feed().lastNumber(lane(), Kind.ALL);
    settle(RequestState.SUBMITTED, 2);
    assertEquals(1, feed().read(lane(), Kind.ALL, Cursor.START, through, 10).entries().size());
  }

  @Test
  void shouldTellDeadLettersApart() {
    spooling.fill(SPRING, "t", 300, 5_000);
    settle(RequestState.SUBMITTED, 1, 2);
    settle(RequestState.EXPIRED, 3);
    settle(RequestState.CANCELLED, 4);
    worker.offer(
        new StoreCommand.Settle(
            List.of(
                end(RequestState.SUBMITTED, request(10)),
                end(RequestState.REJECTED, request(11)),
                end(RequestState.SUBMITTED, request(12)),
                end(RequestState.UNDELIVERABLE, request(299)))));
    worker.runOnce();
    for (int page : List.of(1, 2, 10)) {
      assertEquals(List.of("t-3", "t-11", "t-299"), all(Kind.DEAD_LETTERS, page));
    }
  }

  @Test
  void shouldForgetWhatIsOlderThanItsWindowButNotTheNumber() {
    spooling.fill(SPRING, "t", 4, 5_000);
    settle(RequestState.SUBMITTED, 1);
    settle(RequestState.EXPIRED, 2);
    Cursor seen = read(Kind.ALL, Cursor.START, 10).next();
    nowMs = 9_000;
    settle(RequestState.SUBMITTED, 3);
    purge(9_000, 0);
    assertEquals(List.of("t-3"), all(Kind.ALL, 10));
    assertEquals(List.of("t-2"), all(Kind.DEAD_LETTERS, 10));
    purge(20_000, 20_000);
    spooling = new Spooling(store);
    assertEquals(1, read(Kind.ALL, seen, 10).entries().size());
  }

  @Test
  void shouldPassOverWhatIsPurged() {
    spooling.fill(SPRING, "t", 300, 5_000);
    List<String> expected = settleAllInGroupsOf(25);
    worker.offer(new StoreCommand.Purge(lane(), 0, nowMs + 1, nowMs + 1, 0, 0, next -> {}));
    worker.runOnce();
    assertEquals(expected.subList(256, 300), all(Kind.ALL, 10));
  }

  @Test
  void shouldReadItsOwnCursorsOnly() {
    assertEquals(Optional.of(new Cursor(12, 3)), Cursor.of("12-3"));
    assertEquals(Optional.of(Cursor.START), Cursor.of(""));
    assertEquals("12-3", new Cursor(12, 3).toString());
    for (String other : List.of("12", "-1-2", "a-b", "1-2-3", "9999999999999999999-1")) {
      assertFalse(Cursor.of(other).isPresent(), other);
    }
  }

  // --- steps

  private OutcomeFeed feed() {
    return new OutcomeFeed(spooling.spool);
  }

  private LaneInfo lane() {
    return Objects.requireNonNull(spooling.spool.lane(SPRING));
  }

  private OutcomeFeed.Piece read(Kind kind, Cursor after, int max) {
    OutcomeFeed feed = feed();
    return feed.read(lane(), kind, after, feed.lastNumber(lane(), kind), max);
  }

  private List<String> all(Kind kind, int page) {
    var tokens = new ArrayList<String>();
    Cursor after = Cursor.START;
    for (int i = 0; i < 10_000; i++) {
      OutcomeFeed.Piece piece = read(kind, after, page);
      assertTrue(piece.entries().size() <= page);
      for (OutcomeFeed.Entry entry : piece.entries()) {
        tokens.add(entry.end().request().clientToken());
      }
      after = piece.next();
      if (piece.atEnd()) {
        return tokens;
      }
    }
    throw new AssertionError("no end");
  }

  /** The request of a sequence, counted over both campaigns' pages. */
  private StoredRequest request(int number) {
    return spooling.requests().get(number - 1);
  }

  private Settlement end(RequestState state, StoredRequest request) {
    return new Settlement(request, state, Reason.NONE, 1, nowMs, nowMs, null);
  }

  private void settle(RequestState state, int... numbers) {
    var ends = new ArrayList<Settlement>();
    for (int number : numbers) {
      ends.add(end(state, request(number)));
    }
    worker.offer(new StoreCommand.Settle(ends));
    worker.runOnce();
  }

  private List<String> settleAllInGroupsOf(int count) {
    var tokens = new ArrayList<String>();
    List<StoredRequest> all = spooling.requests();
    for (int from = 0; from < all.size(); from += count) {
      var ends = new ArrayList<Settlement>();
      for (StoredRequest request : all.subList(from, Math.min(all.size(), from + count))) {
        ends.add(end(RequestState.SUBMITTED, request));
        tokens.add(request.clientToken());
      }
      worker.offer(new StoreCommand.Settle(ends));
      if (from % (3 * count) == 0) {
        worker.runOnce();
      }
    }
    worker.runOnce();
    return tokens;
  }

  private void purge(long feedBeforeMs, long deadBeforeMs) {
    worker.offer(new StoreCommand.Purge(lane(), 0, 0, deadBeforeMs, feedBeforeMs, 0, next -> {}));
    worker.runOnce();
  }
}
