package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Verdict;
import io.dialspool.spool.Spooling.Found;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.RocksStore;
import io.dialspool.store.StoreException;
import io.dialspool.target.TargetIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolStageTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId AUTUMN = new CampaignId("autumn");
  private static final long DEADLINE_MS = 3_600_000;
  private static final Lead LEAD = Lead.of("t-1", DEADLINE_MS).withAttributes("a", "1", "b", "2");

  private final MemoryStore store = new MemoryStore();
  private Spooling spooling = new Spooling(store);

  // --- accepting

  @Test
  void shouldNumberRequestsOfALaneFromOneInTheirOrder() {
    assertEquals(
        List.of(1L, 2L, 3L), sequences(spooling.take(SPRING, lead("a"), lead("b"), lead("c"))));
    assertEquals(List.of(4L), sequences(spooling.take(SPRING, lead("d"))));
    assertEquals(List.of(1L), sequences(spooling.take(AUTUMN, lead("a"))), "lanes count apart");
  }

  @Test
  void shouldWriteAGroupWithOneSync() {
    int before = store.syncs();
    spooling.group(
        List.of(slot(SPRING, lead("a")), slot(AUTUMN, lead("b")), slot(SPRING, lead("c"))));
    assertEquals(1, store.syncs() - before);
    assertEquals(List.of(3), spooling.commits);
  }

  @Test
  void shouldWriteNothingForAGroupOfRepeats() {
    spooling.take(SPRING, LEAD);
    int before = store.syncs();
    spooling.take(SPRING, LEAD);
    assertEquals(before, store.syncs());
    assertEquals(1, spooling.appended.size());
  }

  @Test
  void shouldKeepSeveralLanesOfAGroupInPagesOfTheirOwn() {
    spooling.group(
        List.of(
            slot(SPRING, lead("s-1")),
            slot(AUTUMN, lead("a-1"), lead("a-2")),
            slot(SPRING, lead("s-2"))));
    assertEquals(
        List.of("spring s-1", "spring s-2", "autumn a-1", "autumn a-2"),
        spooling.requests().stream()
            .map(one -> one.lane().campaign() + " " + one.clientToken())
            .toList());
    assertEquals(2, spooling.appended.size());
  }

  @Test
  void shouldCutPagesAt256Requests() {
    spooling.fill(SPRING, "t", 600, DEADLINE_MS);
    assertEquals(
        List.of(1L, 257L, 513L), spooling.appended.stream().map(AppendedPage::first).toList());
    assertEquals(
        List.of(256, 256, 88), spooling.appended.stream().map(AppendedPage::count).toList());
    assertEquals("t-600", spooling.requests().get(599).clientToken());
  }

  @Test
  void shouldNotStoreWhatIsInvalid() {
    DialSlot slot = slot(SPRING, lead("a"), lead("b"), lead("c"));
    slot.items().invalid(1, new Fault("phoneNumber", "wrong"));
    List<Found> found = spooling.group(List.of(slot)).get(0);
    assertEquals(
        List.of(Verdict.FINE, Verdict.INVALID, Verdict.FINE),
        found.stream().map(Found::verdict).toList());
    assertEquals(
        List.of("a", "c"), spooling.requests().stream().map(StoredRequest::clientToken).toList());
    assertEquals(2, found.get(2).sequence());
  }

  @Test
  void shouldMakeNoLaneForABodyWithoutAnythingValid() {
    DialSlot slot = slot(SPRING, lead("a"));
    slot.items().invalid(0, new Fault("phoneNumber", "wrong"));
    spooling.group(List.of(slot));
    assertNull(spooling.spool.lane(SPRING));
    assertEquals(List.of(), restart().spool.restored());
  }

  @Test
  void shouldNotLetAFailedWritePass() {
    store.breakDisk();
    assertThrows(StoreException.class, () -> spooling.take(SPRING, LEAD));
    assertEquals(List.of(), spooling.appended);
  }

  // --- repeats

  @Test
  void shouldTakeATokenTwiceInOneBodyAsOneRequest() {
    List<Found> found = spooling.take(SPRING, LEAD, LEAD);
    assertEquals(Verdict.FINE, found.get(0).verdict());
    assertEquals(new Found(Verdict.DUPLICATE, 1, RequestState.QUEUED, null), found.get(1));
    assertEquals(1, spooling.requests().size());
  }

  @Test
  void shouldTakeATokenTwiceInOneGroupAsOneRequest() {
    List<List<Found>> found = spooling.group(List.of(slot(SPRING, LEAD), slot(SPRING, LEAD)));
    assertEquals(new Found(Verdict.DUPLICATE, 1, RequestState.QUEUED, null), found.get(1).get(0));
    assertEquals(1, spooling.requests().size());
  }

  @Test
  void shouldKnowATokenOfAnEarlierGroup() {
    spooling.take(SPRING, lead("other"), LEAD);
    assertEquals(
        List.of(new Found(Verdict.DUPLICATE, 2, RequestState.QUEUED, null)),
        spooling.take(SPRING, LEAD));
  }

  @Test
  void shouldTellTheStateOfARepeatedTokenAfterItsOutcome() {
    spooling.take(SPRING, lead("a"), LEAD);
    settle(spooling.requests().get(1), RequestState.SUBMITTED);
    assertEquals(
        List.of(
            new Found(Verdict.DUPLICATE, 2, RequestState.SUBMITTED, null),
            new Found(Verdict.DUPLICATE, 1, RequestState.QUEUED, null)),
        spooling.take(SPRING, LEAD, lead("a")));
    assertEquals(2, spooling.requests().size(), "an ended request is not dialled again");
  }

  @Test
  void shouldSeeOutcomesThatComeBetweenTwoGroups() {
    spooling.take(SPRING, LEAD);
    assertEquals(RequestState.QUEUED, spooling.take(SPRING, LEAD).get(0).state());
    settle(spooling.requests().get(0), RequestState.EXPIRED);
    assertEquals(RequestState.EXPIRED, spooling.take(SPRING, LEAD).get(0).state());
  }

  @Test
  void shouldTakeARenewedExpiryForARepeatAndKeepTheFirstDeadline() {
    spooling.take(SPRING, LEAD);
    List<Found> found = spooling.take(SPRING, LEAD.withDeadline(DEADLINE_MS * 2));
    assertEquals(List.of(new Found(Verdict.DUPLICATE, 1, RequestState.QUEUED, null)), found);
    assertEquals(DEADLINE_MS, find(SPRING, "t-1").request().deadlineMs());
  }

  @Test
  void shouldTakeAttributesInAnotherOrderForARepeat() {
    spooling.take(SPRING, LEAD);
    assertEquals(
        Verdict.DUPLICATE,
        spooling.take(SPRING, LEAD.withAttributes("b", "2", "a", "1")).get(0).verdict());
  }

  @Test
  void shouldRefuseOtherContentUnderAKnownToken() {
    spooling.take(SPRING, LEAD);
    for (Lead other :
        List.of(
            LEAD.withNumber("+12065550101"),
            LEAD.withAttributes("a", "1"),
            LEAD.withAttributes("a", "2", "b", "1"),
            LEAD.withAttributes("a", "1", "b", "2", "c", "3"),
            LEAD.withAttributes("a1", "", "b", "2"),
            LEAD.withAttributes())) {
      Found found = spooling.take(SPRING, other).get(0);
      assertEquals(Verdict.INVALID, found.verdict(), other.attributes().toString());
      Fault fault = found.fault();
      assertNotNull(fault);
      assertEquals("clientToken", fault.member());
      assertTrue(!fault.reason().contains("+1206"), fault.reason());
    }
    assertEquals(1, spooling.requests().size());
  }

  @Test
  void shouldRefuseOtherContentWithinOneBodyToo() {
    List<Found> found = spooling.take(SPRING, LEAD, LEAD.withNumber("+12065550101"));
    assertEquals(
        List.of(Verdict.FINE, Verdict.INVALID), found.stream().map(Found::verdict).toList());
  }

  @Test
  void shouldLetCampaignsUseTheSameToken() {
    spooling.take(SPRING, LEAD);
    assertEquals(Verdict.FINE, spooling.take(AUTUMN, LEAD).get(0).verdict());
  }

  @Test
  void shouldNeverAcknowledgeATokenWhoseHashIsTakenByAnother() {
    spooling.take(SPRING, lead("first"));
    LaneInfo lane = spooling.spool.lane(SPRING);
    assertNotNull(lane);
    byte[] token = "t-1".getBytes(StandardCharsets.US_ASCII);
    byte[] key = Spool.tokenKey(lane, token, 0, token.length);
    try (OrderedStore.Batch batch = store.newBatch()) {
      // As if "first" had the very hash of "t-1".
      batch.put(Keys.TOKENS, key, new TokenEntry(lane.number(), 1, 4711, 4712).encode());
      store.write(batch, true);
    }
    var after = new Spooling(store);
    assertEquals(Verdict.COLLISION, after.take(SPRING, LEAD).get(0).verdict());
    assertEquals(1, spooling.requests().size());
    assertTrue(spooling.spool.find(SPRING, new ClientToken("t-1")).isEmpty());
  }

  // --- recalls

  @Test
  void shouldResolveARecallToTheRequestItRecalls() {
    DialSlot unknown = recall(SPRING, "t-1");
    spooling.group(List.of(unknown));
    assertEquals(Verdict.FINE, unknown.items().verdict(0), "no such lane");
    spooling.take(SPRING, lead("a"), LEAD);
    DialSlot known = recall(SPRING, "t-1");
    DialSlot other = recall(SPRING, "t-2");
    spooling.group(List.of(known, other));
    assertEquals(Verdict.DUPLICATE, known.items().verdict(0));
    assertEquals(2, known.items().sequence(0));
    assertEquals(1, known.lane());
    assertEquals(Verdict.FINE, other.items().verdict(0));
    assertEquals(2, spooling.requests().size(), "a recall is never stored");
  }

  @Test
  void shouldResolveARecallRightBehindItsPut() {
    DialSlot recall = recall(SPRING, "t-1");
    spooling.group(List.of(slot(SPRING, LEAD), recall));
    assertEquals(Verdict.DUPLICATE, recall.items().verdict(0));
    assertEquals(1, recall.items().sequence(0));
  }

  // --- looking up

  @Test
  void shouldFindARequestByItsToken() {
    spooling.take(SPRING, lead("a"), LEAD);
    Spool.Found found = find(SPRING, "t-1");
    assertEquals(2, found.request().sequence());
    assertNull(found.outcome());
    assertEquals(RequestState.QUEUED, found.status().state());
    assertEquals("ds-1-2", found.status().id().toString());
    assertTrue(spooling.spool.find(SPRING, new ClientToken("t-2")).isEmpty());
    assertTrue(spooling.spool.find(AUTUMN, new ClientToken("t-1")).isEmpty());
  }

  @Test
  void shouldFindAnOutcomeByItsToken() {
    spooling.take(SPRING, LEAD);
    settle(spooling.requests().get(0), RequestState.SUBMITTED);
    var status = find(SPRING, "t-1").status();
    assertEquals(RequestState.SUBMITTED, status.state());
    assertEquals("their-1", status.targetDialRequestId());
    assertEquals(3, status.attempts());
    assertEquals(5, status.firstSentAtMs());
    assertEquals(6, status.settledAtMs());
  }

  // --- starting again

  @Test
  void shouldGoOnCountingAfterARestart() {
    spooling.fill(SPRING, "t", 300, DEADLINE_MS);
    spooling.take(AUTUMN, LEAD);
    Spooling second = restart();
    assertEquals(List.of(301L), sequences(second.take(SPRING, lead("new"))));
    assertEquals(
        List.of(new Found(Verdict.DUPLICATE, 1, RequestState.QUEUED, null)),
        second.take(AUTUMN, LEAD));
    second.take(new CampaignId("winter"), LEAD);
    assertEquals(3, second.requests().get(1).lane().number(), "lane numbers are never reused");
  }

  @Test
  void shouldRestoreCountersAndDeadlines() {
    spooling.take(SPRING, lead("a"), lead("b").withDeadline(60_000), lead("c"), lead("d"));
    settle(spooling.requests().get(0), RequestState.SUBMITTED);
    settle(spooling.requests().get(1), RequestState.EXPIRED);
    Spool.RestoredLane lane = restart().spool.restored().get(0);
    assertEquals(4, lane.settledByState()[RequestState.QUEUED.code()], "accepted");
    assertEquals(1, lane.settledByState()[RequestState.SUBMITTED.code()]);
    assertEquals(1, lane.settledByState()[RequestState.EXPIRED.code()]);
    assertEquals(0, lane.settledByState()[RequestState.REJECTED.code()]);
    assertEquals(Map.of((int) (DEADLINE_MS / 30_000), 2L), lane.unsettledByBucket());
    assertEquals(5, lane.nextSequence());
    assertEquals(1, lane.firstUnsettled());
  }

  @Test
  void shouldStartBehindPagesThatAreSettledWhole() {
    spooling.fill(SPRING, "t", 256, DEADLINE_MS);
    spooling.take(SPRING, LEAD);
    for (StoredRequest request : spooling.requests().subList(0, 256)) {
      settle(request, RequestState.SUBMITTED);
    }
    assertEquals(257, restart().spool.restored().get(0).firstUnsettled());
  }

  @Test
  void shouldRefuseToSendWaitingRequestsElsewhere() {
    spooling.take(SPRING, LEAD);
    var real = new TargetIdentity("connect-campaigns", "111122223333", "us-east-1", "");
    String message =
        String.valueOf(
            assertThrows(StoreException.class, () -> new Spooling(store, real)).getMessage());
    assertEquals(
        "campaign spring has requests waiting for embedded, the configuration would send them to"
            + " connect-campaigns account 111122223333 us-east-1",
        message);
  }

  @Test
  void shouldLetALaneMoveOnceEverythingInItHasEnded() {
    spooling.take(SPRING, LEAD);
    settle(spooling.requests().get(0), RequestState.CANCELLED);
    var real = new TargetIdentity("connect-campaigns", "111122223333", "us-east-1", "");
    spooling = new Spooling(store, real);
    spooling.take(SPRING, lead("new"));
    assertEquals(real, spooling.requests().get(0).lane().target());
    // It stays there from now on.
    assertThrows(StoreException.class, () -> new Spooling(store, Spooling.TARGET));
    new Spooling(store, real);
  }

  @Test
  void shouldRefuseASpoolOfANewerFormat() {
    try (OrderedStore.Batch batch = store.newBatch()) {
      batch.put(Keys.META, Keys.text("format"), new byte[] {3});
      store.write(batch, true);
    }
    String message =
        String.valueOf(assertThrows(StoreException.class, () -> new Spooling(store)).getMessage());
    assertEquals("the spool is of format 3, this version reads formats 1 to 2", message);
  }

  @Test
  void shouldDoTheSameOverRocksDb(@TempDir Path directory) {
    try (var rocks = RocksStore.open(directory.resolve("spool"), Spool.spaces())) {
      var first = new Spooling(rocks);
      first.fill(SPRING, "t", 300, DEADLINE_MS);
      settle(first, first.requests().get(0), RequestState.SUBMITTED);
    }
    try (var rocks = RocksStore.open(directory.resolve("spool"), Spool.spaces())) {
      var second = new Spooling(rocks);
      assertEquals(
          List.of(1L, 300L, 301L),
          sequences(
              second.take(
                  SPRING,
                  Lead.of("t-1", DEADLINE_MS),
                  Lead.of("t-300", DEADLINE_MS),
                  Lead.of("t-301", DEADLINE_MS))));
      Spool.RestoredLane lane = second.spool.restored().get(0);
      assertEquals(300, lane.settledByState()[0]);
      assertEquals(1, lane.settledByState()[RequestState.SUBMITTED.code()]);
      assertEquals(299, lane.unsettledByBucket().values().stream().mapToLong(n -> n).sum());
    }
  }

  private Spooling restart() {
    return new Spooling(store);
  }

  private void settle(StoredRequest request, RequestState state) {
    settle(spooling, request, state);
  }

  private static void settle(Spooling spooling, StoredRequest request, RequestState state) {
    StoreWorker worker = spooling.worker(reply -> {});
    worker.offer(
        new StoreCommand.Settle(
            List.of(new Settlement(request, state, Reason.NONE, 3, 5, 6, "their-1"))));
    worker.runOnce();
  }

  private Spool.Found find(CampaignId campaign, String token) {
    return spooling.spool.find(campaign, new ClientToken(token)).orElseThrow();
  }

  private static Lead lead(String token) {
    return Lead.of(token, DEADLINE_MS);
  }

  private static DialSlot slot(CampaignId campaign, Lead... leads) {
    return Lead.slot(campaign, List.of(leads), 1_000);
  }

  private static DialSlot recall(CampaignId campaign, String token) {
    var slot = new DialSlot();
    slot.recall(campaign, token, 1_000, answer -> {});
    return slot;
  }

  private static List<Long> sequences(List<Found> found) {
    return found.stream().map(Found::sequence).toList();
  }
}
