package io.dialspool.simulation;

import io.dialspool.request.Reason;
import io.dialspool.request.RequestState;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the store, read from its bytes by nothing but the written format: every page and
 * every settled part, no counter, no cursor, no index.
 */
final class StoreRecount {
  /**
   * @param end null while it is open
   */
  record Stored(
      String campaign,
      int lane,
      long sequence,
      String token,
      String phone,
      long deadlineMs,
      long redriveOf,
      @Nullable End end) {}

  record End(RequestState state, Reason reason, long settledAtMs, String targetId) {}

  record Place(int lane, long sequence) {}

  private static final int HAS_EVIDENCE = 0x8000;

  private final Map<Integer, String> campaigns = new LinkedHashMap<>();
  private final Map<Place, End> ends = new LinkedHashMap<>();
  private final List<Stored> all = new ArrayList<>();

  /** Dead letter to the request that a mark names as its redrive. */
  private final Map<Place, Long> redrivenAs = new LinkedHashMap<>();

  private final List<String> redriveFaults = new ArrayList<>();

  /** Requests that have more than one end, or one without a page. */
  private final List<String> faults = new ArrayList<>();

  private StoreRecount() {}

  static StoreRecount of(SimulatedStore store) {
    var recount = new StoreRecount();
    store.contents("lanes").forEach(recount::lane);
    store.contents("settled").forEach(recount::settledPart);
    store.contents("redriven").forEach(recount::redriven);
    store.contents("pages").forEach(recount::page);
    recount.redrivenAs.forEach(
        (place, as) ->
            recount.redriveFaults.add(
                "ds-" + place.lane + "-" + place.sequence + " is marked as redriven as " + as));
    recount.ends.forEach(
        (place, end) ->
            recount.faults.add(
                "ds-" + place.lane + "-" + place.sequence + " ended, but is not there"));
    return recount;
  }

  private void lane(byte[] key, byte[] value) {
    try (var in = new DataInputStream(new ByteArrayInputStream(value))) {
      campaigns.put(ByteBuffer.wrap(key).getInt(), in.readUTF());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void settledPart(byte[] key, byte[] value) {
    ByteBuffer head = ByteBuffer.wrap(key);
    int lane = head.getInt();
    long first = head.getLong();
    ByteBuffer in = ByteBuffer.wrap(value);
    while (in.hasRemaining()) {
      long sequence = first + (in.getShort() & 0xffff);
      RequestState state = RequestState.ofCode(in.get());
      Reason reason = Reason.ofCode(in.get());
      in.position(in.position() + 2 + 8);
      long settledAtMs = in.getLong();
      int idBytes = in.getShort() & 0xffff;
      if ((idBytes & HAS_EVIDENCE) != 0) {
        in.position(in.position() + 12);
        in.position(in.position() + 1 + (in.get(in.position()) & 0xff));
      }
      byte[] id = new byte[idBytes & ~HAS_EVIDENCE];
      in.get(id);
      var end = new End(state, reason, settledAtMs, new String(id, StandardCharsets.UTF_8));
      if (ends.put(new Place(lane, sequence), end) != null) {
        faults.add("ds-" + lane + "-" + sequence + " ended twice");
      }
      if (!state.isFinal()) {
        faults.add("ds-" + lane + "-" + sequence + " ended as " + state);
      }
    }
  }

  private void redriven(byte[] key, byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(key);
    redrivenAs.put(new Place(in.getInt(), in.getLong()), ByteBuffer.wrap(value).getLong());
  }

  private void redrive(int lane, long sequence, long redriveOf) {
    Long as = redrivenAs.remove(new Place(lane, redriveOf));
    if (as == null || as != sequence) {
      redriveFaults.add(
          String.format(
              "ds-%d-%d is a redrive of %d, which is marked as redriven as %s",
              lane, sequence, redriveOf, as));
    }
  }

  private void page(byte[] key, byte[] value) {
    ByteBuffer head = ByteBuffer.wrap(key);
    int lane = head.getInt();
    long sequence = head.getLong();
    String campaign = campaigns.getOrDefault(lane, "?");
    ByteBuffer in = ByteBuffer.wrap(value, 1, value.length - 1);
    int count = in.getShort() & 0xffff;
    for (int i = 0; i < count; i++, sequence++) {
      long redriveOf = 0;
      if (value[0] == 2) {
        redriveOf = in.getLong();
        in.getLong(); // until when it is in doubt
        redrive(lane, sequence, redriveOf);
      }
      long deadlineMs = in.getLong();
      in.getLong(); // accepted time
      byte[] token = new byte[in.get() & 0xff];
      int phoneBytes = in.get() & 0xff;
      byte[] payload = new byte[in.getInt()];
      in.get(token).get(payload);
      all.add(
          new Stored(
              campaign,
              lane,
              sequence,
              new String(token, StandardCharsets.US_ASCII),
              new String(
                  payload, "\"phoneNumber\":\"".length(), phoneBytes, StandardCharsets.US_ASCII),
              deadlineMs,
              redriveOf,
              ends.remove(new Place(lane, sequence))));
    }
  }

  /** By lane and sequence. */
  List<Stored> all() {
    return all;
  }

  List<String> faults() {
    return faults;
  }

  /** New requests and marks that don't fit each other. */
  List<String> redriveFaults() {
    return redriveFaults;
  }
}
