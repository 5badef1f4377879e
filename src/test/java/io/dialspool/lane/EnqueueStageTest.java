package io.dialspool.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Stages;
import io.dialspool.spool.Lead;
import io.dialspool.spool.Spooling;
import io.dialspool.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnqueueStageTest {
  private static final CampaignId SPRING = new CampaignId("spring");

  private final Spooling spooling = new Spooling(new MemoryStore());
  private final List<String> woken = new ArrayList<>();
  private final Mailbox mailbox = new Mailbox(() -> woken.add("woken"));
  private final List<RecallAnswer> answers = new ArrayList<>();

  @Test
  void shouldHandOverWhatWasSyncedAndThenTheRecalls() {
    run(recall("a"), put("a", "b"), recall("b"));
    var page = assertInstanceOf(LaneMessage.Appended.class, mailbox.poll());
    assertEquals(2, page.page().count());
    var recall = assertInstanceOf(LaneMessage.Recall.class, mailbox.poll());
    assertEquals(2, recall.sequence());
    assertEquals(1, recall.lane());
    assertNull(mailbox.poll());
    // The first recall came before its put.
    assertEquals(List.of(new RecallAnswer.Unknown()), answers);
    assertEquals(1, woken.size());
  }

  @Test
  void shouldAnswerARecallOfAnUnknownTokenAtOnce() {
    run(put("a"));
    run(recall("b"));
    assertEquals(List.of(new RecallAnswer.Unknown()), answers);
    assertNotNull(mailbox.poll());
    assertNull(mailbox.poll());
  }

  @Test
  void shouldHandOverNothingForRepeats() {
    run(put("a"));
    assertNotNull(mailbox.poll());
    run(put("a"));
    assertNull(mailbox.poll());
  }

  private void run(DialSlot... slots) {
    List<Stage> stages =
        List.of(spooling.stage.dedupe(), spooling.stage, new EnqueueStage(spooling.stage, mailbox));
    var handler = new Stages(1_000, stages);
    for (int i = 0; i < slots.length; i++) {
      handler.onEvent(slots[i], i, i == slots.length - 1);
    }
  }

  private static DialSlot put(String... tokens) {
    var leads = new ArrayList<Lead>();
    for (String token : tokens) {
      leads.add(Lead.of(token, 3_600_000));
    }
    return Lead.slot(SPRING, leads, 1_000);
  }

  private DialSlot recall(String token) {
    var slot = new DialSlot();
    slot.recall(SPRING, token, 1_000, answers::add);
    return slot;
  }
}
