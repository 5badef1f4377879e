package io.dialspool;

import io.dialspool.audit.AuditEntry;
import io.dialspool.audit.AuditLog;
import io.dialspool.dispatch.Campaigns;
import io.dialspool.dispatch.Dispatcher;
import io.dialspool.dispatch.Event;
import io.dialspool.dispatch.LaneControl;
import io.dialspool.dispatch.Reports;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Admission;
import io.dialspool.intake.Backstage;
import io.dialspool.outcomes.Feeds;
import io.dialspool.outcomes.Recalls;
import io.dialspool.outcomes.Redrives;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.WebhookReport;
import io.dialspool.spool.AcceptedRequests;
import io.dialspool.spool.DeadLetters;
import io.dialspool.spool.Spool;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.webhooks.Webhooks;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the door's questions from the parts that know: admission from what is known of campaigns,
 * status from the spool and the dispatch thread, counts from the dispatch thread alone.
 */
final class FrontDesk implements Backstage {
  private static final Logger LOG = LoggerFactory.getLogger(FrontDesk.class);
  private final PassThrough passThrough;
  private final Campaigns campaigns;
  private final Dispatcher dispatcher;
  private final Reports reports;
  private final Spool spool;
  private final Feeds feeds;
  private final Redrives redrives;
  private final Recalls recalls;
  private final AuditLog audit;
  private final Webhooks webhooks;
  private final Executor lookUps;
  private final Supplier<@Nullable ApiError> overload;

  /**
   * @param lookUps runs look-ups in the store; bounded, refuses when full
   */
  FrontDesk(
      PassThrough passThrough,
      Campaigns campaigns,
      Dispatcher dispatcher,
      Spool spool,
      Feeds feeds,
      Redrives redrives,
      Recalls recalls,
      AuditLog audit,
      Webhooks webhooks,
      Executor lookUps,
      Supplier<@Nullable ApiError> overload) {
    this.feeds = feeds;
    this.redrives = redrives;
    this.recalls = recalls;
    this.audit = audit;
    this.webhooks = webhooks;
    this.passThrough = passThrough;
    this.campaigns = campaigns;
    this.dispatcher = dispatcher;
    this.reports = new Reports(dispatcher);
    this.spool = spool;
    this.lookUps = lookUps;
    this.overload = overload;
  }

  @Override
  public @Nullable ApiError overload() {
    return overload.get();
  }

  @Override
  public void admit(CampaignId campaign, Consumer<Admission> then) {
    campaigns.admit(campaign, then);
  }

  @Override
  public void forward(RawCall call, Consumer<RawAnswer> then) {
    passThrough.forward(call, then);
  }

  @Override
  public void campaignChanged(CampaignId campaign, CampaignState state, Runnable whenApplied) {
    campaigns.seen(campaign, state);
    ask((nowNs, nowMs) -> dispatcher.campaignChanged(campaign, state, nowNs, nowMs, whenApplied));
  }

  @Override
  public void campaignDeleted(CampaignId campaign, Runnable whenApplied) {
    campaigns.missing(campaign);
    ask(
        (nowNs, nowMs) -> {
          dispatcher.campaignDeleted(campaign);
          whenApplied.run();
        });
  }

  @Override
  public void status(
      CampaignId campaign, ClientToken token, Consumer<Optional<RequestStatus>> then) {
    status(campaign, () -> spool.find(campaign, token), then);
  }

  @Override
  public void status(CampaignId campaign, RequestId id, Consumer<Optional<RequestStatus>> then) {
    status(campaign, () -> spool.find(campaign, id), then);
  }

  private void status(
      CampaignId campaign,
      Supplier<Optional<Spool.Found>> find,
      Consumer<Optional<RequestStatus>> then) {
    try {
      lookUps.execute(
          () -> {
            Optional<Spool.Found> found = find.get();
            if (found.isEmpty()) {
              then.accept(Optional.empty());
            } else if (found.get().outcome() != null) {
              then.accept(Optional.of(found.get().status()));
            } else {
              live(campaign, find, found.get(), then);
            }
          });
    } catch (RejectedExecutionException e) {
      then.accept(Optional.empty());
    }
  }

  // It may end between the look into the store and the look into the lane: then the store knows
  // better.
  private void live(
      CampaignId campaign,
      Supplier<Optional<Spool.Found>> find,
      Spool.Found found,
      Consumer<Optional<RequestStatus>> then) {
    ask(
        (nowNs, nowMs) -> {
          LaneControl control = dispatcher.find(campaign);
          boolean known = control != null && control.lane().isUnsettled(found.request().sequence());
          if (known || control == null) {
            then.accept(Optional.of(reports.live(found, nowNs, nowMs)));
          } else {
            lookUps.execute(() -> then.accept(find.get().map(Spool.Found::status)));
          }
        });
  }

  @Override
  public void outcomes(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then) {
    feeds.read(campaign, query, then);
  }

  @Override
  public boolean isRedrivePlace(String after) {
    return DeadLetters.isPlace(after);
  }

  @Override
  public void redrive(CampaignId campaign, RedriveOrder order, RedriveReply reply) {
    redrives.run(campaign, order, reply);
  }

  @Override
  public boolean isRecallPlace(String after) {
    return AcceptedRequests.isPlace(after);
  }

  @Override
  public void recall(CampaignId campaign, RecallOrder order, RecallReply reply) {
    recalls.run(campaign, order, reply);
  }

  @Override
  public void audit(AuditEntry entry, Runnable then) {
    audit.record(entry, then);
  }

  @Override
  public void webhooks(Consumer<List<WebhookReport>> then) {
    webhooks.reports(then);
  }

  @Override
  public void deadDeliveries(String webhook, Consumer<Optional<List<DeadDelivery>>> then) {
    webhooks.deadLetters(webhook, then);
  }

  @Override
  public void redeliver(
      String webhook, @Nullable CampaignId campaign, Consumer<OptionalLong> then) {
    webhooks.redeliver(webhook, campaign, then);
  }

  @Override
  public void campaignReport(CampaignId campaign, Consumer<Optional<CampaignReport>> then) {
    ask(
        (nowNs, nowMs) ->
            then.accept(
                Optional.ofNullable(dispatcher.find(campaign))
                    .map(control -> reports.campaign(control, nowNs, nowMs))));
  }

  @Override
  public void campaignReports(Consumer<List<CampaignReport>> then) {
    ask(
        (nowNs, nowMs) ->
            then.accept(
                dispatcher.lanes().stream()
                    .sorted(Comparator.comparingInt(control -> control.lane().info().number()))
                    .map(control -> reports.campaign(control, nowNs, nowMs))
                    .toList()));
  }

  @Override
  public void spoolReport(Consumer<SpoolReport> then) {
    ask((nowNs, nowMs) -> then.accept(reports.spool()));
  }

  // An answer that can't be delivered (a look-up refused, a connection gone) must not end dispatch.
  private void ask(Event question) {
    dispatcher.later(
        (nowNs, nowMs) -> {
          try {
            question.at(nowNs, nowMs);
          } catch (RuntimeException e) {
            LOG.warn("a question from the door went unanswered: {}", e.toString());
          }
        });
  }
}
