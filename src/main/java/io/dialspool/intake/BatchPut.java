package io.dialspool.intake;

import com.lmax.disruptor.InsufficientCapacityException;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Traceparent;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection's PutDialRequestBatch, one after the other: gathers the body, asks for admission,
 * parses, takes a slot of the ring, answers once that is synced. On its event loop except for
 * {@link #synced} and {@link #lost}.
 */
final class BatchPut implements Exchange, WaitingForRoom.Waiter, GroupReply, Consumer<Admission> {
  private static final long PATIENCE_MS = 100;

  /** A body holds room that others could use. */
  private static final int BODY_SECONDS_MAX = 30;

  private static final ApiError TOO_SLOW =
      new ApiError(
          408,
          "RequestTimeoutException",
          "body: took longer than "
              + BODY_SECONDS_MAX
              + " s (expected: all of it within that time)",
          null,
          0);

  private static final byte[] SUCCESSFUL = JsonBytes.ascii("{\"successfulRequests\":[");
  private static final byte[] FAILED = JsonBytes.ascii("],\"failedRequests\":[");
  private static final byte[] TOKEN = JsonBytes.ascii("{\"clientToken\":");
  private static final byte[] ID = JsonBytes.ascii(",\"id\":\"ds-");
  private static final byte[] NO_TOKEN = JsonBytes.ascii("{\"failureCode\":\"");
  private static final byte[] FAILURE = JsonBytes.ascii(",\"failureCode\":\"");
  private static final byte[] INVALID = JsonBytes.ascii("InvalidInput\"},");
  private static final byte[] UNKNOWN = JsonBytes.ascii("UnknownError\"},");

  private final Intake intake;
  private final Door door;
  private @Nullable CampaignId campaign;
  private @Nullable Traceparent trace;

  /**
   * Of a known request, only while it is being begun; else, or if it has to wait, in {@link #body}.
   */
  private @Nullable ByteBuf whole;

  private @Nullable ByteBuf body;

  /** Kept from the first byte until the answer, for until then the slot holds as many. */
  private long reservedBytes;

  private long unfinishedBytes;
  private @Nullable Future<?> tooSlow;

  /** Where the group's bytes hold the answer. */
  private int answerAt;

  private int answerBytes;
  private boolean bodyHeld;
  private boolean running;
  private boolean closed;

  BatchPut(Intake intake, Door door) {
    this.intake = intake;
    this.door = door;
  }

  /** The last one is answered. */
  void begin(CampaignId itsCampaign, @Nullable Traceparent itsTrace) {
    campaign = itsCampaign;
    trace = itsTrace;
    reservedBytes = 0;
    bodyHeld = true;
  }

  /** The body in one piece, in place of {@link #content}. */
  void whole(ByteBuf content) {
    int bytes = content.readableBytes();
    if (bytes > intake.config.bodyBytesMax()) {
      letGo();
      end(ApiError.tooLarge(intake.config.bodyBytesMax()));
      return;
    }
    if (!intake.budget.tryReserve(bytes)) {
      letGo();
      refuse(CallRouter.FULL, true);
      return;
    }
    reservedBytes = bytes;
    whole = content;
    try {
      ask();
    } finally {
      whole = null;
    }
    if (bodyHeld) {
      body().writeBytes(content); // it has to wait
    }
  }

  private void ask() {
    running = true;
    intake.beginAnswer();
    intake.backstage.admit(Objects.requireNonNull(campaign), this);
  }

  private ByteBuf body() {
    ByteBuf held = body;
    if (held == null) {
      held = door.ctx().alloc().heapBuffer();
      body = held;
    }
    return held;
  }

  @Override
  public void content(HttpContent content) {
    int bytes = content.content().readableBytes();
    if (reservedBytes + bytes > intake.config.bodyBytesMax()) {
      letGo();
      intake.meters.refused("RequestEntityTooLargeException", 1);
      door.answerAndClose(ApiError.tooLarge(intake.config.bodyBytesMax()));
      return;
    }
    boolean last = content instanceof LastHttpContent;
    if (!intake.budget.tryReserve(bytes)) {
      letGo();
      refuse(CallRouter.FULL, last);
      return;
    }
    reservedBytes += bytes;
    body().writeBytes(content.content());
    if (last) {
      finished();
      ask();
    } else if (awaitRest(bytes)) {
      door.next();
    } else {
      letGo();
      refuse(CallRouter.FULL, false);
    }
  }

  /** False if unfinished bodies hold all that they may. */
  private boolean awaitRest(int bytes) {
    if (!intake.unfinished.tryReserve(bytes)) {
      return false;
    }
    unfinishedBytes += bytes;
    if (tooSlow == null) {
      tooSlow =
          door.ctx().executor().schedule(this::endTooSlow, BODY_SECONDS_MAX, TimeUnit.SECONDS);
    }
    return true;
  }

  private void endTooSlow() {
    letGo();
    intake.meters.refused(TOO_SLOW.code(), 1);
    door.answerAndClose(TOO_SLOW);
  }

  private void finished() {
    intake.unfinished.release(unfinishedBytes);
    unfinishedBytes = 0;
    Future<?> limit = tooSlow;
    tooSlow = null;
    if (limit != null) {
      limit.cancel(false);
    }
  }

  private void refuse(ApiError error, boolean bodyRead) {
    intake.meters.refused(error.code(), 1);
    if (bodyRead) {
      door.answer(error);
    } else {
      door.divert(new RefusedBody(door, error, intake.config.bodyBytesMax()));
    }
  }

  @Override
  public void accept(Admission admission) {
    if (door.ctx().executor().inEventLoop()) {
      admitted(admission);
    } else {
      door.onLoop(() -> admitted(admission), () -> {});
    }
  }

  private void admitted(Admission admission) {
    if (closed) {
      return;
    }
    if (admission instanceof Admission.Refused refused) {
      end(refused.error());
    } else if (!door.loop().waiting.isEmpty() || !tryNow()) {
      door.loop().waiting.add(this, PATIENCE_MS);
    }
  }

  /** Parses and publishes; true if that is done or was refused. */
  @Override
  public boolean tryNow() {
    if (!intake.ring.hasAvailableCapacity(1)) {
      return false;
    }
    DialItems items = door.loop().items;
    try {
      parse(items);
    } catch (ShapeException e) {
      items.clear();
      end(ApiError.validation(e.member() + ": " + e.reason()));
      return true;
    }
    long sequence;
    try {
      sequence = intake.ring.tryNext();
    } catch (InsufficientCapacityException e) {
      items.clear(); // another loop was faster; parsed again when there is room
      return false;
    }
    try {
      DialSlot slot = intake.ring.get(sequence);
      door.loop().items =
          slot.trade(Objects.requireNonNull(campaign), items, intake.clock.epochMs(), this);
      if (trace != null) {
        slot.belongsTo(trace);
      }
    } finally {
      // At once, not at the end of the loop's turn with others: a sync that begins early is worth
      // more than a full group (measured).
      intake.ring.publish(sequence);
    }
    bodyHeld = false;
    releaseBody();
    return true;
  }

  private void parse(DialItems items) throws ShapeException {
    ByteBuf direct = whole;
    if (direct == null) {
      ByteBuf held = body();
      door.loop()
          .batches
          .parse(
              held.array(), held.arrayOffset() + held.readerIndex(), held.readableBytes(), items);
      return;
    }
    int bytes = direct.readableBytes();
    byte[] copy = door.loop().scratch(bytes);
    direct.getBytes(direct.readerIndex(), copy, 0, bytes);
    door.loop().batches.parse(copy, 0, bytes, items);
  }

  @Override
  public void giveUp() {
    end(CallRouter.FULL);
  }

  @Override
  public boolean gone() {
    return closed;
  }

  private void end(ApiError error) {
    letGo();
    done();
    refuse(error, true);
  }

  // --- answering

  @Override
  public Outbox outbox() {
    return door.loop().outbox;
  }

  @Override
  public void synced(DialSlot slot) {
    DialItems items = slot.items();
    int count = items.count();
    GroupReplies group = outbox().filling();
    JsonBytes json = group.answers();
    answerAt = json.length();
    int accepted = 0;
    int duplicates = 0;
    int invalid = 0;
    json.raw(SUCCESSFUL);
    for (int item = 0; item < count; item++) {
      Verdict verdict = items.verdict(item);
      if (verdict == Verdict.FINE || verdict == Verdict.DUPLICATE) {
        json.raw(TOKEN)
            .string(items.bytes(), items.tokenAt(item), items.tokenBytes(item))
            .raw(ID)
            .number(slot.lane())
            .raw('-')
            .number(items.sequence(item))
            .raw('"')
            .raw('}')
            .raw(',');
        accepted += verdict == Verdict.FINE ? 1 : 0;
        duplicates += verdict == Verdict.DUPLICATE ? 1 : 0;
      }
    }
    if (accepted + duplicates > 0) {
      json.dropLast();
    }
    json.raw(FAILED);
    for (int item = 0; item < count; item++) {
      Verdict verdict = items.verdict(item);
      if (verdict == Verdict.INVALID || verdict == Verdict.COLLISION) {
        if (LineUpload.isShowable(items, item)) {
          json.raw(TOKEN)
              .string(items.bytes(), items.tokenAt(item), items.tokenBytes(item))
              .raw(FAILURE);
        } else {
          json.raw(NO_TOKEN);
        }
        json.raw(verdict == Verdict.INVALID ? INVALID : UNKNOWN);
        invalid += verdict == Verdict.INVALID ? 1 : 0;
      }
    }
    int failed = count - accepted - duplicates;
    if (failed > 0) {
      json.dropLast();
    }
    json.raw(']').raw('}');
    answerBytes = json.length() - answerAt;
    group.tally(accepted, duplicates, invalid, failed - invalid);
    group.add(this);
  }

  @Override
  public void lost() {
    intake.budget.release(reservedBytes);
  }

  @Override
  public void deliver(byte[] answers) {
    intake.budget.release(reservedBytes);
    done();
    if (closed) {
      return;
    }
    door.answer(answers, answerAt, answerBytes);
  }

  @Override
  public void closed() {
    closed = true;
    if (bodyHeld) {
      letGo();
      done();
    }
  }

  private void done() {
    if (running) {
      running = false;
      intake.endAnswer();
    }
  }

  private void releaseBody() {
    ByteBuf held = body;
    body = null;
    if (held != null) {
      held.release();
    }
  }

  // Once the slot has it, the bytes stay reserved until it is synced.
  private void letGo() {
    if (bodyHeld) {
      bodyHeld = false;
      releaseBody();
      finished();
      intake.budget.release(reservedBytes);
      reservedBytes = 0;
    }
  }
}
