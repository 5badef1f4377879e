package io.dialspool.intake;

import io.dialspool.audit.AuditEntry;
import io.dialspool.http.ApiError;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.OutcomePage;
import io.dialspool.request.OutcomeQuery;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.WebhookReport;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the door asks of the rest of the service. Every method may be called by any thread and
 * returns at once; answers come on any thread, perhaps before the method returns.
 */
public interface Backstage {

  /**
   * Why nothing more is accepted now (backlog bound, disk watermark, draining); null if all is
   * well. Cheap.
   */
  @Nullable ApiError overload();

  /** Whether the campaign's requests are accepted. Asks the target once at first use. */
  void admit(CampaignId campaign, Consumer<Admission> then);

  /** Passes an operation on to the target, signed with our credentials. */
  void forward(RawCall call, Consumer<RawAnswer> then);

  /**
   * The target has just answered a life cycle call that went through us; no call leaves against the
   * new state afterwards.
   */
  void campaignChanged(CampaignId campaign, CampaignState state, Runnable whenApplied);

  /** The target has just deleted the campaign on a call that went through us. */
  void campaignDeleted(CampaignId campaign, Runnable whenApplied);

  void status(CampaignId campaign, ClientToken token, Consumer<Optional<RequestStatus>> then);

  /** The request with this very id, be its token another's by now. */
  void status(CampaignId campaign, RequestId id, Consumer<Optional<RequestStatus>> then);

  /**
   * A piece of the campaign's feed; synced outcomes only. The answer comes on a thread that may
   * take its time.
   */
  void outcomes(CampaignId campaign, OutcomeQuery query, Consumer<OutcomePage> then);

  /** Whether {@code after} may stand in a {@link RedriveOrder}. */
  boolean isRedrivePlace(String after);

  /** Accepts dead letters anew. What is answered is synced. */
  void redrive(CampaignId campaign, RedriveOrder order, RedriveReply reply);

  /** What a redrive came to. */
  interface RedriveReply {
    void done(RedriveReport report);

    /** Nothing was done. */
    void refused(ApiError error);
  }

  /** Whether {@code after} may stand in a {@link RecallOrder}. */
  boolean isRecallPlace(String after);

  /** Takes many requests back. What is answered is synced. */
  void recall(CampaignId campaign, RecallOrder order, RecallReply reply);

  /** What a recall came to. */
  interface RecallReply {
    void done(RecallReport report);

    /** Nothing was done. */
    void refused(ApiError error);
  }

  /**
   * Writes down what was done.
   *
   * @param then run once it is synced; answers from there
   */
  void audit(AuditEntry entry, Runnable then);

  /** How each webhook does, in the order of their names. */
  void webhooks(Consumer<List<WebhookReport>> then);

  /** What a webhook has given up; empty if there is none of that name. */
  void deadDeliveries(String webhook, Consumer<Optional<List<DeadDelivery>>> then);

  /**
   * Brings what a webhook has given up once more; told how many outcomes these are, empty if there
   * is none of that name.
   *
   * @param campaign whose; null for all
   */
  void redeliver(String webhook, @Nullable CampaignId campaign, Consumer<OptionalLong> then);

  /** Empty for a campaign that has no lane here. */
  void campaignReport(CampaignId campaign, Consumer<Optional<CampaignReport>> then);

  void campaignReports(Consumer<List<CampaignReport>> then);

  void spoolReport(Consumer<SpoolReport> then);
}
