package io.dialspool.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.ring.Verdict;
import io.dialspool.store.MemoryStore;
import io.dialspool.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  private final MemoryStore store = new MemoryStore();
  private Spooling spooling = new Spooling(store);
  private final StoreWorker worker = spooling.worker(reply -> {});
  private long nowMs = DAY_MS;
  private final Retention retention =
      new Retention(
          spooling.spool,
          worker,
          new Clock() {
            @Override
            public long nanoTime() {
              return nowMs * 1_000_000;
            }

            @Override
            public long epochMs() {
              return nowMs;
            }
          },
          Duration.ofDays(7),
          Duration.ofDays(30),
          Duration.ofDays(7));

  @Test
  void shouldForgetATokenOnceItsWindowHasPassed() {
    page("old");
    page("last");
    settleAll(RequestState.SUBMITTED);
    after(7);
    assertEquals(Verdict.DUPLICATE, again("old"));
    after(8);
    assertEquals(Verdict.FINE, again("old"));
  }

  @Test
  void shouldKeepTheLastPageSinceItTellsTheNextSequence() {
    page("old");
    page("last");
    settleAll(RequestState.SUBMITTED);
    after(8);
    var restarted = new Spooling(store);
    assertTrue(restarted.spool.find(SPRING, new ClientToken("last")).isPresent());
    assertEquals(3, restarted.take(SPRING, Lead.of("next", 40 * DAY_MS)).get(0).sequence());
  }

  @Test
  void shouldKeepDeadLettersLonger() {
    page("old");
    page("last");
    settleAll(RequestState.EXPIRED);
    after(8);
    assertTrue(spooling.spool.find(SPRING, new ClientToken("old")).isPresent());
    after(31);
    assertTrue(spooling.spool.find(SPRING, new ClientToken("old")).isEmpty());
  }

  @Test
  void shouldKeepAPageOfWhichSomethingWaits() {
    page("old", "waits");
    page("last");
    settle(RequestState.SUBMITTED, spooling.requests().get(0));
    after(400);
    assertTrue(spooling.spool.find(SPRING, new ClientToken("old")).isPresent());
  }

  @Test
  void shouldGoOnWhereALongLaneWasLeft() {
    for (int i = 0; i < 200; i++) {
      page("t-" + i);
    }
    settleAll(RequestState.SUBMITTED);
    after(8);
    for (int i = 0; i < 199; i++) {
      assertTrue(spooling.spool.find(SPRING, new ClientToken("t-" + i)).isEmpty(), "t-" + i);
    }
    assertTrue(spooling.spool.find(SPRING, new ClientToken("t-199")).isPresent());
  }

  private void page(String... tokens) {
    var leads = new ArrayList<Lead>();
    for (String token : tokens) {
      leads.add(Lead.of(token, 40 * DAY_MS));
    }
    spooling.take(SPRING, leads.toArray(new Lead[0]));
  }

  private Verdict again(String token) {
    return spooling.take(SPRING, Lead.of(token, 40 * DAY_MS)).get(0).verdict();
  }

  private void settleAll(RequestState state) {
    settle(state, spooling.requests().toArray(new StoredRequest[0]));
  }

  private void settle(RequestState state, StoredRequest... requests) {
    var settlements = new ArrayList<Settlement>();
    for (StoredRequest request : requests) {
      settlements.add(new Settlement(request, state, Reason.NONE, 1, nowMs, nowMs, null));
    }
    worker.offer(new StoreCommand.Settle(List.copyOf(settlements)));
    worker.runOnce();
  }

  /** Days after the requests ended, with enough turns for everything that is due. */
  private void after(int days) {
    nowMs = DAY_MS + days * DAY_MS;
    for (int turn = 0; turn < 10; turn++) {
      retention.runOnce();
      worker.runOnce();
    }
  }
}
