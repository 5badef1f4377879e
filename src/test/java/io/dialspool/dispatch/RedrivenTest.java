package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.lane.Place;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.store.MemoryStore;
import io.dialspool.target.BatchReply;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What dispatch does with a request that is accepted anew, and with a recall of it. */
class RedrivenTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;
  private static final long DAY_MS = 24 * HOUR_MS;

  private final MemoryStore store = new MemoryStore();
  private Dispatching service = new Dispatching(store);

  @Test
  void shouldSendARedrivenRequestOnceUnderItsToken() {
    String token = expired();
    service.open(SPRING);
    service.redrive(SPRING, HOUR_MS, false);
    service.run(100);
    assertEquals(List.of(List.of(token)), service.takePuts());
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
    assertEquals(2, service.counts(SPRING).accepted());
    assertEquals(1, service.counts(SPRING).expired());
    assertEquals(1, service.counts(SPRING).submitted());
  }

  @Test
  void shouldRecallARedrivenRequest() {
    String token = expired();
    service.redrive(SPRING, HOUR_MS, false);
    service.recall(SPRING, token);
    service.settleDown();
    service.open(SPRING);
    service.run(100);
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
    assertEquals(List.of(), service.takePuts());
    assertEquals(1, service.counts(SPRING).cancelled());
  }

  @Test
  void shouldNotSendWhatWasRecalledBeforeARestart() {
    service.target.states.put(SPRING, CampaignState.PAUSED);
    List<String> tokens = service.accept(SPRING, 3, HOUR_MS);
    service.settleDown();
    service.recall(SPRING, tokens.get(1));
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
    restart();
    service.open(SPRING);
    service.run(100);
    assertEquals(List.of(List.of(tokens.get(0), tokens.get(2))), service.takePuts());
    assertEquals(RequestState.CANCELLED, service.state(SPRING, tokens.get(1)));
  }

  @Test
  void shouldCarryTheDoubtOver() {
    String token = inDoubt();
    service.target.states.put(SPRING, CampaignState.RUNNING);
    service.redrive(SPRING, HOUR_MS, true);
    service.settleDown();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.QUEUED)), service.recalls);
    service.run(100);
    assertEquals(List.of(token), service.takePuts().get(0));
    assertEquals(RequestState.SUBMITTED, service.state(SPRING, token));
  }

  @Test
  void shouldCarryTheDoubtOverARestartAndFromDiskToo() {
    String token = inDoubt();
    service.change(SPRING, CampaignState.PAUSED);
    service.redrive(SPRING, HOUR_MS, true);
    service.settleDown();
    restart();
    service.recall(SPRING, token);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.QUEUED)), service.recalls);
    service.clock.advanceMs(2 * HOUR_MS);
    service.runByItself(3 * MINUTE_MS);
    assertEquals(RequestState.UNDELIVERABLE, service.state(SPRING, token));
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
  }

  @Test
  void shouldNotSendAnInheritedTokenThatHasDied() {
    String token = inDoubt();
    service.change(SPRING, CampaignState.PAUSED);
    service.redrive(SPRING, 20 * DAY_MS, true);
    service.settleDown();
    service.clock.advanceMs(ClientToken.LIFE_MS);
    service.run(2 * MINUTE_MS); // a jump of the wall clock stops expiry for a minute
    service.takePuts();
    service.open(SPRING);
    service.run(1_000);
    assertEquals(List.of(), service.takePuts());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
  }

  @Test
  void shouldTellHowLongTheTokenOfADoubtfulRequestLives() {
    long beganMs = service.clock.epochMs();
    String token = inDoubt();
    long firstSentAtMs = service.status(SPRING, token).firstSentAtMs();
    assertTrue(firstSentAtMs >= beganMs && firstSentAtMs <= beganMs + MINUTE_MS);
  }

  /** A request that ended before it could be sent, in a campaign that is paused. */
  private String expired() {
    service.target.states.put(SPRING, CampaignState.PAUSED);
    String token = service.accept(SPRING, 1, MINUTE_MS).get(0);
    service.run(3 * MINUTE_MS);
    assertEquals(RequestState.EXPIRED, service.state(SPRING, token));
    return token;
  }

  /** One that was sent without an answer and can't be sent again. */
  private String inDoubt() {
    service.target.byDefault = batch -> new BatchReply.Unanswered("timeout");
    String token = service.accept(SPRING, 1, MINUTE_MS).get(0);
    service.open(SPRING);
    service.run(1_000);
    assertEquals(Place.IN_PARCEL, service.place(SPRING, token));
    service.run(2 * MINUTE_MS);
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, token).reason());
    service.target.byDefault = ScriptedTarget::allTaken;
    service.takePuts();
    return token;
  }

  private void restart() {
    service = new Dispatching(store, Dispatching.CONFIG, 1_000, service.clock);
  }
}
