package io.dialspool.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.lmax.disruptor.InsufficientCapacityException;
import io.dialspool.api.Operations;
import io.dialspool.audit.AuditEntry;
import io.dialspool.auth.Caller;
import io.dialspool.auth.Right;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.RecallAnswer;
import io.dialspool.request.RecallOrder;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RedriveOrder;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestStatus;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Calls with small bodies: our own by Backstage and ring, the campaign API's other operations to
 * the target. On the event loop. Source: contract section 2, api.md.
 */
final class CallRouter {
  static final ApiError DRAINING = ApiError.unavailable("The service is stopping.", 1);
  static final ApiError FULL = ApiError.throttled("Intake is full; send it again.", 1);
  static final ApiError CAMPAIGN_ID =
      ApiError.validation("id: not a campaign id (expected: 1 to 256 characters, no white space)");
  private static final ApiError CLIENT_TOKEN =
      ApiError.validation("clientToken: not a token (expected: 1 to 200 of a-z A-Z 0-9 _ - .)");
  private static final ApiError TARGET_DOWN =
      ApiError.unavailable("The target can't be reached.", 1);
  static final ApiError NO_LANE =
      ApiError.notFound("No dial request of this campaign was ever accepted.");
  private static final ApiError NOT_KNOWN =
      ApiError.notFound("No dial request with this clientToken is known.");
  static final ApiError FEEDS_FULL = ApiError.throttled("Too many readers of feeds at once.", 5);
  private static final ApiError CURSOR =
      ApiError.validation("after: not a cursor (expected: the cursor of a line of this feed)");
  private static final ApiError LIMIT =
      ApiError.validation("limit: not a number (expected: 1 to 1000000000)");
  private static final ApiError FOLLOW =
      ApiError.validation("follow: neither true nor false (expected: true or false)");
  private static final ApiError ID =
      ApiError.validation("id: not an id of ours (expected: such as ds-1-42)");
  private static final Pattern CURSOR_FORM = Pattern.compile("(\\d{1,18}-\\d{1,9})?");
  private static final Pattern LIMIT_FORM = Pattern.compile("[1-9]\\d{0,8}|1000000000");
  private static final long PATIENCE_MS = 100;
  private static final int CAMPAIGNS_AN_ANSWER = 1_000;

  /** The life cycle of both versions of the API: what a campaign is after the call. */
  private static final Map<String, CampaignState> STATE_AFTER =
      Map.of(
          "StartCampaign", CampaignState.RUNNING,
          "ResumeCampaign", CampaignState.RUNNING,
          "PauseCampaign", CampaignState.PAUSED,
          "StopCampaign", CampaignState.STOPPED);

  private final Intake intake;
  private final Loop loop;
  private final Channel channel;

  CallRouter(Intake intake, Loop loop, Channel channel) {
    this.intake = intake;
    this.loop = loop;
    this.channel = channel;
  }

  void route(HttpCall call) {
    if (intake.isDraining()) {
      call.answer(DRAINING);
      return;
    }
    Optional<Operations.Match> match = Operations.find(call.method(), call.uri());
    // The spool's own operation is the door's: one that comes here by an odd path must not go
    // round.
    if (match.isPresent() && !match.get().operation().name().equals("PutDialRequestBatch")) {
      passOn(call, match.get());
    } else {
      ours(call, call.segments());
    }
  }

  /** Calls that the campaign API doesn't have. Source: api.md. */
  private void ours(HttpCall call, List<String> path) {
    boolean ofCampaign = path.size() > 2 && path.get(0).equals("campaigns");
    if (ofCampaign && !CampaignId.isValid(path.get(1))) {
      call.answer(CAMPAIGN_ID);
      return;
    }
    OwnCall own = OwnCall.find(call.method(), path);
    // The door reads uploads; one that comes here by an odd path must not go round it.
    if (own == null || own == OwnCall.UPLOAD) {
      unknown(call);
    } else if (ofCampaign) {
      ofCampaign(call, own, new CampaignId(path.get(1)), path);
    } else {
      ofAll(call, own, path);
    }
  }

  private void ofAll(HttpCall call, OwnCall own, List<String> path) {
    switch (own) {
      case SPOOL ->
          intake.backstage.spoolReport(
              report -> call.answer(HttpAnswer.json((Object) Views.of(report))));
      case SPOOL_CAMPAIGNS -> campaigns(call);
      case WEBHOOKS, DEAD_DELIVERIES, REDELIVER ->
          new WebhookCalls(intake.backstage, details -> entry("Redeliver", null, details))
              .route(call, own, path);
      default -> unknown(call);
    }
  }

