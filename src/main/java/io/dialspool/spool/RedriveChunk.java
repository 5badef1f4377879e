package io.dialspool.spool;

import io.dialspool.ring.Redrive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Some dead letters of one campaign on their way through the ring: what a page holds at most. The
 * stages decide about each, since only there nothing comes between look and write.
 */
public final class RedriveChunk implements Redrive {
  /** Candidates of one chunk at most. */
  public static final int ITEMS_MAX = PageBuilder.ITEMS_MAX;

  static final int BYTES_MAX = PageBuilder.BYTES_FULL;

  /** What becomes a new request. */
  record Taken(StoredRequest from, long sequence, byte[] token, long doubtUntilMs) {}

  private final List<Settlement> candidates;
  private final long deadlineMs;
  private final Consumer<RedriveChunk> reply;
  private final List<Taken> taken = new ArrayList<>();
  private int alreadyRedriven;

  /**
   * @param candidates dead letters of one lane as they were read, at most {@link #ITEMS_MAX} and 1
   *     MiB; those that must not be redriven are left out by the caller
   * @param deadlineMs of the new requests; milliseconds since 1970
   * @param reply told on the ring's thread once all is synced; must not block
   */
  public RedriveChunk(List<Settlement> candidates, long deadlineMs, Consumer<RedriveChunk> reply) {
    this.candidates = List.copyOf(candidates);
    this.deadlineMs = deadlineMs;
    this.reply = reply;
  }

  /** The lane's new requests, oldest first; once the reply has come. */
  public List<Redriven> redriven() {
    return taken.stream()
        .map(
            one ->
                new Redriven(
                    one.from, one.sequence, new String(one.token, StandardCharsets.US_ASCII)))
        .toList();
  }

  /**
   * A dead letter and what it has become.
   *
   * @param sequence of the new request, in the same lane
   * @param clientToken the dead letter's, or one made from it
   */
  public record Redriven(StoredRequest from, long sequence, String clientToken) {}

  /** How many were found redriven before; once the reply has come. */
  public int alreadyRedriven() {
    return alreadyRedriven;
  }

  @Override
  public void synced() {
    reply.accept(this);
  }

  // --- stages

  List<Settlement> candidates() {
    return candidates;
  }

  /** Of the new requests; milliseconds since 1970. */
  public long deadlineMs() {
    return deadlineMs;
  }

  List<Taken> taken() {
    return taken;
  }

  void take(StoredRequest from, long sequence, byte[] token, long doubtUntilMs) {
    taken.add(new Taken(from, sequence, token, doubtUntilMs));
  }

  void skip() {
    alreadyRedriven++;
  }
}
