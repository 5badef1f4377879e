package io.dialspool.reconcile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.dispatch.Dispatching;
import io.dialspool.lane.QueuedRequest;
import io.dialspool.request.CampaignId;
import io.dialspool.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentIdsTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final int REMEMBERED = 16_384;

  private final RecentIds ids = new RecentIds();
  private final List<QueuedRequest> requests = requests();

  private static List<QueuedRequest> requests() {
    var service = new Dispatching(new MemoryStore());
    List<String> tokens = service.accept(SPRING, 2, 3_600_000);
    service.settleDown();
    service.target.byDefault = batch -> null; // keeps them in flight
    service.open(SPRING);
    service.run(30);
    var found = new ArrayList<QueuedRequest>();
    tokens.forEach(token -> found.add(service.queued(SPRING, token)));
    return found;
  }

  @Test
  void shouldNoticeOneIdForTwoRequests() {
    assertFalse(ids.isAnothers("a", requests.get(0)));
    assertFalse(ids.isAnothers("a", requests.get(0)), "the same request again");
    assertTrue(ids.isAnothers("a", requests.get(1)));
  }

  @Test
  void shouldKnowNothingOfNoId() {
    assertFalse(ids.isAnothers("", requests.get(0)));
    assertFalse(ids.isAnothers("", requests.get(1)));
  }

  @Test
  void shouldTellIdsOfOneHashApart() {
    assertFalse(ids.isAnothers("Aa", requests.get(0)));
    assertFalse(ids.isAnothers("BB", requests.get(1)));
    assertTrue(ids.isAnothers("Aa", requests.get(1)));
    assertTrue(ids.isAnothers("BB", requests.get(0)));
  }

  @Test
  void shouldForgetTheOldestOnly() {
    for (int i = 0; i <= REMEMBERED; i++) {
      assertFalse(ids.isAnothers("id-" + i, requests.get(0)));
    }
    for (int i = REMEMBERED; i > 0; i--) {
      assertTrue(ids.isAnothers("id-" + i, requests.get(1)), "id-" + i);
    }
    assertFalse(ids.isAnothers("id-0", requests.get(1)), "forgotten");
    assertFalse(ids.isAnothers("id-1", requests.get(1)), "and now this one");
  }

  @Test
  void shouldKeepItsChainsWholeOverManyRounds() {
    for (int i = 0; i < 5 * REMEMBERED; i++) {
      assertFalse(ids.isAnothers("id-" + i, requests.get(0)));
    }
    for (int i = 4 * REMEMBERED; i < 5 * REMEMBERED; i++) {
      assertTrue(ids.isAnothers("id-" + i, requests.get(1)), "id-" + i);
    }
  }
}
