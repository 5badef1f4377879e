package io.dialspool.intake;

import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Redrive;
import io.dialspool.ring.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers batches and redrives, at the end of a group only: by then the spool stage, which comes
 * before, has synced them. Recalls are answered by whoever decides them.
 */
public final class AcknowledgeStage implements Stage {
  /** Of the event loops that get something of the present group. */
  private final List<Outbox> outboxes = new ArrayList<>();

  @Override
  public void endOfGroup(List<DialSlot> group) {
    for (DialSlot slot : group) {
      Redrive redrive = slot.redrive();
      if (redrive != null) {
        redrive.synced();
      } else if (!slot.isEmpty() && !slot.isRecall()) {
        synced(slot);
      }
    }
    for (Outbox outbox : outboxes) {
      outbox.handOver();
    }
    outboxes.clear();
  }

  private void synced(DialSlot slot) {
    DialSlot.Reply reply = slot.reply();
    if (reply instanceof GroupReply together && !outboxes.contains(together.outbox())) {
      outboxes.add(together.outbox());
    }
    reply.synced(slot);
  }
}
