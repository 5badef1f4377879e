package io.dialspool.intake;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replies of one group that go to one event loop. The ring's thread fills it, the loop empties
 * it; the loop's queue lies between them.
 */
final class GroupReplies implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupReplies.class);
  private static final int REPLIES_AT_START = 16;
  private static final int BYTES_AT_START = 2 * 1024;
  private static final int BYTES_KEPT_MAX = 256 * 1024;

  private final Outbox outbox;
  private final JsonBytes answers = new JsonBytes(BYTES_AT_START);
  private @Nullable GroupReply[] replies = new @Nullable GroupReply[REPLIES_AT_START];
  private int size;
  private int accepted;
  private int duplicates;
  private int invalid;
  private int collided;

  GroupReplies(Outbox outbox) {
    this.outbox = outbox;
  }

  // --- on the ring's thread

  /** Where replies write what they will deliver. */
  JsonBytes answers() {
    return answers;
  }

  void add(GroupReply reply) {
    if (size == replies.length) {
      replies = Arrays.copyOf(replies, size * 2);
    }
    replies[size++] = reply;
  }

  /** What became of one reply's items; counted once for the group. */
  void tally(int itsAccepted, int itsDuplicates, int itsInvalid, int itsCollided) {
    accepted += itsAccepted;
    duplicates += itsDuplicates;
    invalid += itsInvalid;
    collided += itsCollided;
  }

  void count(Intake intake) {
    intake.count(accepted, duplicates, invalid, collided);
  }

  void lost() {
    for (int i = 0; i < size; i++) {
      reply(i).lost();
    }
  }

  // --- on the loop

  @Override
  public void run() {
    for (int i = 0; i < size; i++) {
      try {
        reply(i).deliver(answers.bytes());
      } catch (RuntimeException e) {
        LOG.error("An answer failed", e); // the others' must not
      }
    }
    for (int i = 0; i < size; i++) {
      try {
        reply(i).delivered();
      } catch (RuntimeException e) {
        LOG.error("An answer failed", e);
      }
    }
    clear();
    outbox.takeBack(this);
  }

  private GroupReply reply(int index) {
    GroupReply reply = replies[index];
    if (reply == null) {
      throw new IllegalStateException("no reply " + index + " of " + size);
    }
    return reply;
  }

  private void clear() {
    Arrays.fill(replies, 0, size, null);
    size = 0;
    answers.clear(BYTES_KEPT_MAX);
    accepted = 0;
    duplicates = 0;
    invalid = 0;
    collided = 0;
  }
}
