package io.dialspool.intake;

import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Redrive;
import io.dialspool.ring.Stage;
import java.util.List;

/**
 * Answers batches and redrives, at the end of a group only: by then the spool stage, which comes
 * before, has synced them. Recalls are answered by whoever decides them.
 */
public final class AcknowledgeStage implements Stage {
  @Override
  public void endOfGroup(List<DialSlot> group) {
    for (DialSlot slot : group) {
      Redrive redrive = slot.redrive();
      if (redrive != null) {
        redrive.synced();
      } else if (!slot.isEmpty() && !slot.isRecall()) {
        slot.reply().synced(slot);
      }
    }
  }
}
