package io.dialspool.rehearsal;

import io.dialspool.campaignservice.Answer;
import io.dialspool.campaignservice.Call;
import io.dialspool.campaignservice.OutboundCampaigns;
import io.dialspool.http.HttpAnswer;
import io.dialspool.target.CarriedTarget;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.time.EventQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way to the campaign service and back, in virtual time. */
final class Line implements CarriedTarget.Carrier {
  private static final long WAY_NS = 200_000;
  private static final long MS = 1_000_000;

  private final EventQueue events;
  private final OutboundCampaigns campaigns;

  Line(EventQueue events, OutboundCampaigns campaigns) {
    this.events = events;
    this.campaigns = campaigns;
  }

  @Override
  public void carry(
      CarriedTarget.Written written, Consumer<RawAnswer.@Nullable Answered> onAnswer) {
    RawCall call = written.now();
    if (call == null) {
      events.in(WAY_NS, () -> onAnswer.accept(null));
      return;
    }
    events.in(
        WAY_NS,
        () -> {
          RawAnswer.Answered answer = perform(campaigns, call);
          events.in(WAY_NS + campaigns.latencyMs() * MS, () -> onAnswer.accept(answer));
        });
  }

  /** As the campaign service's port answers. */
  static RawAnswer.Answered perform(OutboundCampaigns campaigns, RawCall call) {
    Answer answer = campaigns.perform(Call.read(call.method(), call.pathAndQuery(), call.body()));
    campaigns.commit();
    HttpAnswer http =
        answer.error() != null
            ? HttpAnswer.error(answer.error())
            : answer.body() == null ? HttpAnswer.empty() : HttpAnswer.json((Object) answer.body());
    return new RawAnswer.Answered(
        http.status(),
        http.contentType(),
        http.headers().getOrDefault("x-amzn-ErrorType", ""),
        "",
        http.headers().getOrDefault("Retry-After", ""),
        http.body());
  }
}
