package io.dialspool.intake;

import com.lmax.disruptor.InsufficientCapacityException;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Traceparent;
import io.dialspool.ring.DialItems;
import io.dialspool.ring.DialSlot;
import io.dialspool.ring.Fault;
import io.dialspool.ring.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream of dial requests, one a line, answered while it is still coming. Source: api.md.
 *
 * <p>How it works: a part of the body is read only when all lines of the last one are in chunks of
 * at most 25; a chunk becomes a slot when it is full or the input pauses. While {@value
 * #IN_FLIGHT_MAX} slots are not synced yet, or the ring is full, nothing is read. What is written
 * is bounded by itself (at most {@value #PROBLEMS_MAX} problem lines; progress only while the
 * client reads), so reading never waits for a client that doesn't. On its event loop except for the
 * chunks' replies.
 */
final class LineUpload implements Exchange, WaitingForRoom.Waiter {
  static final String CONTENT_TYPE = "application/x-ndjson";
  static final int IN_FLIGHT_MAX = 64;
  static final int PROBLEMS_MAX = 1_000;
  static final long PATIENCE_MS = 5_000;
  private static final int TOKEN_SHOWN_MAX = 200;
  private static final int PARTIAL_AT_START = 4 * 1024;

  /** Progress is said at once, then not again for so long. */
  private static final long PROGRESS_MS = 200;

  private static final byte[] LINE = JsonBytes.ascii("{\"line\":");
  private static final byte[] TOKEN = JsonBytes.ascii(",\"clientToken\":");
  private static final byte[] REJECTED = JsonBytes.ascii(",\"status\":\"rejected\",\"member\":");
  private static final byte[] REASON = JsonBytes.ascii(",\"reason\":");
  private static final byte[] DUPLICATE = JsonBytes.ascii(",\"status\":\"duplicate\",\"id\":\"ds-");
  private static final byte[] STATE = JsonBytes.ascii("\",\"state\":\"");
  private static final Fault COLLISION =
      new Fault("clientToken", "its hash is another token's (expected: a new clientToken)");

  private final Intake intake;
  private final Door door;
  private final CampaignId campaign;
  private final @Nullable Traceparent trace;
  private final HttpVersion version;
  private final boolean continues;

  private DialItems items = new DialItems();
  private byte[] partial = {};
  private int partialBytes;
  private long partialReserved;

  private enum Hold {
    NONE,
    /** Until a chunk is synced. */
    IN_FLIGHT,
    /** In the loop's waiting line. */
    ROOM
  }

  /** Inside a line that was too long. */
  private boolean skipping;

  /** What isn't taken yet of the part of the body that came last. */
  private @Nullable ByteBuf pending;

  private boolean admitted;
  private boolean bodyEnded;
  private boolean reading;
  private Hold hold = Hold.NONE;
  private int inFlight;

  /** Some of the group that is being delivered was ours. */
  private boolean groupTaken;

  private boolean unflushed;
  private boolean finished;
  private boolean closed;
  private @Nullable String error;

  private long lines;
  private long accepted;
  private long duplicates;
  private long rejected;
  private long syncedThrough;
  private long saidThrough;
  private boolean saidLately;
  private int problems;

  /** Lets the ring's thread save itself the making of lines that won't be written. */
  private volatile boolean problemsFull;

  LineUpload(
      Intake intake,
      Door door,
      CampaignId campaign,
      @Nullable Traceparent trace,
      HttpVersion version,
      boolean continues) {
    this.intake = intake;
    this.door = door;
    this.campaign = campaign;
    this.trace = trace;
    this.version = version;
    this.continues = continues;
  }

  void start() {
    intake.beginUpload(this);
    intake.backstage.admit(campaign, admission -> door.onLoop(() -> admitted(admission), () -> {}));
  }

  private void admitted(Admission admission) {
    if (closed || error != null) {
      return;
    }
    if (admission instanceof Admission.Refused refused) {
      finished = true;
      intake.endUpload(this);
      intake.meters.refused(refused.error().code(), 1);
      door.answerAndClose(refused.error());
      return;
    }
    admitted = true;
    if (continues) {
      door.sayContinue();
    }
    sendHead();
    readOn();
  }

  private void readOn() {
    if (!reading) {
      reading = true;
      door.next();
    }
  }

  private void sendHead() {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    // An HTTP/1.0 client knows no chunks: its answer ends with the connection.
    HttpUtil.setTransferEncodingChunked(head, version.isKeepAliveDefault());
    HttpAnswer.stamp(head);
    door.ctx().writeAndFlush(head);
  }

  /** {@link #drain} on the loop, later; any thread. */
  void drainSoon() {
    try {
      door.ctx().executor().execute(this::drain);
    } catch (RejectedExecutionException e) {
      // The loop has ended, and with it the connection.
    }
  }

  /** The service stops: what is in flight is still answered, the rest is the client's again. */
  private void drain() {
    if (!admitted && !closed && !finished) {
      finished = true;
      error = CallRouter.DRAINING.code();
      intake.endUpload(this);
      door.answerAndClose(CallRouter.DRAINING);
    } else {
      giveUp(CallRouter.DRAINING);
    }
  }

  // --- reading

  @Override
  public void content(HttpContent content) {
    reading = false;
    bodyEnded = content instanceof LastHttpContent;
    if (error == null) {
      pending = content.content().retain();
      if (hold == Hold.NONE) {
        pump();
      }
    }
  }

  @Override
  public void inputPaused() {
    if (hold == Hold.NONE && error == null && pending == null) {
      flush();
    }
  }

  /** Goes on as far as there is input and room. */
  private void pump() {
    if (!readLines() || error != null) {
      return;
    }
    releasePending();
    if (!bodyEnded) {
      sayProgress();
      readOn();
      return;
    }
    if (partialBytes > 0) {
      if (items.isFull() && !flush()) {
        return;
      }
      // A proper end of the body ends the last line too.
      partial[partialBytes] = '\n';
      int bytes = partialBytes + 1;
      partialBytes = 0;
      line(partial, 0, bytes);
    }
    if (flush()) {
      finishIfSynced();
    }
  }

  private boolean readLines() {
    ByteBuf content = pending;
    if (content == null) {
      return true;
    }
    int length = content.readableBytes();
    byte[] bytes = door.loop().scratch(length);
    content.getBytes(content.readerIndex(), bytes, 0, length);
    int at = 0;
    boolean room = true;
    while (at < length && error == null) {
      if (items.isFull() && !flush()) {
        room = false;
        break;
      }
      int lineFeed = indexOfLineFeed(bytes, at, length);
      int end = lineFeed < 0 ? length : lineFeed + 1;
      take(bytes, at, end, lineFeed >= 0);
      at = end;
    }
    if (pending != null) {
      content.skipBytes(at);
    }
    return room;
  }

  private static int indexOfLineFeed(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** A whole line with its line feed, or what there is of one. */
  private void take(byte[] bytes, int at, int end, boolean whole) {
    if (skipping) {
      skipping = !whole;
      return;
    }
    int length = end - at - (whole ? 1 : 0);
    if (partialBytes + length > intake.config.lineBytesMax()) {
      partialBytes = 0;
      skipping = !whole;
      lines++;
      reject(
          "line", "too long (expected: at most " + intake.config.lineBytesMax() + " bytes)", null);
    } else if (whole && partialBytes == 0) {
      line(bytes, at, end);
    } else if (!append(bytes, at, end)) {
      giveUp(CallRouter.FULL);
    } else if (whole) {
      int all = partialBytes;
      partialBytes = 0;
      line(partial, 0, all);
    }
  }

  private boolean append(byte[] bytes, int at, int end) {
    int needed = partialBytes + end - at + 1; // one more for a line feed at the body's end
    if (partial.length < needed) {
      int size = Math.max(needed, Math.max(PARTIAL_AT_START, partial.length * 2));
      if (!intake.budget.tryReserve(size - partial.length)) {
        return false;
      }
      partialReserved += size - partial.length;
      partial = Arrays.copyOf(partial, size);
    }
    System.arraycopy(bytes, at, partial, partialBytes, end - at);
    partialBytes += end - at;
    return true;
  }

  private void line(byte[] bytes, int at, int end) {
    lines++;
    int from = at;
    if (lines == 1 && end - at >= 3 && bytes[at] == (byte) 0xEF && bytes[at + 1] == (byte) 0xBB) {
      from += 3; // a byte order mark, as editors leave them
    }
    if (isBlank(bytes, from, end)) {
      return;
    }
    int usedBefore = items.used();
    int countBefore = items.count();
    try {
      door.loop().lines.parse(bytes, from, end, items);
      items.line(countBefore, lines);
    } catch (ShapeException e) {
      String token = null;
      if (items.count() > countBefore) {
        token = isShowable(items, countBefore) ? items.token(countBefore) : null;
        items.dropLast(usedBefore);
      }
      reject(e.member(), e.reason(), token);
    }
  }

  private static boolean isBlank(byte[] bytes, int at, int end) {
    for (int i = at; i < end; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n') {
        return false;
      }
    }
    return true;
  }

  /** Whether the item's token may be shown in an answer; one far too long may not. */
  static boolean isShowable(DialItems items, int item) {
    return items.tokenBytes(item) > 0 && items.tokenBytes(item) <= TOKEN_SHOWN_MAX;
  }

  // --- handing over

  /** Makes a slot of the items, if any; false if there is no room and it has to wait. */
  private boolean flush() {
    if (items.count() == 0) {
      return true;
    }
    if (inFlight == IN_FLIGHT_MAX) {
      hold = Hold.IN_FLIGHT;
      return false;
    }
    if (!door.loop().waiting.isEmpty() || !publish()) {
      if (error == null) {
        hold = Hold.ROOM;
        door.loop().waiting.add(this, PATIENCE_MS);
      }
      return false;
    }
    return true;
  }

  private boolean publish() {
    ApiError overload = intake.backstage.overload();
    if (overload != null) {
      if (overload.status() == 503) {
        giveUp(overload);
      }
      return false;
    }
    int bytes = items.used();
    if (!intake.budget.tryReserve(bytes)) {
      return false;
    }
    long sequence;
    try {
      sequence = intake.ring.tryNext();
    } catch (InsufficientCapacityException e) {
      intake.budget.release(bytes);
      return false;
    }
    try {
      DialSlot slot = intake.ring.get(sequence);
      items = slot.trade(campaign, items, intake.clock.epochMs(), new LineChunk(lines, bytes));
      if (trace != null) {
        slot.belongsTo(trace);
      }
    } finally {
      intake.ring.publish(sequence);
    }
    inFlight++;
    return true;
  }

  @Override
  public boolean tryNow() {
    if (!publish()) {
      return error != null;
    }
    hold = Hold.NONE;
    pump();
    return true;
  }

  @Override
  public void giveUp() {
    giveUp(CallRouter.FULL);
  }

  @Override
  public boolean gone() {
    return closed || error != null;
  }

  private void giveUp(ApiError why) {
    if (closed || finished || error != null || allTaken()) {
      return;
    }
    error = why.code();
    intake.meters.refused(why.code(), 1);
    lines -= items.count(); // these are the client's again
    items.clear();
    releasePending();
    finishIfSynced();
  }

  // --- answering

  /** One slot's worth of lines. */
  private final class LineChunk implements GroupReply {
    private final long through;
    private final int bytes;
    private int fine;
    private int known;
    private int refused;
    private @Nullable JsonBytes @Nullable [] problemLines;

    LineChunk(long through, int bytes) {
      this.through = through;
      this.bytes = bytes;
    }

    @Override
    public Outbox outbox() {
      return door.loop().outbox;
    }

    @Override
    public void synced(DialSlot slot) {
      DialItems done = slot.items();
      int invalid = 0;
      int collided = 0;
      for (int item = 0; item < done.count(); item++) {
        Verdict verdict = done.verdict(item);
        if (verdict == Verdict.FINE) {
          fine++;
          continue;
        }
        switch (verdict) {
          case DUPLICATE -> known++;
          case INVALID -> invalid++;
          default -> collided++;
        }
        if (!problemsFull) {
          if (problemLines == null) {
            problemLines = new @Nullable JsonBytes[done.count()];
          }
          problemLines[item] = problem(slot.lane(), done, item);
        }
      }
      refused = invalid + collided;
      GroupReplies group = outbox().filling();
      group.tally(fine, known, invalid, collided);
      group.add(this);
    }

    @Override
    public void lost() {
      intake.budget.release(bytes);
    }

    @Override
    public void deliver(byte[] answers) {
      take(this);
    }

    @Override
    public void delivered() {
      afterGroup();
    }
  }

  private static JsonBytes problem(int lane, DialItems items, int item) {
    var json = new JsonBytes(192);
    json.raw(LINE).number(items.line(item));
    if (isShowable(items, item)) {
      json.raw(TOKEN).string(items.bytes(), items.tokenAt(item), items.tokenBytes(item));
    }
    if (items.verdict(item) == Verdict.DUPLICATE) {
      return json.raw(DUPLICATE)
          .number(lane)
          .raw('-')
          .number(items.sequence(item))
          .raw(STATE)
          .raw(JsonBytes.ascii(items.state(item).name()))
          .raw('"')
          .raw('}')
          .raw('\n');
    }
    Fault fault = items.fault(item);
    return rejection(json, fault == null ? COLLISION : fault);
  }

  private static JsonBytes rejection(JsonBytes json, Fault fault) {
    return json.raw(REJECTED)
        .string(fault.member())
        .raw(REASON)
        .string(fault.reason())
        .raw('}')
        .raw('\n');
  }

  private void take(LineChunk chunk) {
    intake.budget.release(chunk.bytes);
    inFlight--;
    if (closed) {
      return;
    }
    accepted += chunk.fine;
    duplicates += chunk.known;
    rejected += chunk.refused;
    syncedThrough = chunk.through;
    groupTaken = true;
    if (chunk.problemLines != null) {
      for (JsonBytes line : chunk.problemLines) {
        if (line != null) {
          writeProblem(line);
        }
      }
    }
  }

  /** Every chunk of the group is taken. */
  private void afterGroup() {
    if (!groupTaken || closed) {
      return;
    }
    groupTaken = false;
    if (hold == Hold.IN_FLIGHT && error == null) {
      hold = Hold.NONE;
      if (flush()) {
        pump();
      }
    }
    sayProgress();
    finishIfSynced();
  }

  private void reject(String member, String reason, @Nullable String token) {
    rejected++;
    intake.count(0, 0, 1, 0);
    if (!problemsFull) {
      var json = new JsonBytes(192).raw(LINE).number(lines);
      if (token != null) {
        json.raw(TOKEN).string(token);
      }
      writeProblem(rejection(json, new Fault(member, reason)));
    }
  }

  private void writeProblem(JsonBytes line) {
    if (problems < PROBLEMS_MAX) {
      problems++;
      problemsFull = problems == PROBLEMS_MAX;
      unflushed = true;
      door.ctx().write(new DefaultHttpContent(line.toNetty()));
    }
  }

  private void sayProgress() {
    if (finished) {
      return;
    }
    if (error == null && inFlight == 0 && items.count() == 0) {
      syncedThrough = lines;
    }
    if (saidThrough != syncedThrough && !saidLately) {
      saidLately = true;
      door.ctx().executor().schedule(this::sayAgain, PROGRESS_MS, TimeUnit.MILLISECONDS);
      if (door.ctx().channel().isWritable()) {
        unflushed = true;
        door.ctx().write(new DefaultHttpContent(progress()));
      }
    }
    if (unflushed) {
      unflushed = false;
      door.ctx().flush();
    }
  }

  private void sayAgain() {
    saidLately = false;
    if (!closed && !finished) {
      sayProgress();
    }
  }

  private ByteBuf progress() {
    saidThrough = syncedThrough;
    return text("{\"syncedThrough\":" + syncedThrough + "}\n");
  }

  private void finishIfSynced() {
    if (finished || closed || inFlight > 0 || (error == null && !allTaken())) {
      return;
    }
    finished = true;
    intake.endUpload(this);
    release();
    if (error == null) {
      syncedThrough = lines;
    }
    if (saidThrough != syncedThrough) {
      door.ctx().write(new DefaultHttpContent(progress()));
    }
    boolean bodyRead = bodyEnded;
    if (!bodyRead) {
      door.beginLingering();
    }
    ChannelFuture written = door.ctx().writeAndFlush(new DefaultLastHttpContent(summary()));
    if (bodyRead) {
      door.thenNext(written);
    } else {
      door.thenClose(written);
    }
  }

  private boolean allTaken() {
    return bodyEnded && pending == null && partialBytes == 0 && items.count() == 0;
  }

  private ByteBuf summary() {
    return text(
        "{\"summary\":{\"lines\":"
            + lines
            + ",\"accepted\":"
            + accepted
            + ",\"duplicates\":"
            + duplicates
            + ",\"rejected\":"
            + rejected
            + ",\"error\":"
            + (error == null ? "null" : "\"" + error + "\"")
            + "}}\n");
  }

  private static ByteBuf text(String ascii) {
    return Unpooled.wrappedBuffer(JsonBytes.ascii(ascii));
  }

  // --- the end

  @Override
  public void closed() {
    closed = true;
    intake.endUpload(this);
    release();
  }

  private void release() {
    releasePending();
    intake.budget.release(partialReserved);
    partialReserved = 0;
    partialBytes = 0;
    partial = new byte[0];
  }

  private void releasePending() {
    if (pending != null) {
      pending.release();
      pending = null;
    }
  }
}
