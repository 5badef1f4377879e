package io.dialspool.webhooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.config.WebhookConfig;
import io.dialspool.request.CampaignId;
import io.dialspool.request.DeadDelivery;
import io.dialspool.spool.Bookmarks;
import io.dialspool.store.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CourierTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final CampaignId SUMMER = new CampaignId("summer");
  private static final long DAY_MS = Duration.ofDays(1).toMillis();
  private static final long FEED_WINDOW_MS = 7 * DAY_MS;

  private final FakeFeed feed = new FakeFeed();
  private final FakeReceiver receiver = new FakeReceiver();
  private final MemoryStore store = new MemoryStore();
  private final Counts counts = new Counts();
  private long nowMs = 10 * DAY_MS;
  private Courier courier = courier(config(3, ""));

  private static final class Counts implements WebhookMeter {
    private long delivered;
    private long givenUp;
    private long missed;
    private long lagMs;

    @Override
    public void delivered(int outcomes, long durationNs) {
      delivered += outcomes;
    }

    @Override
    public void refused(long durationNs) {}

    @Override
    public void unanswered(long durationNs) {}

    @Override
    public void givenUp(long outcomes) {
      givenUp += outcomes;
    }

    @Override
    public void missed() {
      missed++;
    }

    @Override
    public void standing(long lag, long deadOutcomes) {
      lagMs = lag;
    }
  }

  private static WebhookConfig config(int batch, String campaigns) {
    return new WebhookConfig(
        "https://crm.example.com/hook",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        campaigns,
        batch,
        1_000,
        10_000,
        2,
        3,
        Duration.ofDays(3),
        1_000,
        60_000,
        "",
        false);
  }

  private Courier courier(WebhookConfig config) {
    return new Courier(
        "crm",
        config,
        feed,
        new Ledger("crm", new Bookmarks(store)),
        receiver,
        counts,
        FEED_WINDOW_MS,
        () -> {});
  }

  private void restart() {
    courier = courier(config(3, ""));
    courier.ended(SPRING, nowNs(), nowMs);
    courier.ended(SUMMER, nowNs(), nowMs);
    later(1_000);
  }

  private long nowNs() {
    return TimeUnit.MILLISECONDS.toNanos(nowMs);
  }

  private void turn() {
    for (int i = 0; i < 100 && courier.runOnce(nowNs(), nowMs) > 0; i++) {}
  }

  private void later(long ms) {
    nowMs += ms;
    turn();
  }

  private void end(CampaignId campaign, String... tokens) {
    for (String token : tokens) {
      feed.end(campaign, token, nowMs);
    }
    courier.ended(campaign, nowNs(), nowMs);
    turn();
  }

  private List<String> taken() {
    List<String> tokens = receiver.answer(200);
    turn();
    return tokens;
  }

  @Test
  void shouldBringOutcomesTogetherOnceLingerHasPassed() {
    end(SPRING, "a");
    later(999);
    assertEquals(0, receiver.open());
    end(SPRING, "b");
    later(1);
    assertEquals(List.of("a", "b"), taken());
    assertEquals(0, receiver.open());
    assertEquals(2, counts.delivered);
  }

  @Test
  void shouldBringABacklogInFullBatchesOneBehindTheOther() {
    end(SPRING, "a", "b", "c", "d", "e", "f", "g");
    later(1_000);
    assertEquals(1, receiver.open());
    assertEquals(List.of("a", "b", "c"), taken());
    assertEquals(List.of("d", "e", "f"), taken());
    assertEquals(List.of("g"), taken());
    assertEquals(0, receiver.open());
  }

  @Test
  void shouldSignIdTimestampAndBody() {
    end(SPRING, "a");
    later(1_000);
    Receiver.Message message = receiver.messages.get(0);
    assertEquals(TimeUnit.MILLISECONDS.toSeconds(nowMs), message.timestampSeconds());
    String expected =
        new Signer(config(1, "").keys())
            .sign(message.id(), message.timestampSeconds(), message.body());
    assertEquals(expected, message.signature());
  }

  @Test
  void shouldRepeatTheSameMessageThoughMoreHasEnded() {
    end(SPRING, "a");
    later(1_000);
    fails(Receiver.Answer.none("timeout"));
    end(SPRING, "b");
    later(2_000);
    assertEquals(List.of("a"), taken());
    Receiver.Message first = receiver.messages.get(0);
    Receiver.Message again = receiver.messages.get(1);
    assertEquals(first.id(), again.id());
    assertArrayEquals(first.body(), again.body());
    assertNotEquals(first.signature(), again.signature(), "each try has a timestamp of its own");
    later(1_000);
    assertEquals(List.of("b"), taken());
  }

  @Test
  void shouldGoOnBehindWhatWasTakenAfterARestart() {
    end(SPRING, "a", "b", "c", "d");
    later(1_000);
    assertEquals(List.of("a", "b", "c"), taken());
    assertEquals(1, receiver.open()); // d is on its way, and nobody ever hears the answer
    restart();
    receiver.answer(200);
    assertEquals(List.of("d"), taken());
    restart();
    assertEquals(0, receiver.open());
  }

  @Test
  void shouldBringWhatWasNotAnsweredAgainAfterARestart() {
    end(SPRING, "a", "b");
    later(1_000);
    restart();
    receiver.answer(200);
    assertEquals(List.of("a", "b"), taken());
  }

  @Test
  void shouldAskAnAbsentReceiverByOneCallAtATimeEverLongerApart() {
    end(SPRING, "a");
    end(SUMMER, "x");
    later(1_000);
    assertEquals(2, receiver.open());
    receiver.answer(503);
    receiver.answer(503);
    turn();
    var calls = new ArrayList<Long>();
    for (int second = 0; second < 600; second++) {
      later(1_000);
      assertTrue(receiver.open() <= 1, "more than one call while nobody answers");
      if (receiver.open() == 1) {
        calls.add(nowMs);
        receiver.answer(Receiver.Answer.none("can't be reached"));
        turn();
      }
    }
    assertTrue(calls.size() >= 8 && calls.size() <= 30, () -> calls.size() + " calls");
    long lastPauseMs = calls.get(calls.size() - 1) - calls.get(calls.size() - 2);
    assertTrue(lastPauseMs >= 40_000, () -> lastPauseMs + " ms between the last two");
    for (int second = 0; second < 90 && receiver.open() == 0; second++) {
      later(1_000);
    }
    taken();
    assertEquals(1, receiver.open(), "the other campaign follows at once");
    taken();
    assertEquals(2, counts.delivered);
    assertFalse(courier.report(nowMs).failing());
  }

  @Test
  void shouldWaitAsLongAsTheReceiverSays() {
    end(SPRING, "a");
    later(1_000);
    fails(Receiver.Answer.of(429, 120));
    later(119_000);
    assertEquals(0, receiver.open());
    later(1_000);
    assertEquals(List.of("a"), taken());
  }

  @Test
  void shouldHoldUpOnlyTheCampaignWhoseBatchIsRefused() {
    end(SUMMER, "x");
    later(500);
    end(SPRING, "bad");
    later(500);
    taken();
    later(500);
    fails(Receiver.Answer.of(400, 0));
    end(SUMMER, "y");
    later(1_000);
    assertTrue(
        receiver.messages.stream().anyMatch(m -> FakeReceiver.tokens(m).contains("y")),
        "summer waits for spring");
  }

  @Test
  void shouldPutARefusedBatchAsideAndGoOn() {
    end(SPRING, "a", "b", "c", "d");
    later(1_000);
    refuse(3);
    assertEquals(3, counts.givenUp);
    assertEquals(List.of("d"), taken());
    List<DeadDelivery> dead = courier.deadLetters();
    assertEquals(1, dead.size());
    assertEquals(3, dead.get(0).outcomes());
    assertEquals("answered 422", dead.get(0).failure());
    assertEquals(3, courier.report(nowMs).deadLetters());
  }

  @Test
  void shouldJoinNeighboursThatWereGivenUp() {
    end(SPRING, "a", "b", "c", "d", "e");
    later(1_000);
    refuse(3);
    refuse(3);
    assertEquals(1, courier.deadLetters().size());
    assertEquals(5, courier.deadLetters().get(0).outcomes());
    assertEquals("0-0", courier.deadLetters().get(0).after());
    assertEquals("5-1", courier.deadLetters().get(0).through());
  }

  @Test
  void shouldBringDeadLettersAgainWhenToldTo() {
    end(SPRING, "a", "b", "c", "d", "e");
    later(1_000);
    refuse(3);
    assertEquals(List.of("d", "e"), taken());
    end(SPRING, "f");
    later(1_000);
    taken();
    assertEquals(0, courier.redeliver(SUMMER, nowNs()));
    assertEquals(3, courier.redeliver(SPRING, nowNs()));
    assertEquals(0, courier.redeliver(null, nowNs()), "they are under way");
    turn();
    assertEquals(List.of("a", "b", "c"), taken());
    assertEquals(List.of(), courier.deadLetters());
    assertEquals(0, receiver.open());
  }

  @Test
  void shouldGoOnBringingDeadLettersAgainAfterARestart() {
    end(SPRING, "a", "b", "c", "d");
    later(1_000);
    refuse(3);
    taken();
    courier.redeliver(null, nowNs());
    restart();
    assertEquals(List.of("a", "b", "c"), taken());
    assertEquals(List.of(), courier.deadLetters());
  }

  @Test
  void shouldKeepADeadLetterThatIsRefusedOnceMore() {
    end(SPRING, "a");
    later(1_000);
    refuse(3);
    courier.redeliver(null, nowNs());
    turn();
    refuse(3);
    assertEquals(1, courier.deadLetters().size());
    assertFalse(courier.deadLetters().get(0).redelivering());
    later(100_000);
    assertEquals(0, receiver.open());
  }

  @Test
  void shouldGiveUpWhatIsOldWhenNobodyAnswersForDays() {
    end(SPRING, "a", "b", "c", "d");
    later(2 * DAY_MS);
    end(SPRING, "e");
    fails(Receiver.Answer.none("timeout"));
    later(DAY_MS);
    assertEquals(List.of("a", "b", "c"), fails(Receiver.Answer.none("timeout")));
    assertEquals(4, counts.givenUp);
    assertEquals(4, courier.deadLetters().get(0).outcomes());
    later(120_000);
    assertEquals(List.of("e"), taken());
  }

  @Test
  void shouldSayWhatTheFeedLetGoBeforeItCouldBeBrought() {
    end(SPRING, "a");
    later(1_000);
    taken();
    end(SPRING, "b", "c", "d");
    feed.letGo(SPRING, 3);
    later(1_000);
    assertEquals(List.of("d"), taken());
    assertEquals(1, counts.missed);
  }

  @Test
  void shouldForgetDeadLettersThatTheFeedHasLetGo() {
    end(SPRING, "a");
    later(1_000);
    refuse(3);
    later(FEED_WINDOW_MS - 600_000);
    assertEquals(1, courier.deadLetters().size());
    later(1_200_000);
    assertEquals(List.of(), courier.deadLetters());
    assertEquals(0, courier.report(nowMs).deadLetters());
  }

  @Test
  void shouldBringOnlyTheCampaignsThatItIsFor() {
    courier = courier(config(3, "sum*, other"));
    end(SPRING, "a");
    end(SUMMER, "x");
    later(1_000);
    assertEquals(List.of("x"), taken());
    assertEquals(0, receiver.open());
  }

  @Test
  void shouldTellHowOldTheOldestIsThatWaits() {
    end(SPRING, "a");
    later(1_000);
    fails(Receiver.Answer.none("timeout"));
    later(60_000);
    assertEquals(61_000, counts.lagMs);
    taken();
    later(2_000);
    assertEquals(0, counts.lagMs);
  }

  @Test
  void shouldHoldNoMoreThanItsCallsInMemory() {
    for (int i = 0; i < 50; i++) {
      end(new CampaignId("c-" + i), "t-" + i);
    }
    later(1_000);
    assertEquals(2, receiver.open());
  }

  private List<String> fails(Receiver.Answer answer) {
    List<String> tokens = receiver.answer(answer);
    turn();
    return tokens;
  }

  /** Refuses the batch that is under way so many times. */
  private void refuse(int times) {
    for (int i = 0; i < times; i++) {
      for (int second = 0; second < 120 && receiver.open() == 0; second++) {
        later(1_000);
      }
      receiver.answer(422);
      turn();
    }
  }
}
