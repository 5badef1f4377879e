package io.dialspool.target;

import io.dialspool.request.CampaignId;
import io.dialspool.time.Clock;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A target without a network: calls are written and answers read as {@link HttpTarget} does it, and
 * somebody carries them, in whatever time there is. Nothing is signed, and its clock is ours. One
 * thread, that of the carrier.
 */
public final class CarriedTarget implements Target {
  /** Carries calls over and answers back. */
  public interface Carrier {
    /**
     * @param written makes the call when it leaves; null if its moment has passed
     * @param onAnswer told once, later, of a whole answer; of an empty one if nothing left
     */
    void carry(Written written, Consumer<RawAnswer.@Nullable Answered> onAnswer);
  }

  /** A call that is written at the moment when it leaves. */
  public interface Written {
    @Nullable RawCall now();
  }

  private static final String JSON = "application/json";

  private final TargetIdentity identity;
  private final Clock clock;
  private final Carrier carrier;

  public CarriedTarget(TargetIdentity identity, Clock clock, Carrier carrier) {
    this.identity = identity;
    this.clock = clock;
    this.carrier = carrier;
  }

  @Override
  public TargetIdentity identity() {
    return identity;
  }

  @Override
  public void put(OutgoingBatch batch, long timeoutNs, Consumer<BatchReply> onReply) {
    String path = HttpTarget.putPath(batch.campaign());
    carrier.carry(
        () -> {
          long nowMs = clock.epochMs();
          return batch.maySendAt(nowMs)
              ? new RawCall("PUT", path, JSON, BatchBody.at(batch, nowMs))
              : null;
        },
        answer -> onReply.accept(ReplyReader.ofBatch(ended(answer), batch)));
  }

  @Override
  public void states(List<CampaignId> campaigns, long timeoutNs, Consumer<StatesReply> onReply) {
    List<CampaignId> asked = List.copyOf(campaigns);
    carrier.carry(
        () -> new RawCall("POST", "/campaigns-state", JSON, HttpTarget.statesBody(asked)),
        answer -> onReply.accept(ReplyReader.ofStates(ended(answer), asked)));
  }

  @Override
  public void forward(RawCall call, long timeoutNs, Consumer<RawAnswer> onAnswer) {
    carrier.carry(() -> call, answer -> onAnswer.accept(ReplyReader.ofRaw(ended(answer))));
  }

  private Ended ended(RawAnswer.@Nullable Answered answer) {
    if (answer == null) {
      return new Ended.NotSent("a deadline came too close", false);
    }
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set("x-amzn-ErrorType", answer.errorType());
    headers.set("Retry-After", answer.retryAfter());
    TargetClock.Moment now = TargetClock.Moment.of(clock);
    return new Ended.Answer(answer.status(), headers, answer.body(), now, now);
  }

  @Override
  public long clockOffsetMs() {
    return 0;
  }

  @Override
  public void close() {}
}
