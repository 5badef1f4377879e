package io.dialspool.spool;

import io.dialspool.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
    boolean redriven = page.length > 0 && page[0] == RedrivenPage.VERSION;
    if (page.length < PageBuilder.HEAD_BYTES || !(redriven || page[0] == PageBuilder.VERSION)) {
      throw new StoreException("page " + lane.number() + "/" + first + " is of an unknown format");
    }
    if ((page[1] | page[2]) == 0) {
      throw new StoreException("page " + lane.number() + "/" + first + " holds nothing");
    }
    int count = count(page);
    var requests = new ArrayList<StoredRequest>(count);
    ByteBuffer in = ByteBuffer.wrap(page);
    int at = PageBuilder.HEAD_BYTES;
    for (int index = 0; index < count; index++) {
      if (page.length - at
          < PageBuilder.ITEM_HEAD_BYTES + (redriven ? RedrivenPage.MORE_BYTES : 0)) {
        throw new StoreException("page " + lane.number() + "/" + first + " is cut off");
      }
      long redriveOf = 0;
      long doubtUntilMs = 0;
      if (redriven) {
        redriveOf = in.getLong(at);
        doubtUntilMs = in.getLong(at + 8);
        at += RedrivenPage.MORE_BYTES;
      }
      long deadlineMs = in.getLong(at);
      long acceptedAtMs = in.getLong(at + 8);
      int tokenBytes = page[at + 16] & 0xff;
      int phoneBytes = page[at + 17] & 0xff;
      int payloadBytes = in.getInt(at + 18);
      int tokenAt = at + PageBuilder.ITEM_HEAD_BYTES;
      int end = tokenAt + tokenBytes + payloadBytes;
      int fixedBytes = PageBuilder.PHONE.length + phoneBytes + PageBuilder.ATTRIBUTES.length;
      if (payloadBytes <= fixedBytes || end > page.length || end < at) {
        throw new StoreException("page " + lane.number() + "/" + first + " is cut off");
      }
      requests.add(
          new StoredRequest(
              lane,
              first,
              index,
              page,
              tokenAt,
              tokenBytes,
              phoneBytes,
              payloadBytes,
              deadlineMs,
              acceptedAtMs,
              redriveOf,
              doubtUntilMs));
      at = end;
    }
    return requests;
  }
}
