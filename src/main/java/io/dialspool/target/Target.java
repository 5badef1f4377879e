package io.dialspool.target;

import io.dialspool.request.CampaignId;
import java.util.List;
import java.util.function.Consumer;

/**
 * The port that calls go through: one account and Region. One attempt per call; every retry is the
 * caller's. Each reply comes exactly once, on the client's thread (in the simulation: the caller's,
 * later), never before the method returns.
 */
public interface Target extends AutoCloseable {

  TargetIdentity identity();

  /**
   * Sends one PutDialRequestBatch. Source: contract section 8.
   *
   * @param timeoutNs from now until {@link BatchReply.Unanswered}; above 0
   */
  void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply);

  /**
   * Sends one GetCampaignStateBatch.
   *
   * @param campaigns 1 to 25
   */
  void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply);

  /** Passes one call on as it is. */
  void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer);

  /**
   * How far the target's clock is ahead of ours, learnt from its {@code Date}; milliseconds. Any
   * thread.
   */
  long clockOffsetMs();

  @Override
  void close();
}
