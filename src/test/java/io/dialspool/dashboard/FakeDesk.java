package io.dialspool.dashboard;

import io.dialspool.audit.AuditEntry;
import io.dialspool.http.ApiError;
import io.dialspool.intake.Admission;
import io.dialspool.intake.Backstage;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.Outcome;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.TargetReport;
import io.dialspool.request.WaitingFor;
import io.dialspool.request.WebhookReport;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A service that knows what a test tells it; its feed comes in small pages. */
final class FakeDesk implements Backstage {
  static final String CAMPAIGN = "c-1";

  final List<CampaignReport> campaigns = new ArrayList<>();
  final List<RequestStatus> requests = new ArrayList<>();
  final List<Outcome> deadLetters = new ArrayList<>();
  @Nullable ApiError overload;
  int pageMax = 2;
  int pages;

  static CampaignReport report(String id, String gate, @Nullable WaitingFor waitsFor, long queued) {
    return new CampaignReport(
        new CampaignId(id),
        "default",
        waitsFor,
        gate.equals("Running"),
        gate,
        1_000,
        new Counts(queued + 7, queued, 0, 7, 0, 0, 0, 0),
        0,
        0,
        0,
        -1,
        0,
        0,
        25);
  }

  static SpoolReport sum(long accepted) {
    return SpoolReport.of(
        new Counts(accepted, accepted, 0, 0, 0, 0, 0, 0),
        List.of(new TargetReport("default", 10, 7.5, 3, 1, 60, 0, 0, "CLOSED")));
  }

  @Override
  public @Nullable ApiError overload() {
    return overload;
  }

  @Override
  public void status(
      CampaignId campaign, ClientToken token, Consumer<Optional<RequestStatus>> then) {
    then.accept(
        requests.stream()
            .filter(one -> one.campaignId().equals(campaign) && one.clientToken().equals(token))
            .findFirst());
  }

  @Override
  public void status(CampaignId campaign, RequestId id, Consumer<Optional<RequestStatus>> then) {
    then.accept(requests.stream().filter(one -> one.id().equals(id)).findFirst());
  }

  @Override
  public void outcomes(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then) {
    if (!campaign.value().equals(CAMPAIGN)) {
      then.accept(OutcomePage.NO_CAMPAIGN);
      return;
    }
    pages++;
    int from = query.after().isEmpty() ? 0 : Integer.parseInt(query.after().replace("-0", ""));
    int to = Math.min(deadLetters.size(), from + Math.min(pageMax, query.max()));
    then.accept(
        new OutcomePage(
            OutcomePage.Found.READ,
            deadLetters.subList(from, to),
            1,
            to + "-0",
            to == deadLetters.size()));
  }

  @Override
  public void campaignReport(CampaignId campaign, Consumer<Optional<CampaignReport>> then) {
    then.accept(campaigns.stream().filter(one -> one.campaignId().equals(campaign)).findFirst());
  }

  @Override
  public void campaignReports(Consumer<List<CampaignReport>> then) {
    then.accept(campaigns);
  }

  // --- what the dashboard leaves to the data port's own calls

  @Override
  public void admit(CampaignId campaign, Consumer<Admission> then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forward(RawCall call, Consumer<RawAnswer> then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void campaignChanged(CampaignId campaign, CampaignState state, Runnable whenApplied) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void campaignDeleted(CampaignId campaign, Runnable whenApplied) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isRecallPlace(String after) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void recall(CampaignId campaign, RecallOrder order, RecallReply reply) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void audit(AuditEntry entry, Runnable then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isRedrivePlace(String after) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void redrive(CampaignId campaign, RedriveOrder order, RedriveReply reply) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void spoolReport(Consumer<SpoolReport> then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void webhooks(Consumer<List<WebhookReport>> then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deadDeliveries(String webhook, Consumer<Optional<List<DeadDelivery>>> then) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void redeliver(
      String webhook, @Nullable CampaignId campaign, Consumer<OptionalLong> then) {
    throw new UnsupportedOperationException();
  }
}
