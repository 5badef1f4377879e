package io.dialspool.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import io.dialspool.target.Target;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Asks the target for the campaign, with the client that will send its leads: what it answers tells
 * whether it can be reached, takes our signature and our time, and what the campaign is.
 */
final class CampaignCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
  // The client ends every call by its own timeout; this is for the case that it doesn't.
  private static final long WAIT_S = 20;
  private static final Map<String, String> SIGNATURE_FAULTS =
      Map.of(
          "UnrecognizedClientException", "the access key is not known there",
          "InvalidClientTokenId", "the access key is not known there",
          "InvalidSignatureException", "the secret or the Region is not the right one",
          "SignatureDoesNotMatch", "the secret or the Region is not the right one",
          "IncompleteSignatureException", "the signature could not be read",
          "MissingAuthenticationTokenException", "credentials are asked for",
          "MissingAuthenticationToken", "credentials are asked for",
          "ExpiredTokenException", "the session token has expired",
          "RequestExpired", "its time, though the clock was corrected");

  private final Target target;
  private final String campaignId;
  private final Consumer<Finding> findings;

  CampaignCheck(Target target, String campaignId, Consumer<Finding> findings) {
    this.target = target;
    this.campaignId = campaignId;
    this.findings = findings;
  }

  void run() throws InterruptedException {
    Answer state = ask("/state");
    if (state.isAboutTime()) {
      state = ask("/state"); // by now the client has learnt the target's time
    }
    if (state.status == 0) {
      findings.accept(
          Finding.refused(
              "answer",
              "none: " + state.code,
              state.code.startsWith("TLS")
                  ? "the certificate must be one that is trusted here, for the name that is called"
                  : "see that nothing on the way takes the calls"));
      return;
    }
    clock();
    if (signature(state) && campaign(state)) {
      dialer(ask(""));
    }
  }

  private void clock() {
    double seconds = target.clockOffsetMs() / 1000.0;
    if (seconds == 0) {
      findings.accept(Finding.ok("clock", "agrees with the target's"));
    } else {
      findings.accept(
          Finding.warn(
              "clock",
              String.format(
                  Locale.ROOT,
                  "%.0f s %s the target's",
                  Math.abs(seconds),
                  seconds > 0 ? "behind" : "ahead of"),
              "let this machine's clock be kept; calls are signed and expire by the target's"));
    }
  }

  private boolean signature(Answer state) {
    String fault = SIGNATURE_FAULTS.get(state.code);
    if (fault != null) {
      findings.accept(
          Finding.refused(
              "signature",
              "refused: " + fault + " (" + state.status + " " + state.code + ")",
              "see the credentials of the target and its Region"));
      return false;
    }
    if (state.status == 429 || state.status >= 500) {
      findings.accept(
          Finding.refused(
              "answer", state.status + " " + state.code, "ask again; the target is busy or ill"));
      return false;
    }
    findings.accept(Finding.ok("signature", "accepted"));
    return true;
  }

  private boolean campaign(Answer answer) {
    if (answer.status == 404) {
      findings.accept(
          Finding.fail(
              "campaign",
              campaignId + " is not known there",
              "see the id, the account and the Region"));
      return false;
    }
    if (answer.status == 403) {
      findings.accept(
          Finding.refused(
              "campaign",
              "we may not ask for its state (403 " + answer.code + ")",
              "allow connect-campaigns:GetCampaignState, GetCampaignStateBatch and"
                  + " PutDialRequestBatch"));
      return false;
    }
    String state = answer.body.path("state").asText("");
    if (answer.status != 200 || state.isEmpty()) {
      findings.accept(
          Finding.refused(
              "campaign",
              "asked for its state it answers " + (answer.status + " " + answer.code).strip(),
              "see that this is the API of Amazon Connect Outbound Campaigns"));
      return false;
    }
    String is = campaignId + " is " + state;
    findings.accept(
        switch (state) {
          case "Running" -> Finding.ok("campaign", is);
          case "Initialized" ->
              Finding.warn("campaign", is, "its requests are held until it is started");
          case "Paused" ->
              Finding.warn("campaign", is, "its requests are held until it is resumed");
          case "Stopped", "Completed" ->
              Finding.fail("campaign", is, "it takes no more requests; use another campaign");
          case "Failed" -> Finding.fail("campaign", is, "see in Amazon Connect why, and mend it");
          default -> Finding.warn("campaign", is, "a state that is not known here");
        });
    return true;
  }

  private void dialer(Answer described) {
    JsonNode config = described.body.path("campaign").path("dialerConfig");
    String type = config.fieldNames().hasNext() ? config.fieldNames().next() : "";
    if (described.status == 200 && !type.isEmpty()) {
      JsonNode share = config.path(type).path("bandwidthAllocation");
      findings.accept(
          Finding.ok(
              "dialer",
              type.replaceFirst("DialerConfig$", "")
                  + (share.isNumber() ? ", " + Math.round(share.asDouble() * 100) + " %" : "")
                  + " of "
                  + described.body.path("campaign").path("connectInstanceId").asText("?")));
    } else {
      findings.accept(
          Finding.warn(
              "dialer",
              "not told (" + (described.status + " " + described.code).strip() + ")",
              "allow connect-campaigns:DescribeCampaign to see it here"));
    }
  }

  private Answer ask(String what) throws InterruptedException {
    var told = new CompletableFuture<RawAnswer>();
    target.forward(
        new RawCall(
            "GET", "/campaigns/" + SdkHttpUtils.urlEncode(campaignId) + what, "", new byte[0]),
        TIMEOUT_NS,
        told::complete);
    try {
      return Answer.of(told.get(WAIT_S, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return new Answer(0, "timeout", MissingNode.getInstance());
    }
  }

  /**
   * @param status 0 for none
   * @param code the error's name, empty for none; without an answer, why
   */
  private record Answer(int status, String code, JsonNode body) {
    static Answer of(RawAnswer raw) {
      if (!(raw instanceof RawAnswer.Answered answered)) {
        return new Answer(0, ((RawAnswer.Unanswered) raw).why(), MissingNode.getInstance());
      }
      JsonNode body = MissingNode.getInstance();
      try {
        body = JSON.readTree(answered.body());
      } catch (IOException e) {
        // Then it isn't an answer of this API; the status says the rest.
      }
      String code = answered.errorType();
      if (code.isEmpty()) {
        code = body.path("__type").asText("");
      }
      code = code.substring(code.indexOf('#') + 1).replaceFirst(":.*", "");
      return new Answer(
          answered.status(),
          code.replaceAll("[^A-Za-z0-9]", "?").substring(0, Math.min(80, code.length())),
          body);
    }

    boolean isAboutTime() {
      return code.equals("RequestExpired")
          || code.equals("RequestTimeTooSkewed")
          || (status == 403 && code.contains("Signature"));
    }
  }
}
