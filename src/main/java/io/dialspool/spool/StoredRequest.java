package io.dialspool.spool;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One request as it lies in its page. Immutable; keeps the page's bytes alive. */
public final class StoredRequest {
  private final LaneInfo lane;
  private final long pageFirst;
  private final int index;
  private final byte[] page;
  private final int tokenAt;
  private final int tokenBytes;
  private final int phoneBytes;
  private final int payloadBytes;
  private final long deadlineMs;
  private final long acceptedAtMs;
  private final long redriveOf;
  private final long doubtUntilMs;

  StoredRequest(
      LaneInfo lane,
      long pageFirst,
      int index,
      byte[] page,
      int tokenAt,
      int tokenBytes,
      int phoneBytes,
      int payloadBytes,
      long deadlineMs,
      long acceptedAtMs,
      long redriveOf,
      long doubtUntilMs) {
    this.lane = lane;
    this.pageFirst = pageFirst;
    this.index = index;
    this.page = page;
    this.tokenAt = tokenAt;
    this.tokenBytes = tokenBytes;
    this.phoneBytes = phoneBytes;
    this.payloadBytes = payloadBytes;
    this.deadlineMs = deadlineMs;
    this.acceptedAtMs = acceptedAtMs;
    this.redriveOf = redriveOf;
    this.doubtUntilMs = doubtUntilMs;
  }

  /** The same with bytes of its own, so that it keeps no page alive. */
  StoredRequest apart() {
    byte[] own = new byte[PageBuilder.HEAD_BYTES + tokenBytes + payloadBytes];
    System.arraycopy(page, 0, own, 0, PageBuilder.HEAD_BYTES); // tells the page's count
    System.arraycopy(page, tokenAt, own, PageBuilder.HEAD_BYTES, tokenBytes + payloadBytes);
    return new StoredRequest(
        lane,
        pageFirst,
        index,
        own,
        PageBuilder.HEAD_BYTES,
        tokenBytes,
        phoneBytes,
        payloadBytes,
        deadlineMs,
        acceptedAtMs,
        redriveOf,
        doubtUntilMs);
  }

  public LaneInfo lane() {
    return lane;
  }

  public long sequence() {
    return pageFirst + index;
  }

  /** Sequence of the first request of its page. */
  public long pageFirst() {
    return pageFirst;
  }

  /** How many requests its page holds. */
  int pageCount() {
    return Page.count(page);
  }

  /** Its place in the page, from 0. */
  public int index() {
    return index;
  }

  public long deadlineMs() {
    return deadlineMs;
  }

  public long acceptedAtMs() {
    return acceptedAtMs;
  }

  /** Sequence of the dead letter that it was redriven from; 0 for none. */
  public long redriveOf() {
    return redriveOf;
  }

  /**
   * Until when its token lives at the target, if the dead letter that it was redriven from may have
   * been sent under the same one; 0 if nothing is in doubt.
   */
  public long doubtUntilMs() {
    return doubtUntilMs;
  }

  public String clientToken() {
    return new String(page, tokenAt, tokenBytes, StandardCharsets.US_ASCII);
  }

  /** Sensitive: never into a log. */
  public String phoneNumber() {
    return new String(
        page, payloadAt() + PageBuilder.PHONE.length, phoneBytes, StandardCharsets.US_ASCII);
  }

  /** The page's bytes; {@link #payloadAt} and {@link #payloadBytes} say where the payload lies. */
  public byte[] bytes() {
    return page;
  }

  public int payloadAt() {
    return tokenAt + tokenBytes;
  }

  /** {@code {…}}, the attributes as a JSON object. Sensitive: never into a log. */
  public String attributes() {
    int at = PageBuilder.PHONE.length + phoneBytes + PageBuilder.ATTRIBUTES.length - 1;
    return new String(page, payloadAt() + at, payloadBytes - at, StandardCharsets.UTF_8);
  }

  byte[] token() {
    return Arrays.copyOfRange(page, tokenAt, tokenAt + tokenBytes);
  }

  int tokenAt() {
    return tokenAt;
  }

  int tokenBytes() {
    return tokenBytes;
  }

  int phoneBytes() {
    return phoneBytes;
  }

  /** {@code "phoneNumber":"…","attributes":{…}}. */
  public int payloadBytes() {
    return payloadBytes;
  }
}
