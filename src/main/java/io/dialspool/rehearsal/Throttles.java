package io.dialspool.rehearsal;

import io.dialspool.request.CampaignId;
import io.dialspool.request.FailureCode;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import java.util.List;
import java.util.function.Consumer;

/** A target that counts how often the other side had enough. */
final class Throttles implements Target {
  private final Target target;
  private long calls;
  private long refusedCalls;
  private long callsWithFullBuffer;
  private long items;
  private long refusedItems;

  Throttles(Target target) {
    this.target = target;
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    target.put(
        batch,
        timeoutNs,
        reply -> {
          count(batch, reply);
          onReply.accept(reply);
        });
  }

  private void count(OutgoingBatch batch, BatchReply reply) {
    if (reply instanceof BatchReply.NotSent) {
      return;
    }
    calls++;
    items += batch.items().size();
    if (reply instanceof BatchReply.Refused refused && refused.status() == 429) {
      refusedCalls++;
    } else if (reply instanceof BatchReply.Answered answered) {
      long full =
          answered.failures().stream()
              .filter(failure -> failure.failureCode() == FailureCode.REQUEST_THROTTLED)
              .count();
      refusedItems += full;
      callsWithFullBuffer += full > 0 ? 1 : 0;
    }
  }

  /** Calls that left. */
  long calls() {
    return calls;
  }

  /** Of them, those refused whole: the API's rate. */
  long refusedCalls() {
    return refusedCalls;
  }

  /** Of them, those in which some item met a full buffer. */
  long callsWithFullBuffer() {
    return callsWithFullBuffer;
  }

  /** Items in calls that left, each as often as it was sent. */
  long items() {
    return items;
  }

  /** Of them, those that met a full buffer. */
  long refusedItems() {
    return refusedItems;
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    target.states(campaigns, timeoutNs, onReply);
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    target.forward(call, timeoutNs, onAnswer);
  }

  @Override
  public TargetIdentity identity() {
    return target.identity();
  }

  @Override
  public long clockOffsetMs() {
    return target.clockOffsetMs();
  }

  @Override
  public void close() {
    target.close();
  }
}
