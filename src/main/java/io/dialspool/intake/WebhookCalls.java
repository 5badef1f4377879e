package io.dialspool.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.audit.AuditEntry;
import io.dialspool.http.ApiError;
import io.dialspool.http.HttpAnswer;
import io.dialspool.http.HttpCall;
import io.dialspool.request.CampaignId;
import io.dialspool.request.DeadDelivery;
import io.dialspool.request.WebhookReport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls about webhooks: how they do, what they gave up, bring it again. On the event loop. Source:
 * config/openapi.yaml.
 */
final class WebhookCalls {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEAD_AN_ANSWER = 1_000;
  private static final ApiError NONE = ApiError.notFound("There is no webhook of this name.");
  private static final ApiError BUSY = ApiError.throttled("Too many questions at once.", 1);
  private static final ApiError BODY =
      ApiError.validation("body: not understood (expected: {} or {\"campaignId\":\"…\"})");

  private final Backstage backstage;
  private final Function<ObjectNode, AuditEntry> redelivered;

  /**
   * @param redelivered makes the entry about a redelivery of its details; on the event loop
   */
  WebhookCalls(Backstage backstage, Function<ObjectNode, AuditEntry> redelivered) {
    this.backstage = backstage;
    this.redelivered = redelivered;
  }

  /**
   * @param path decoded segments
   */
  void route(HttpCall call, OwnCall own, List<String> path) {
    try {
      if (own == OwnCall.WEBHOOKS) {
        backstage.webhooks(reports -> call.answer(HttpAnswer.json((Object) of(reports))));
      } else if (own == OwnCall.DEAD_DELIVERIES) {
        backstage.deadDeliveries(
            path.get(1),
            dead ->
                call.answer(
                    dead.map(its -> HttpAnswer.json((Object) dead(its)))
                        .orElseGet(() -> HttpAnswer.error(NONE))));
      } else {
        redeliver(call, path.get(1));
      }
    } catch (RejectedExecutionException e) {
      call.answer(BUSY);
    }
  }

  private void redeliver(HttpCall call, String webhook) {
    CampaignId campaign;
    try {
      campaign = campaign(call.body());
    } catch (IOException | IllegalArgumentException e) {
      call.answer(BODY);
      return;
    }
    ObjectNode details = AuditEntry.noDetails().put("webhook", webhook);
    if (campaign != null) {
      details.put("of", campaign.value());
    }
    AuditEntry entry = redelivered.apply(details);
    backstage.redeliver(
        webhook,
        campaign,
        outcomes -> {
          if (outcomes.isEmpty()) {
            call.answer(NONE);
            return;
          }
          ObjectNode answer = object().put("redelivering", outcomes.getAsLong());
          details.setAll(answer);
          backstage.audit(entry, () -> call.answer(HttpAnswer.json((Object) answer)));
        });
  }

  /** Null for all; a member that isn't known is refused, for it may be a misspelt filter. */
  private static @Nullable CampaignId campaign(byte[] body) throws IOException {
    JsonNode json = body.length == 0 ? object() : JSON.readTree(body);
    JsonNode id = json.path("campaignId");
    boolean known = json.isObject() && json.size() == (id.isMissingNode() ? 0 : 1);
    if (!known || !(id.isMissingNode() || id.isTextual())) {
      throw new IllegalArgumentException("another shape");
    }
    return id.isMissingNode() ? null : new CampaignId(id.textValue());
  }

  private static ObjectNode of(List<WebhookReport> reports) {
    ObjectNode json = object();
    ArrayNode webhooks = json.putArray("webhooks");
    for (WebhookReport report : reports) {
      ObjectNode one =
          webhooks
              .addObject()
              .put("name", report.name())
              .put("receiver", report.receiver())
              .put("state", report.failing() ? "FAILING" : "OK")
              .put("delivered", report.delivered())
              .put("failedCalls", report.failed())
              .put("missedGroups", report.missed())
              .put("lagSeconds", report.lagMs() / 1_000)
              .put("deadLetters", report.deadLetters());
      if (!report.lastFailure().isEmpty()) {
        one.put("lastFailure", report.lastFailure());
      }
    }
    return json;
  }

  private static ObjectNode dead(List<DeadDelivery> dead) {
    ObjectNode json = object();
    ArrayNode stretches = json.putArray("deadLetters");
    for (DeadDelivery one : dead.subList(0, Math.min(dead.size(), DEAD_AN_ANSWER))) {
      stretches
          .addObject()
          .put("campaignId", one.campaign().value())
          .put("after", one.after())
          .put("through", one.through())
          .put("outcomes", one.outcomes())
          .put("givenUpAt", Views.time(one.givenUpAtMs()))
          .put("lastFailure", one.failure())
          .put("redelivering", one.redelivering());
    }
    return json.put("more", dead.size() > DEAD_AN_ANSWER);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
