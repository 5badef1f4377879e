package io.dialspool.ring;

import io.dialspool.request.CampaignId;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.Traceparent;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One place in the ring, built once and refilled for ever: a batch of dial requests of one
 * campaign, the recall of one, or the redrive of some. All or nothing: what a slot brings is stored
 * by the same write.
 */
public final class DialSlot {
  /**
   * Told on the ring's thread once everything about the slot is synced. Must not block; takes what
   * it needs at once.
   */
  public interface Reply {
    void synced(DialSlot slot);
  }

  private DialItems items = new DialItems();
  private @Nullable CampaignId campaign;
  private @Nullable Reply reply;
  private @Nullable Consumer<RecallAnswer> recallReply;
  private @Nullable Redrive redrive;
  private @Nullable Traceparent trace;
  private long receivedAtMs;
  private int lane;

  // --- intake only

  /**
   * Makes this slot a batch; {@code filled} becomes the slot's and the slot's empty items come
   * back.
   */
  public DialItems trade(
      CampaignId itsCampaign, DialItems filled, long receivedAtEpochMs, Reply itsReply) {
    DialItems empty = items;
    items = filled;
    campaign = itsCampaign;
    reply = itsReply;
    recallReply = null;
    redrive = null;
    trace = null;
    receivedAtMs = receivedAtEpochMs;
    return empty;
  }

  /** Says which trace the batch belongs to; after {@link #trade}, before it is published. */
  public void belongsTo(Traceparent itsTrace) {
    trace = itsTrace;
  }

  /** Makes this slot the recall of one token. The answer comes on any thread. */
  public void recall(
      CampaignId itsCampaign,
      String clientToken,
      long receivedAtEpochMs,
      Consumer<RecallAnswer> to) {
    items.clear();
    int item = items.begin();
    int at = items.append(clientToken);
    items.token(item, at, items.used() - at);
    campaign = itsCampaign;
    reply = null;
    recallReply = to;
    redrive = null;
    trace = null;
    receivedAtMs = receivedAtEpochMs;
  }

  /** Makes this slot a redrive. */
  public void redrive(CampaignId itsCampaign, Redrive itsRedrive, long receivedAtEpochMs) {
    items.clear();
    campaign = itsCampaign;
    reply = null;
    recallReply = null;
    redrive = itsRedrive;
    trace = null;
    receivedAtMs = receivedAtEpochMs;
  }

  // --- stages

  /** Dedupe stage only. */
  public void lane(int number) {
    lane = number;
  }

  /** Last stage only: drops references, or a full ring keeps a lap of dead requests alive. */
  public void clear() {
    items.clear();
    campaign = null;
    reply = null;
    recallReply = null;
    redrive = null;
    trace = null;
    lane = 0;
  }

  public boolean isRecall() {
    return recallReply != null;
  }

  /** The redrive that this slot is; null for a batch or a recall. */
  public @Nullable Redrive redrive() {
    return redrive;
  }

  /** Which trace the batch belongs to; null for none. */
  public @Nullable Traceparent trace() {
    return trace;
  }

  /** Whether anything is in it; a slot claimed and given up is empty. */
  public boolean isEmpty() {
    return campaign == null;
  }

  public DialItems items() {
    return items;
  }

  public CampaignId campaign() {
    return Objects.requireNonNull(campaign);
  }

  public Reply reply() {
    return Objects.requireNonNull(reply);
  }

  public Consumer<RecallAnswer> recallReply() {
    return Objects.requireNonNull(recallReply);
  }

  /** Wall clock at the door; milliseconds since 1970. */
  public long receivedAtMs() {
    return receivedAtMs;
  }

  /** Number of the campaign's lane; 0 until dedupe has seen it, or if there is none. */
  public int lane() {
    return lane;
  }
}
