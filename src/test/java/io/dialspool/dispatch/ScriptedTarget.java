package io.dialspool.dispatch;

import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.FailureCode;
import io.dialspool.target.BatchReply;
import io.dialspool.target.OutgoingBatch;
import io.dialspool.target.OutgoingItem;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.StatesReply;
import io.dialspool.target.Target;
import io.dialspool.target.TargetIdentity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A target that answers as it was told: with the replies queued, else with {@link #byDefault}; a
 * null from there leaves the call without an answer until {@link #answerHeld}.
 */
public final class ScriptedTarget implements Target {
  /** One put as it came. */
  public record Put(CampaignId campaign, List<String> tokens) {
    public int size() {
      return tokens.size();
    }
  }

  private record Held(OutgoingBatch batch, Consumer<BatchReply> onReply) {}

  public final List<Put> puts = new ArrayList<>();
  public final List<List<CampaignId>> asked = new ArrayList<>();
  public final ArrayDeque<Function<OutgoingBatch, BatchReply>> script = new ArrayDeque<>();
  public Function<OutgoingBatch, @Nullable BatchReply> byDefault = ScriptedTarget::allTaken;
  public final Map<CampaignId, CampaignState> states = new HashMap<>();
  public @Nullable StatesReply statesReply;
  public long clockOffsetMs;

  private final TargetIdentity identity;
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private final ArrayDeque<Runnable> replies = new ArrayDeque<>();

  public ScriptedTarget() {
    this(new TargetIdentity("embedded", "", "", ""));
  }

  public ScriptedTarget(TargetIdentity identity) {
    this.identity = identity;
  }

  /** Adds the next answer. */
  public void then(BatchReply reply) {
    script.add(batch -> reply);
  }

  public void then(Function<OutgoingBatch, BatchReply> reply) {
    script.add(reply);
  }

  /** Delivers what was answered since; returns how many replies that were. */
  int deliver() {
    int delivered = 0;
    for (Runnable reply = replies.poll(); reply != null; reply = replies.poll()) {
      reply.run();
      delivered++;
    }
    return delivered;
  }

  /** Answers the oldest call that was left without an answer. */
  public void answerHeld(Function<OutgoingBatch, BatchReply> reply) {
    Held call = held.remove();
    replies.add(() -> call.onReply.accept(reply.apply(call.batch)));
  }

  public int heldCount() {
    return held.size();
  }

  public static BatchReply allTaken(OutgoingBatch batch) {
    return taken(batch, batch.items().size());
  }

  /** The first {@code count} are taken, the rest answered with RequestThrottled. */
  public static BatchReply taken(OutgoingBatch batch, int count) {
    return some(batch, count, FailureCode.REQUEST_THROTTLED);
  }

  /** The first {@code count} are taken, the rest failed. */
  public static BatchReply some(OutgoingBatch batch, int count, FailureCode rest) {
    var successes = new ArrayList<BatchReply.Success>();
    var failures = new ArrayList<BatchReply.Failure>();
    for (OutgoingItem item : batch.items()) {
      if (successes.size() < count) {
        successes.add(new BatchReply.Success(item.clientToken(), "their-" + item.clientToken()));
      } else {
        failures.add(new BatchReply.Failure(item.clientToken(), rest));
      }
    }
    return new BatchReply.Answered(successes, failures);
  }

  public static BatchReply allFailed(OutgoingBatch batch, FailureCode code) {
    return some(batch, 0, code);
  }

  public static BatchReply refused(int status, String code) {
    return new BatchReply.Refused(status, code, "", null, -1);
  }

  @Override
  public TargetIdentity identity() {
    return identity;
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    puts.add(
        new Put(batch.campaign(), batch.items().stream().map(OutgoingItem::clientToken).toList()));
    Function<OutgoingBatch, BatchReply> scripted = script.poll();
    BatchReply reply = scripted != null ? scripted.apply(batch) : byDefault.apply(batch);
    if (reply == null) {
      held.add(new Held(batch, onReply));
    } else {
      replies.add(() -> onReply.accept(reply));
    }
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    asked.add(campaigns);
    StatesReply scripted = statesReply;
    var found = new HashMap<CampaignId, String>();
    var notFound = new ArrayList<CampaignId>();
    for (CampaignId campaign : campaigns) {
      CampaignState state = states.get(campaign);
      if (state == null) {
        notFound.add(campaign);
      } else {
        found.put(campaign, state.wire());
      }
    }
    StatesReply reply = scripted != null ? scripted : new StatesReply.Answered(found, notFound);
    replies.add(() -> onReply.accept(reply));
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long clockOffsetMs() {
    return clockOffsetMs;
  }

  @Override
  public void close() {}
}
