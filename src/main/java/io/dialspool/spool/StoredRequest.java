package io.dialspool.spool;

import java.nio.charset.StandardCharsets;

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
      long acceptedAtMs) {
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

  /** {@code "phoneNumber":"…","attributes":{…}}. */
  public int payloadBytes() {
    return payloadBytes;
  }
}
