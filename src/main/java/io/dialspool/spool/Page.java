package io.dialspool.spool;

import io.dialspool.request.Traceparent;
import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link PageBuilder} and {@link RedrivenPage} wrote. */
public final class Page {
  private Page() {}

  /**
   * How many requests are in it, 1 or more.
   *
   * @throws StoreException if the bytes are no page
   */
  static int count(byte[] page) {
    if (page.length < PageBuilder.HEAD_BYTES || (page[1] | page[2]) == 0) {
      throw new StoreException("a page is cut off");
    }
    return (page[1] & 0xff) << 8 | (page[2] & 0xff);
  }

  /**
   * Its requests, which share the page's bytes.
   *
   * @param first sequence of the first
   * @throws StoreException if the bytes are no page of a version that we know
   */
  public static List<StoredRequest> read(LaneInfo lane, long first, byte[] page) {
    var walk = new Walk(lane, first, page);
    var requests = new ArrayList<StoredRequest>(walk.count);
    while (walk.next()) {
      requests.add(walk.request());
    }
    return requests;
  }

  /**
   * One of its requests; null if it has not so many. To look one up mustn't cost objects for all.
   *
   * @param first sequence of the first
   * @param index of the request, from 0
   * @throws StoreException if the bytes are no page of a version that we know
   */
  static @Nullable StoredRequest request(LaneInfo lane, long first, byte[] page, int index) {
    var walk = new Walk(lane, first, page);
    for (int at = 0; at <= index; at++) {
      if (!walk.next()) {
        return null;
      }
    }
    return walk.request();
  }

  /**
   * The trace that one of its requests came with; null for none.
   *
   * @param first sequence of the first
   * @param index of the request, from 0
   * @throws StoreException if the bytes are no page of a version that we know
   */
  static @Nullable Traceparent trace(LaneInfo lane, long first, byte[] page, int index) {
    return trace(new Walk(lane, first, page), index);
  }

  /**
   * Reads all traces of a page, for what is wrong with them.
   *
   * @throws StoreException if what lies behind the requests is none
   */
  static void checkTraces(LaneInfo lane, long first, byte[] page) {
    trace(new Walk(lane, first, page), -1);
  }

  private static @Nullable Traceparent trace(Walk walk, int index) {
    ByteBuffer in = walk.behind();
    if (in.remaining() % PageBuilder.TRACE_BYTES != 0) {
      throw walk.cutOff();
    }
    while (in.hasRemaining()) {
      int from = in.getShort() & 0xffff;
      int to = from + (in.getShort() & 0xffff);
      long high = in.getLong();
      long low = in.getLong();
      long parent = in.getLong();
      byte flags = in.get();
      if ((high | low) == 0 || parent == 0) {
        throw walk.cutOff();
      }
      if (index >= from && index < to) {
        return new Traceparent(high, low, parent, flags);
      }
    }
    return null;
  }

  /** From one request to the next. */
  private static final class Walk {
    private final LaneInfo lane;
    private final long first;
    private final byte[] page;
    private final ByteBuffer in;
    private final boolean redriven;
    private final int count;
    private int index = -1;
    private int at;
    private int next = PageBuilder.HEAD_BYTES;

    Walk(LaneInfo lane, long first, byte[] page) {
      this.lane = lane;
      this.first = first;
      this.page = page;
      this.in = ByteBuffer.wrap(page);
      this.redriven = page.length > 0 && page[0] == RedrivenPage.VERSION;
      if (page.length < PageBuilder.HEAD_BYTES || !(redriven || page[0] == PageBuilder.VERSION)) {
        throw new StoreException(
            "page " + lane.number() + "/" + first + " is of an unknown format");
      }
      if ((page[1] | page[2]) == 0) {
        throw new StoreException("page " + lane.number() + "/" + first + " holds nothing");
      }
      this.count = count(page);
    }

    boolean next() {
      if (++index >= count) {
        return false;
      }
      at = next + (redriven ? RedrivenPage.MORE_BYTES : 0);
      if (page.length - at < PageBuilder.ITEM_HEAD_BYTES) {
        throw cutOff();
      }
      next = tokenAt() + tokenBytes() + payloadBytes();
      int fixedBytes =
          PageBuilder.PHONE.length + (page[at + 17] & 0xff) + PageBuilder.ATTRIBUTES.length;
      if (payloadBytes() <= fixedBytes || next > page.length || next < at) {
        throw cutOff();
      }
      return true;
    }

    /** What lies behind the last item; the walk is over then. */
    ByteBuffer behind() {
      boolean more = next();
      while (more) {
        more = next();
      }
      return in.position(next);
    }

    StoreException cutOff() {
      return new StoreException("page " + lane.number() + "/" + first + " is cut off");
    }

    long deadlineMs() {
      return in.getLong(at);
    }

    long acceptedAtMs() {
      return in.getLong(at + 8);
    }

    private int tokenAt() {
      return at + PageBuilder.ITEM_HEAD_BYTES;
    }

    private int tokenBytes() {
      return page[at + 16] & 0xff;
    }

    private int payloadBytes() {
      return in.getInt(at + 18);
    }

    StoredRequest request() {
      int more = at - RedrivenPage.MORE_BYTES;
      return new StoredRequest(
          lane,
          first,
          index,
          page,
          tokenAt(),
          tokenBytes(),
          page[at + 17] & 0xff,
          payloadBytes(),
          deadlineMs(),
          acceptedAtMs(),
          redriven ? in.getLong(more) : 0,
          redriven ? in.getLong(more + 8) : 0);
    }
  }
}