  /** Each campaign's report, a thousand an answer. */
  private void campaigns(HttpCall call) {
    String after = orEmpty(call.query("after"));
    intake.backstage.campaignReports(
        reports -> {
          int from = after.isEmpty() ? 0 : behind(after, reports);
          int to = Math.min(reports.size(), from + CAMPAIGNS_AN_ANSWER);
          call.answer(
              HttpAnswer.json((Object) Views.of(reports.subList(from, to), to < reports.size())));
        });
  }

  private static int behind(String campaign, List<CampaignReport> reports) {
    for (int i = 0; i < reports.size(); i++) {
      if (reports.get(i).campaignId().value().equals(campaign)) {
        return i + 1;
      }
    }
    return reports.size();
  }

  private void ofCampaign(HttpCall call, OwnCall own, CampaignId campaign, List<String> path) {
    switch (own) {
      case STATUS, RECALL -> dialRequest(call, own, campaign, path.get(3));
      case OUTCOMES -> feed(call, campaign, false);
      case DEAD_LETTERS -> feed(call, campaign, true);
      case REDRIVE -> redrive(call, campaign);
      case RECALL_MANY -> recall(call, campaign);
      case CAMPAIGN_SPOOL ->
          intake.backstage.campaignReport(
              campaign,
              report ->
                  call.answer(
                      report
                          .map(found -> HttpAnswer.json((Object) Views.of(found)))
                          .orElseGet(() -> HttpAnswer.error(NO_LANE))));
      default -> unknown(call);
    }
  }

  // --- who did what

  /** An entry about the present call. On the event loop. */
  private AuditEntry entry(String action, @Nullable CampaignId campaign, ObjectNode details) {
    Caller caller = Caller.of(channel);
    InetAddress from =
        channel.remoteAddress() instanceof InetSocketAddress socket ? socket.getAddress() : null;
    return new AuditEntry(
        caller != null
            ? caller.name()
            : from != null && from.isLoopbackAddress() ? "loopback" : "network",
        from == null ? "" : from.getHostAddress(),
        action,
        campaign == null ? null : campaign.value(),
        details);
  }

  private static ObjectNode copied(ObjectNode report, String... members) {
    ObjectNode details = AuditEntry.noDetails();
    for (String member : members) {
      if (report.has(member)) {
        details.set(member, report.get(member));
      }
    }
    return details;
  }

  // --- what became of requests

  private void feed(HttpCall call, CampaignId campaign, boolean deadLetters) {
    String after = orEmpty(call.query("after"));
    String limit = orEmpty(call.query("limit"));
    String follow = orEmpty(call.query("follow"));
    if (!CURSOR_FORM.matcher(after).matches()) {
      call.answer(CURSOR);
    } else if (!limit.isEmpty() && !LIMIT_FORM.matcher(limit).matches()) {
      call.answer(LIMIT);
    } else if (!List.of("", "true", "false").contains(follow)) {
      call.answer(FOLLOW);
    } else {
      var wanted =
          new FeedStream.Wanted(
              campaign,
              deadLetters,
              after,
              limit.isEmpty() ? Long.MAX_VALUE : Long.parseLong(limit),
              follow.equals("true"),
              mayReveal());
      new FeedStream(intake, loop.events, call, wanted).begin();
    }
  }

