package io.dialspool.intake;

import com.lmax.disruptor.InsufficientCapacityException;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.request.CampaignId;
import io.dialspool.request.CampaignState;
import io.dialspool.request.ClientToken;
import io.dialspool.request.RecallAnswer;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  private static final ApiError NO_LANE =
      ApiError.notFound("No dial request of this campaign was ever accepted.");
  private static final ApiError NOT_KNOWN =
      ApiError.notFound("No dial request with this clientToken is known.");
  private static final long PATIENCE_MS = 100;

  /** What is one segment below a campaign at the target, with the methods it has. */
  private static final Map<String, List<String>> BELOW_CAMPAIGN =
      Map.of(
          "state", List.of("GET"),
          "start", List.of("POST"),
          "pause", List.of("POST"),
          "resume", List.of("POST"),
          "stop", List.of("POST"),
          "name", List.of("POST"),
          "dialer-config", List.of("POST"),
          "outbound-call-config", List.of("POST"));

  private static final Map<String, CampaignState> STATE_AFTER =
      Map.of(
          "start", CampaignState.RUNNING,
          "resume", CampaignState.RUNNING,
          "pause", CampaignState.PAUSED,
          "stop", CampaignState.STOPPED);

  private final Intake intake;
  private final Loop loop;

  CallRouter(Intake intake, Loop loop) {
    this.intake = intake;
    this.loop = loop;
  }

  void route(HttpCall call) {
    if (intake.isDraining()) {
      call.answer(DRAINING);
      return;
    }
    List<String> path = call.segments();
    switch (path.get(0)) {
      case "campaigns" -> campaigns(call, path);
      case "spool" -> {
        if (is(call, "GET") && path.size() == 1) {
          intake.backstage.spoolReport(
              report -> call.answer(HttpAnswer.json((Object) Views.of(report))));
        } else {
          unknown(call);
        }
      }
      default -> {
        if (isAtTarget(call.method(), path)) {
          forward(call, answer -> passBack(call, answer));
        } else {
          unknown(call);
        }
      }
    }
  }

  private void campaigns(HttpCall call, List<String> path) {
    if (path.size() == 1) {
      if (is(call, "PUT")) {
        forward(call, answer -> passBack(call, answer));
      } else {
        unknown(call);
      }
      return;
    }
    if (!CampaignId.isValid(path.get(1))) {
      call.answer(CAMPAIGN_ID);
      return;
    }
    var campaign = new CampaignId(path.get(1));
    String below = path.size() > 2 ? path.get(2) : "";
    if (path.size() == 2) {
      campaign(call, campaign);
    } else if (path.size() == 3 && below.equals("spool") && is(call, "GET")) {
      intake.backstage.campaignReport(
          campaign,
          report ->
              call.answer(
                  report
                      .map(found -> HttpAnswer.json((Object) Views.of(found)))
                      .orElseGet(() -> HttpAnswer.error(NO_LANE))));
    } else if (path.size() == 4 && below.equals("dial-requests")) {
      dialRequest(call, campaign, path.get(3));
    } else if (path.size() == 3
        && BELOW_CAMPAIGN.getOrDefault(below, List.of()).contains(call.method())) {
      CampaignState state = STATE_AFTER.get(below);
      forward(
          call,
          answer -> {
            if (state != null && isDone(answer)) {
              intake.backstage.campaignChanged(campaign, state, () -> passBack(call, answer));
            } else {
              passBack(call, answer);
            }
          });
    } else {
      unknown(call);
    }
  }

  private void campaign(HttpCall call, CampaignId campaign) {
    if (is(call, "GET")) {
      forward(call, answer -> passBack(call, answer));
    } else if (is(call, "DELETE")) {
      forward(
          call,
          answer -> {
            if (isDone(answer)) {
              intake.backstage.campaignDeleted(campaign, () -> passBack(call, answer));
            } else {
              passBack(call, answer);
            }
          });
    } else {
      unknown(call);
    }
  }

  // --- one dial request

  private void dialRequest(HttpCall call, CampaignId campaign, String token) {
    if (!is(call, "GET") && !is(call, "DELETE")) {
      unknown(call);
    } else if (!ClientToken.isValid(token)) {
      call.answer(CLIENT_TOKEN);
    } else if (is(call, "GET")) {
      intake.backstage.status(
          campaign,
          new ClientToken(token),
          status ->
              call.answer(
                  status
                      .map(found -> HttpAnswer.json((Object) Views.of(found)))
                      .orElseGet(() -> HttpAnswer.error(NOT_KNOWN))));
    } else {
      intake.beginAnswer();
      var recall = new Recall(call, campaign, token);
      if (!loop.waiting.isEmpty() || !recall.tryNow()) {
        loop.waiting.add(recall, PATIENCE_MS);
      }
    }
  }

  private final class Recall implements WaitingForRoom.Waiter {
    private final HttpCall call;
    private final CampaignId campaign;
    private final String token;

    Recall(HttpCall call, CampaignId campaign, String token) {
      this.call = call;
      this.campaign = campaign;
      this.token = token;
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
        intake
            .ring
            .get(sequence)
            .recall(campaign, token, intake.clock.epochMs(), answer -> answer(of(answer)));
      } finally {
        intake.ring.publish(sequence);
      }
      return true;
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

  private static boolean isAtTarget(String method, List<String> path) {
    return switch (path.get(0)) {
      case "campaigns-summary", "campaigns-state" -> path.size() == 1 && method.equals("POST");
      case "tags" -> path.size() == 2 && List.of("GET", "POST", "DELETE").contains(method);
      case "connect-instance" ->
          path.size() == 3
              && switch (path.get(2)) {
                case "onboarding" -> List.of("PUT", "GET", "DELETE").contains(method);
                case "config" -> List.of("GET", "DELETE").contains(method);
                default -> false;
              };
      case "v2" -> path.size() > 1 && List.of("GET", "PUT", "POST", "DELETE").contains(method);
      default -> false;
    };
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

  private static boolean is(HttpCall call, String method) {
    return call.method().equals(method);
  }

  private static void unknown(HttpCall call) {
    String uri = call.uri();
    int question = uri.indexOf('?');
    call.answer(
        ApiError.unknownOperation(call.method(), question < 0 ? uri : uri.substring(0, question)));
  }
}
