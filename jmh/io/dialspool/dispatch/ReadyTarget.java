package io.dialspool.dispatch;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Takes whatever it is given, and answers as soon as {@link #answer} is called. */
final class ReadyTarget implements Target {
  private static final String ID = "6f3d0a52-17c4-4f0e-8a39-5b1f6e0c2d11";

  private List<Runnable> answers = new ArrayList<>();

  /** Gives the answers that are due; returns how many. */
  int answer() {
    List<Runnable> due = answers;
    answers = new ArrayList<>();
    due.forEach(Runnable::run);
    return due.size();
  }

  @Override
  public TargetIdentity identity() {
    return new TargetIdentity("embedded", "", "", "");
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    var taken = new ArrayList<BatchReply.Success>(batch.items().size());
    for (OutgoingItem item : batch.items()) {
      taken.add(new BatchReply.Success(item.clientToken(), ID));
    }
    answers.add(() -> onReply.accept(new BatchReply.Answered(taken, List.of())));
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    Map<CampaignId, String> running = new HashMap<>();
    campaigns.forEach(campaign -> running.put(campaign, CampaignState.RUNNING.wire()));
    answers.add(() -> onReply.accept(new StatesReply.Answered(running, List.of())));
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    throw new UnsupportedOperationException("forward");
  }

  @Override
  public long clockOffsetMs() {
    return 0;
  }

  @Override
  public void close() {}
}