  /** Numbers and attributes are for who may control; nobody may while nobody is asked. */
  private boolean mayReveal() {
    Caller caller = Caller.of(channel);
    return caller != null && caller.rights().contains(Right.CONTROL);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private void redrive(HttpCall call, CampaignId campaign) {
    RedriveOrder order;
    try {
      order =
          RedriveBody.read(call.body(), intake.clock.epochMs(), intake.backstage::isRedrivePlace);
    } catch (ShapeException e) {
      call.answer(ApiError.validation(e.member() + ": " + e.reason()));
      return;
    }
    AuditEntry entry = entry("Redrive", campaign, filter(order));
    intake.beginAnswer();
    if (order.dryRun()) {
      redrive(call, campaign, order, entry);
      return;
    }
    // A campaign that takes nothing would only make dead letters of them again.
    intake.backstage.admit(
        campaign,
        admission -> {
          if (admission instanceof Admission.Refused refused) {
            passBack(call, HttpAnswer.error(refused.error()));
          } else {
            redrive(call, campaign, order, entry);
          }
        });
  }

  private static ObjectNode filter(RedriveOrder order) {
    ObjectNode details = AuditEntry.noDetails();
    ObjectNode filter = details.putObject("filter");
    if (order.state() != null) {
      filter.put("state", order.state().name());
    }
    if (order.reason() != null) {
      filter.put("reason", order.reason().name());
    }
    if (order.settledFromMs() != Long.MIN_VALUE) {
      filter.put("settledAfter", Views.time(order.settledFromMs()));
    }
    if (order.settledBeforeMs() != Long.MAX_VALUE) {
      filter.put("settledBefore", Views.time(order.settledBeforeMs()));
    }
    if (!order.clientTokens().isEmpty()) {
      filter.put("clientTokens", order.clientTokens().size());
    }
    if (order.inDoubt()) {
      filter.put("inDoubt", true);
    }
    if (!order.dryRun()) {
      details.put("deadline", Views.time(order.deadlineMs()));
    }
    return details;
  }

  private void redrive(HttpCall call, CampaignId campaign, RedriveOrder order, AuditEntry entry) {
    intake.backstage.redrive(
        campaign,
        order,
        new Backstage.RedriveReply() {
          @Override
          public void done(RedriveReport report) {
            ObjectNode view = Views.of(report);
            HttpAnswer answer = HttpAnswer.json((Object) view);
            if (order.dryRun()) {
              passBack(call, answer);
              return;
            }
            entry.details().setAll(copied(view, "matched", "redriven", "skipped", "error"));
            intake.backstage.audit(entry, () -> passBack(call, answer));
          }

          @Override
          public void refused(ApiError error) {
            intake.meters.refused(error.code(), 1);
            passBack(call, HttpAnswer.error(error));
          }
        });
  }

  private void recall(HttpCall call, CampaignId campaign) {
    RecallOrder order;
    try {
      order = RecallBody.read(call.body(), intake.backstage::isRecallPlace);
    } catch (ShapeException e) {
      call.answer(ApiError.validation(e.member() + ": " + e.reason()));
      return;
    }
    ObjectNode details = AuditEntry.noDetails();
    ObjectNode filter = details.putObject("filter");
    if (order.phoneNumber().isEmpty()) {
      filter.put("all", true);
    } else {
      filter.put("phoneNumber", RequestStatus.masked(order.phoneNumber()));
    }
    AuditEntry entry = entry("Recall", campaign, details);
    intake.beginAnswer();
    intake.backstage.recall(
        campaign,
        order,
        new Backstage.RecallReply() {
          @Override
          public void done(RecallReport report) {
            ObjectNode view = Views.of(report, order.dryRun());
            HttpAnswer answer = HttpAnswer.json((Object) view);
            if (order.dryRun()) {
              passBack(call, answer);
              return;
            }
            entry
                .details()
                .setAll(copied(view, "matched", "cancelled", "tooLate", "endedBefore", "error"));
            intake.backstage.audit(entry, () -> passBack(call, answer));
          }

          @Override
          public void refused(ApiError error) {
            intake.meters.refused(error.code(), 1);
            passBack(call, HttpAnswer.error(error));
          }
        });
  }

  // --- one dial request

  private void dialRequest(HttpCall call, OwnCall own, CampaignId campaign, String token) {
    if (!ClientToken.isValid(token)) {
      call.answer(CLIENT_TOKEN);
    } else if (own == OwnCall.STATUS) {
      status(call, campaign, new ClientToken(token));
    } else {
      intake.beginAnswer();
      var recall = new Recall(call, campaign, token);
      if (!loop.waiting.isEmpty() || !recall.tryNow()) {
        loop.waiting.add(recall, PATIENCE_MS);
      }
    }
  }

  /** Of what bears the token now or, if an id is given, of that one: a redrive takes the token. */
  private void status(HttpCall call, CampaignId campaign, ClientToken token) {
    String id = call.query("id");
    Consumer<Optional<RequestStatus>> then =
        status ->
            call.answer(
                status
                    .filter(found -> found.clientToken().equals(token))
                    .map(found -> HttpAnswer.json((Object) Views.of(found)))
                    .orElseGet(() -> HttpAnswer.error(NOT_KNOWN)));
    if (id == null) {
      intake.backstage.status(campaign, token, then);
      return;
    }
    Optional<RequestId> wanted = RequestId.of(id);
    if (wanted.isPresent()) {
      intake.backstage.status(campaign, wanted.get(), then);
    } else {
      call.answer(ID);
    }
  }

  private final class Recall implements WaitingForRoom.Waiter {
    private final HttpCall call;
    private final CampaignId campaign;
    private final String token;
    private final AuditEntry entry;

    Recall(HttpCall call, CampaignId campaign, String token) {
      this.call = call;
      this.campaign = campaign;
      this.token = token;
      this.entry = entry("Recall", campaign, AuditEntry.noDetails().put("clientToken", token));
    }

    @Override
    public boolean tryNow() {
      long sequence;
      try {
        sequence = intake.ring.tryNext();
      } catch (InsufficientCapacityException e) {
        return false;
      }
      try {
        intake.ring.get(sequence).recall(campaign, token, intake.clock.epochMs(), this::recalled);
      } finally {
        intake.ring.publish(sequence);
      }
      return true;
    }

    private void recalled(RecallAnswer answer) {
      if (answer instanceof RecallAnswer.Unknown) {
        answer(of(answer)); // nothing was there to be done
        return;
      }
      entry.details().put("answer", word(answer));
      intake.backstage.audit(entry, () -> answer(of(answer)));
    }

    private void answer(HttpAnswer answer) {
      call.answer(answer);
      intake.endAnswer();
    }

    @Override
    public void giveUp() {
      intake.meters.refused(FULL.code(), 1);
      answer(HttpAnswer.error(FULL));
    }

    @Override
    public boolean gone() {
      return false;
    }
  }

  private static String word(RecallAnswer answer) {
    return answer instanceof RecallAnswer.Cancelled
        ? "CANCELLED"
        : answer instanceof RecallAnswer.TooLate late ? late.state().name() : "unanswered";
  }

  // On Java 17 a switch can't match sealed types.
  private static HttpAnswer of(RecallAnswer answer) {
    if (answer instanceof RecallAnswer.Cancelled) {
      return HttpAnswer.json(JsonBytes.ascii("{\"state\":\"CANCELLED\"}"));
    }
    if (answer instanceof RecallAnswer.TooLate late) {
      String state = late.state().name();
      return HttpAnswer.error(
          new ApiError(
              409,
              "ConflictException",
              "Too late to recall: the dial request is " + state + ".",
              state,
              0));
    }
    if (answer instanceof RecallAnswer.Unknown) {
      return HttpAnswer.error(NOT_KNOWN);
    }
    return HttpAnswer.error(ApiError.unavailable("Recalls can't be answered now.", 1));
  }

  // --- the target's operations

  /**
   * To the target as it is. What changes a campaign there moves its gate before the caller hears of
   * it.
   */
  private void passOn(HttpCall call, Operations.Match match) {
    String id = match.labels().get("id");
    if (id != null && !CampaignId.isValid(id)) {
      call.answer(CAMPAIGN_ID);
      return;
    }
    String operation = match.operation().name();
    AuditEntry entry =
        changesSomething(operation)
            ? entry(operation, id == null ? null : new CampaignId(id), AuditEntry.noDetails())
            : null;
    forward(
        call,
        answer -> {
          Runnable passBack =
              entry == null
                  ? () -> passBack(call, answer)
                  : () -> {
                    entry.details().put("status", answer.status());
                    intake.backstage.audit(entry, () -> passBack(call, answer));
                  };
          CampaignState state = STATE_AFTER.get(operation);
          if (id != null && state != null && isDone(answer)) {
            intake.backstage.campaignChanged(new CampaignId(id), state, passBack);
          } else if (id != null && operation.equals("DeleteCampaign") && isDone(answer)) {
            intake.backstage.campaignDeleted(new CampaignId(id), passBack);
          } else {
            passBack.run();
          }
        });
  }

  private static boolean changesSomething(String operation) {
    return !operation.startsWith("Get")
        && !operation.startsWith("List")
        && !operation.startsWith("Describe")
        && !operation.startsWith("Search");
  }

  /** Takes an answer to pass back. */
  private interface Then {
    void answered(HttpAnswer answer);
  }

  private void forward(HttpCall call, Then then) {
    intake.beginAnswer();
    intake.backstage.forward(
        new RawCall(call.method(), call.uri(), call.header("Content-Type"), call.body()),
        answer -> then.answered(of(answer)));
  }

  private void passBack(HttpCall call, HttpAnswer answer) {
    call.answer(answer);
    intake.endAnswer();
  }

  private static HttpAnswer of(RawAnswer answer) {
    if (!(answer instanceof RawAnswer.Answered answered)) {
      return HttpAnswer.error(TARGET_DOWN);
    }
    var headers = new TreeMap<String, String>();
    put(headers, "x-amzn-ErrorType", answered.errorType());
    put(headers, "x-amzn-RequestId", answered.requestId());
    put(headers, "Retry-After", answered.retryAfter());
    return new HttpAnswer(answered.status(), answered.contentType(), headers, answered.body());
  }

  private static void put(Map<String, String> headers, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      headers.put(name, value);
    }
  }

  private static boolean isDone(HttpAnswer answer) {
    return answer.status() == 200;
  }

  private static void unknown(HttpCall call) {
    String uri = call.uri();
    int question = uri.indexOf('?');
    call.answer(
        ApiError.unknownOperation(call.method(), question < 0 ? uri : uri.substring(0, question)));
  }
}
