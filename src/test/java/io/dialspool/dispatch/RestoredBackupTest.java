package io.dialspool.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RequestState;
import io.dialspool.spool.Backup;
import io.dialspool.spool.LaneInfo;
import io.dialspool.spool.OutcomeFeed;
import io.dialspool.spool.Spool;
import io.dialspool.store.MemoryStore;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.Space;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A spool goes back to what it was an hour ago: half of what it held then has been sent since,
 * which it doesn't know.
 */
class RestoredBackupTest {
  private static final CampaignId SPRING = new CampaignId("spring");
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;
  private static final int HELD = 50;

  /** It was paused in the backup, so two reads of Running are waited for. */
  private static final long UNTIL_OPEN_MS = 7_000;

  private final MemoryStore original = new MemoryStore();
  private final MemoryStore backup = new MemoryStore();
  private Dispatching service = new Dispatching(original);
  private List<String> tokens = List.of();
  private long takenAtMs;

  @BeforeEach
  void backUpHalfAnHourBeforeTheDiskIsLost() {
    service.target.states.put(SPRING, CampaignState.PAUSED);
    tokens = service.accept(SPRING, HELD, 20 * DAY_MS);
    service.settleDown();
    copy(original, backup);
    takenAtMs = service.clock.epochMs();
    Backup.seal(backup, takenAtMs);
    service.open(SPRING);
    service.clock.advanceMs(HOUR_MS / 2);
    service.run(1_000);
    assertEquals(HELD, service.counts(SPRING).submitted());
    service.takePuts();
  }

  @Test
  void shouldSendAgainUnderTheSameTokensWhileTheyLive() {
    service.clock.advanceMs(ClientToken.LIFE_MS - HOUR_MS);
    restore();
    service.run(UNTIL_OPEN_MS);
    assertEquals(tokens, service.takePuts().stream().flatMap(List::stream).toList());
    assertEquals(HELD, service.counts(SPRING).submitted());
  }

  @Test
  void shouldSendNothingAgainOnceTheTokensMayBeForgotten() {
    service.clock.advanceMs(ClientToken.LIFE_MS - HOUR_MS / 2);
    restore();
    service.run(UNTIL_OPEN_MS);
    assertEquals(List.of(), service.takePuts());
    assertEquals(HELD, service.counts(SPRING).undeliverable());
    assertEquals(Reason.IN_DOUBT, service.status(SPRING, tokens.get(0)).reason());
    Evidence evidence = service.status(SPRING, tokens.get(0)).evidence();
    assertNotNull(evidence);
    assertEquals(Evidence.Doubt.EARLIER_LIFE, evidence.doubt());
    assertEquals(Evidence.Policy.TOKEN_LIFE, evidence.policy());
    assertEquals(takenAtMs, service.status(SPRING, tokens.get(0)).firstSentAtMs());
  }

  @Test
  void shouldEndInDoubtAndNotExpiredWhatIsHeldUntilItsDeadline() {
    restore();
    service.change(SPRING, CampaignState.PAUSED);
    service.runByItself(21 * DAY_MS);
    assertEquals(HELD, service.counts(SPRING).undeliverable());
    assertEquals(0, service.counts(SPRING).expired());
  }

  @Test
  void shouldNotSayThatWhatMayHaveBeenSentIsCancelled() {
    restore();
    service.change(SPRING, CampaignState.PAUSED);
    service.recall(SPRING, tokens.get(0));
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.TooLate(RequestState.QUEUED)), service.recalls);
  }

  @Test
  void shouldTakeNewRequestsForNew() {
    restore();
    service.run(UNTIL_OPEN_MS);
    service.change(SPRING, CampaignState.PAUSED);
    String fresh = service.accept(SPRING, 1, HOUR_MS).get(0);
    service.recall(SPRING, fresh);
    service.settleDown();
    assertEquals(List.of(new RecallAnswer.Cancelled()), service.recalls);
  }

  @Test
  void shouldStillDoubtAfterAnotherRestart() {
    restore();
    service.change(SPRING, CampaignState.PAUSED);
    service.settleDown();
    restart();
    service.clock.advanceMs(ClientToken.LIFE_MS);
    service.open(SPRING);
    service.run(UNTIL_OPEN_MS);
    assertEquals(List.of(), service.takePuts());
    assertEquals(HELD, service.counts(SPRING).undeliverable());
  }

  @Test
  void shouldTellAFollowerWhoseCursorIsNewerThanTheBackup() {
    LaneInfo lane = service.spool().lane(SPRING);
    assertNotNull(lane);
    var cursor =
        new OutcomeFeed(service.spool())
            .read(lane, OutcomeFeed.Kind.ALL, OutcomeFeed.Cursor.START, 1_000, 1_000)
            .next();
    assertTrue(cursor.number() > 0);
    restore();
    service.run(UNTIL_OPEN_MS);
    LaneInfo restored = service.spool().lane(SPRING);
    assertNotNull(restored);
    var feed = new OutcomeFeed(service.spool());
    assertEquals(
        HELD,
        feed.read(
                restored,
                OutcomeFeed.Kind.ALL,
                cursor,
                feed.lastNumber(restored, OutcomeFeed.Kind.ALL),
                1_000)
            .entries()
            .size());
  }

  private void restore() {
    Backup.Restored restored = Backup.restore(backup, service.clock.epochMs());
    assertEquals(takenAtMs, restored.takenAtMs());
    assertEquals(HELD, restored.held().get(0).waiting());
    restart();
  }

  private void restart() {
    service = new Dispatching(backup, Dispatching.CONFIG, 1_000, service.clock);
    service.target.states.put(SPRING, CampaignState.RUNNING);
  }

  private static void copy(OrderedStore from, OrderedStore to) {
    byte[] end = new byte[32];
    Arrays.fill(end, (byte) 0xff);
    try (OrderedStore.Batch batch = to.newBatch()) {
      for (Space space : Spool.spaces()) {
        from.scan(
            space,
            new byte[0],
            end,
            (key, value) -> {
              batch.put(space, key, value);
              return true;
            });
      }
      to.write(batch, true);
    }
  }
}
