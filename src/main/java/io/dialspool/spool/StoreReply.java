package io.dialspool.spool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The store thread's answers, in the order of the commands. */
public sealed interface StoreReply {
  /**
   * @param requests unsettled ones, in order
   * @param next where to read on; equal to {@code before} once there is nothing more
   */
  record ReadAheadDone(LaneInfo lane, List<StoredRequest> requests, long next)
      implements StoreReply {}

  /** Synced. */
  record Settled(List<Settlement> settlements) implements StoreReply {}

  /** Synced. */
  record MarksWritten(LaneInfo lane, List<Mark> marks) implements StoreReply {}

  /** Synced; {@code then} is for dispatch to run. */
  record PauseWritten(Runnable then) implements StoreReply {}

  /**
   * @param expired unsettled requests of the bucket
   * @param nextPage 0 once the bucket is done, else where to go on
   */
  record Swept(LaneInfo lane, int bucket, List<StoredRequest> expired, long nextPage)
      implements StoreReply {}

  /**
   * @param found null if there is no such request
   */
  record FindDone(LaneInfo lane, long sequence, long ticket, Spool.@Nullable Found found)
      implements StoreReply {}
}
