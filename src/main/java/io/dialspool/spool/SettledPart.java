package io.dialspool.spool;

import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import io.dialspool.store.OrderedStore;
import io.dialspool.store.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of some requests of one page, written by one group of settles. A request settles once,
 * so the index of a part's first item tells parts of a page apart.
 *
 * <pre>
 * part := (index:2  state:1  reason:1  attempts:2  firstSentAtMs:8  settledAtMs:8  idBytes:2  id)*
 * </pre>
 */
final class SettledPart {
  private static final int HEAD_BYTES = 24;

  private SettledPart() {}

  /** One outcome, as stored. */
  record Outcome(
      RequestState state,
      Reason reason,
      int attempts,
      long firstSentAtMs,
      long settledAtMs,
      @Nullable String targetDialRequestId) {

    Settlement of(StoredRequest request) {
      return new Settlement(
          request, state, reason, attempts, firstSentAtMs, settledAtMs, targetDialRequestId);
    }
  }

  static byte[] encode(List<Settlement> settlements) {
    int bytes = 0;
    for (Settlement one : settlements) {
      bytes += HEAD_BYTES + idBytes(one).length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    for (Settlement one : settlements) {
      byte[] id = idBytes(one);
      out.putShort((short) one.request().index())
          .put((byte) one.state().code())
          .put((byte) one.reason().code())
          .putShort((short) Math.min(one.attempts(), 0xffff))
          .putLong(one.firstSentAtMs())
          .putLong(one.settledAtMs())
          .putShort((short) id.length)
          .put(id);
    }
    return out.array();
  }

  /** All outcomes of a page so far, by index. */
  static Map<Integer, Outcome> ofPage(OrderedStore store, int lane, long first) {
    var outcomes = new HashMap<Integer, Outcome>();
    store.scan(
        Keys.SETTLED,
        Keys.page(lane, first),
        Keys.page(lane, first + 1),
        (key, value) -> {
          decode(value, outcomes::put);
          return true;
        });
    return outcomes;
  }

  /** Outcomes of one part by index, in the order in which they lie; none if it is gone. */
  static Map<Integer, Outcome> ofPart(OrderedStore store, int lane, long first, int index) {
    var outcomes = new LinkedHashMap<Integer, Outcome>();
    byte[] part = store.get(Keys.SETTLED, Keys.settled(lane, first, index));
    if (part != null) {
      decode(part, outcomes::put);
    }
    return outcomes;
  }

  /**
   * Gives each outcome with its index.
   *
   * @throws StoreException if the value is cut off, or holds a code that is unknown
   */
  static void decode(byte[] value, BiConsumer<Integer, Outcome> into) {
    ByteBuffer in = ByteBuffer.wrap(value);
    while (in.hasRemaining()) {
      if (in.remaining() < HEAD_BYTES) {
        throw new StoreException("an outcome is cut off");
      }
      int index = in.getShort() & 0xffff;
      Outcome outcome = next(in);
      into.accept(index, outcome);
    }
  }

  private static Outcome next(ByteBuffer in) {
    try {
      RequestState state = RequestState.ofCode(in.get());
      Reason reason = Reason.ofCode(in.get());
      int attempts = in.getShort() & 0xffff;
      long firstSentAtMs = in.getLong();
      long settledAtMs = in.getLong();
      byte[] id = new byte[in.getShort() & 0xffff];
      in.get(id);
      return new Outcome(
          state,
          reason,
          attempts,
          firstSentAtMs,
          settledAtMs,
          id.length == 0 ? null : new String(id, StandardCharsets.UTF_8));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StoreException("an outcome is cut off or of an unknown kind");
    }
  }

  private static byte[] idBytes(Settlement settlement) {
    String id = settlement.targetDialRequestId();
    return id == null ? new byte[0] : id.getBytes(StandardCharsets.UTF_8);
  }
}
