package io.dialspool.intake;

import com.lmax.disruptor.RingBuffer;
import io.dialspool.http.OkHead;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.time.Clock;
import io.netty.channel.EventLoop;

/** What the connections of one event loop share; only on that loop. */
final class Loop {
  private static final int SCRATCH_BYTES = 64 * 1024;

  final BatchParser batches = new BatchParser();
  final LineParser lines = new LineParser();
  final WaitingForRoom waiting;
  final Outbox outbox;
  final EventLoop events;

  final OkHead okHead = new OkHead();

  /** Empty between two uses; traded for a slot's. */
  DialItems items = new DialItems();

  private byte[] scratch = new byte[SCRATCH_BYTES];

  Loop(EventLoop loop, Intake intake) {
    events = loop;
    Clock clock = intake.clock;
    RingBuffer<DialSlot> ring = intake.ring;
    outbox = new Outbox(intake, loop);
    waiting = new WaitingForRoom(loop, clock, () -> ring.hasAvailableCapacity(1));
  }

  /** At least {@code bytes} long; until the next call. */
  byte[] scratch(int bytes) {
    if (scratch.length < bytes) {
      scratch = new byte[bytes];
    }
    return scratch;
  }
}
