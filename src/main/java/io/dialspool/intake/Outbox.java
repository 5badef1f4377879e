package io.dialspool.intake;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where the ring's thread leaves one event loop's replies. Those of a group go over as one task,
 * for a task and a wake-up for each cost more than the answers themselves.
 */
final class Outbox {
  /** Groups on their way at once that are used again; more are made and forgotten. */
  private static final int KEPT_MAX = 64;

  private final Intake intake;
  private final EventLoop loop;
  private final Queue<GroupReplies> kept = new ArrayBlockingQueue<>(KEPT_MAX);
  private @Nullable GroupReplies filling;

  Outbox(Intake intake, EventLoop loop) {
    this.intake = intake;
    this.loop = loop;
  }

  /** The group being gathered. On the ring's thread. */
  GroupReplies filling() {
    GroupReplies group = filling;
    if (group == null) {
      group = kept.poll();
      if (group == null) {
        group = new GroupReplies(this);
      }
      filling = group;
    }
    return group;
  }

  /** The group has ended. On the ring's thread. */
  void handOver() {
    GroupReplies group = filling;
    filling = null;
    if (group == null) {
      return;
    }
    group.count(intake);
    try {
      loop.execute(group);
    } catch (RejectedExecutionException e) {
      group.lost();
    }
  }

  /** To be used again. On the loop. */
  void takeBack(GroupReplies group) {
    kept.offer(group);
  }
}
