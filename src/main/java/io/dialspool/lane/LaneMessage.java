package io.dialspool.lane;

import io.dialspool.request.RecallAnswer;
import io.dialspool.spool.AppendedPage;
import java.util.function.Consumer;

/** What the ring hands over to the lanes, in the order of its stages. */
public sealed interface LaneMessage {
  record Appended(AppendedPage page) implements LaneMessage {}

  record Recall(int lane, long sequence, Consumer<RecallAnswer> reply) implements LaneMessage {}
}
