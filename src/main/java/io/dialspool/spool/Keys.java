package io.dialspool.spool;

import io.dialspool.request.CampaignId;
import io.dialspool.store.Space;
import io.dialspool.store.Space.Access;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The spool's key spaces and how their keys are built; big endian, so that byte order is number
 * order.
 */
final class Keys {
  /** {@code format}, {@code seeds}. */
  static final Space META = new Space("meta", Access.ORDERED);

  /** lane → campaign and target identity. */
  static final Space LANES = new Space("lanes", Access.ORDERED);

  /** lane → which sequences are settled, see {@link SettledRanges}. */
  static final Space CURSORS = new Space("cursors", Access.ORDERED);

  /** lane → handed-over marks, see {@link Mark}. */
  static final Space MARKS = new Space("marks", Access.ORDERED);

  /** Campaigns last known as paused → nothing. */
  static final Space PAUSES = new Space("pauses", Access.ORDERED);

  /** lane ‖ first sequence → page, see {@link Page}. */
  static final Space PAGES = new Space("pages", Access.ORDERED);

  /**
   * lane ‖ first sequence of the page ‖ index of the part's first item → outcomes, see {@link
   * SettledPart}.
   */
  static final Space SETTLED = new Space("settled", Access.ORDERED);

  /**
   * lane ‖ 0 for all, 1 for dead letters ‖ running number → which settled parts one group wrote,
   * see {@link OutcomeIndex}.
   */
  static final Space OUTCOMES = new Space("outcomes", Access.ORDERED);

  /** lane ‖ sequence of a dead letter → sequence of the request that it was redriven as. */
  static final Space REDRIVEN = new Space("redriven", Access.ORDERED);

  /** lane ‖ deadline bucket ‖ first sequence of a page that has such deadlines → nothing. */
  static final Space DEADLINES = new Space("deadlines", Access.ORDERED);

  /**
   * lane ‖ 0 ‖ state → requests (QUEUED stands for accepted); lane ‖ 1 ‖ deadline bucket →
   * unsettled requests.
   */
  static final Space COUNTERS = new Space("counters", Access.COUNTER);

  /** Keyed hash of lane and token → {@link TokenEntry}; all but the newest. */
  static final Space TOKENS = new Space("tokens", Access.LOOKUP);

  /** Commit number → keys and entries that it brought, until they are among the tokens. */
  static final Space TOKENLOG = new Space("tokenlog", Access.PASSING);

  static final List<Space> ALL =
      List.of(
          META, LANES, CURSORS, MARKS, PAUSES, PAGES, SETTLED, OUTCOMES, REDRIVEN, DEADLINES,
          COUNTERS, TOKENS, TOKENLOG);

  private Keys() {}

  static byte[] campaign(CampaignId campaign) {
    return campaign.value().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] lane(int lane) {
    return ByteBuffer.allocate(4).putInt(lane).array();
  }

  static byte[] page(int lane, long first) {
    return ByteBuffer.allocate(12).putInt(lane).putLong(first).array();
  }

  static byte[] settled(int lane, long first, int index) {
    return ByteBuffer.allocate(14).putInt(lane).putLong(first).putShort((short) index).array();
  }

  static byte[] outcomes(int lane, int kind, long number) {
    return ByteBuffer.allocate(13).putInt(lane).put((byte) kind).putLong(number).array();
  }

  static byte[] redriven(int lane, long sequence) {
    return page(lane, sequence);
  }

  static byte[] deadline(int lane, int bucket, long first) {
    return ByteBuffer.allocate(16).putInt(lane).putInt(bucket).putLong(first).array();
  }

  static byte[] stateCounter(int lane, int stateCode) {
    return ByteBuffer.allocate(6).putInt(lane).put((byte) 0).put((byte) stateCode).array();
  }

  static byte[] bucketCounter(int lane, int bucket) {
    return ByteBuffer.allocate(9).putInt(lane).put((byte) 1).putInt(bucket).array();
  }

  static byte[] commit(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  static byte[] text(String key) {
    return key.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
