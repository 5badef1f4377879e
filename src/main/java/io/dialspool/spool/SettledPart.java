package io.dialspool.spool;

import io.dialspool.request.Evidence;
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
 * part := (index:2  state:1  reason:1  attempts:2  firstSentAtMs:8  settledAtMs:8  idBytes:2
 *          (doubt:1  policy:1  calls:2  lastSentAtMs:8  failureBytes:1  failure)?  id)*
 * </pre>
 *
 * The bracket, which is the {@link Evidence}, is there if the highest bit of idBytes is set: what
 * was delivered, which is most, doesn't pay for it.
 */
final class SettledPart {
  /** No page has more items. */
  static final int INDEX_MAX = 0xffff;

  private static final int HEAD_BYTES = 24;
  private static final byte[] NO_ID = new byte[0];
  private static final int EVIDENCE_BYTES = 13;
  private static final int HAS_EVIDENCE = 0x8000;

  private SettledPart() {}

  /** One outcome, as stored. */
  record Outcome(
      RequestState state,
      Reason reason,
      int attempts,
      long firstSentAtMs,
      long settledAtMs,
      @Nullable String targetDialRequestId,
      @Nullable Evidence evidence) {

    Settlement of(StoredRequest request) {
      return new Settlement(
          request,
          state,
          reason,
          attempts,
          firstSentAtMs,
          settledAtMs,
          targetDialRequestId,
          evidence);
    }
  }

  static byte[] encode(List<Settlement> settlements) {
    var ids = new byte[settlements.size()][];
    int bytes = 0;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idBytes(settlements.get(i));
      bytes += HEAD_BYTES + ids[i].length;
      Evidence evidence = settlements.get(i).evidence();
      bytes += evidence == null ? 0 : EVIDENCE_BYTES + failure(evidence).length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    for (int i = 0; i < ids.length; i++) {
      Settlement one = settlements.get(i);
      out.putShort((short) one.request().index())
          .put((byte) one.state().code())
          .put((byte) one.reason().code())
          .putShort((short) Math.min(one.attempts(), 0xffff))
          .putLong(one.firstSentAtMs())
          .putLong(one.settledAtMs())
          .putShort(
              (short) (one.evidence() == null ? ids[i].length : ids[i].length | HAS_EVIDENCE));
      if (one.evidence() != null) {
        write(one.evidence(), out);
      }
      out.put(ids[i]);
    }
    return out.array();
  }

  private static void write(Evidence evidence, ByteBuffer out) {
    byte[] failure = failure(evidence);
    out.put((byte) evidence.doubt().code())
        .put((byte) evidence.policy().code())
        .putShort((short) Math.min(evidence.calls(), 0xffff))
        .putLong(evidence.lastSentAtMs())
        .put((byte) failure.length)
        .put(failure);
  }

  private static Evidence readEvidence(ByteBuffer in) {
    Evidence.Doubt doubt = Evidence.Doubt.ofCode(in.get());
    Evidence.Policy policy = Evidence.Policy.ofCode(in.get());
    int calls = in.getShort() & 0xffff;
    long lastSentAtMs = in.getLong();
    byte[] failure = new byte[in.get() & 0xff];
    in.get(failure);
    return new Evidence(
        doubt,
        policy,
        calls,
        lastSentAtMs,
        failure.length == 0 ? null : new String(failure, StandardCharsets.UTF_8));
  }

  // At most 60 characters, of at most three bytes each.
  private static byte[] failure(Evidence evidence) {
    String failure = evidence.lastFailure();
    return failure == null ? new byte[0] : failure.getBytes(StandardCharsets.UTF_8);
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
      int idBytes = in.getShort() & 0xffff;
      Evidence evidence = (idBytes & HAS_EVIDENCE) == 0 ? null : readEvidence(in);
      byte[] id = new byte[idBytes & ~HAS_EVIDENCE];
      in.get(id);
      return new Outcome(
          state,
          reason,
          attempts,
          firstSentAtMs,
          settledAtMs,
          id.length == 0 ? null : new String(id, StandardCharsets.UTF_8),
          evidence);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StoreException("an outcome is cut off or of an unknown kind");
    }
  }

  private static byte[] idBytes(Settlement settlement) {
    String id = settlement.targetDialRequestId();
    return id == null ? NO_ID : id.getBytes(StandardCharsets.UTF_8);
  }
}
