package io.dialspool.spool;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes requests that are accepted anew into a page of their own, each with where it comes from;
 * number and attributes are copied as they were checked the first time. Format:
 *
 * <pre>
 * page := version:1  count:2  (redriveOf:8  doubtUntilMs:8  item)*
 * </pre>
 *
 * with the item of {@link PageBuilder}. Pages of puts don't pay for what only a redrive needs.
 */
final class RedrivenPage {
  static final int VERSION = 2;

  /** What an item has more than in other pages. */
  static final int MORE_BYTES = 16;

  private RedrivenPage() {}

  /** Bytes that one request takes at most. */
  static int bytesOf(StoredRequest request) {
    return MORE_BYTES + PageBuilder.ITEM_HEAD_BYTES + 0xff + request.payloadBytes();
  }

  static byte[] of(List<RedriveChunk.Taken> all, long deadlineMs, long acceptedAtMs) {
    int bytes = PageBuilder.HEAD_BYTES;
    for (RedriveChunk.Taken taken : all) {
      bytes +=
          MORE_BYTES
              + PageBuilder.ITEM_HEAD_BYTES
              + taken.token().length
              + taken.from().payloadBytes();
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).put((byte) VERSION).putShort((short) all.size());
    for (RedriveChunk.Taken taken : all) {
      StoredRequest from = taken.from();
      out.putLong(from.sequence())
          .putLong(taken.doubtUntilMs())
          .putLong(deadlineMs)
          .putLong(acceptedAtMs)
          .put((byte) taken.token().length)
          .put((byte) from.phoneBytes())
          .putInt(from.payloadBytes())
          .put(taken.token())
          .put(from.bytes(), from.payloadAt(), from.payloadBytes());
    }
    return out.array();
  }
}
