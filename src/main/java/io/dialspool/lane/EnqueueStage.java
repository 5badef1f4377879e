package io.dialspool.lane;

import io.dialspool.request.RecallAnswer;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Stage;
import io.dialspool.ring.Verdict;
import io.dialspool.spool.AppendedPage;
import io.dialspool.spool.SpoolStage;
import java.util.List;

/**
 * Hands over what was synced to its lanes: pages first, then recalls, so that a recall never comes
 * before its put. Runs before the answers go out, so that a status asked right after an answer
 * counts the request.
 */
public final class EnqueueStage implements Stage {
  private final SpoolStage spool;
  private final Mailbox mailbox;

  public EnqueueStage(SpoolStage spool, Mailbox mailbox) {
    this.spool = spool;
    this.mailbox = mailbox;
  }

  @Override
  public void endOfGroup(List<DialSlot> group) {
    boolean any = false;
    for (AppendedPage page : spool.takeAppended()) {
      mailbox.put(new LaneMessage.Appended(page));
      any = true;
    }
    for (DialSlot slot : group) {
      if (slot.isRecall()) {
        if (slot.items().verdict(0) == Verdict.DUPLICATE) {
          mailbox.put(
              new LaneMessage.Recall(slot.lane(), slot.items().sequence(0), slot.recallReply()));
          any = true;
        } else {
          slot.recallReply().accept(new RecallAnswer.Unknown());
        }
      }
    }
    if (any) {
      mailbox.deliver();
    }
  }
}
