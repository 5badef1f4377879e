package io.dialspool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.dispatch.Campaigns;
import io.dialspool.dispatch.Routes;
import io.dialspool.http.HttpCall;
import io.dialspool.request.CampaignId;
import io.dialspool.target.RawAnswer;
import io.dialspool.target.RawCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Passes operations on that the spool has no part in: those of a campaign to the campaign's target,
 * all others to the default. The states of campaigns of several targets are asked of each, and the
 * answers put together. Any thread.
 */
final class PassThrough {
  private static final long TIMEOUT_NS = 30_000_000_000L;
  private static final int CAMPAIGNS_MAX = 25;
  private static final Pattern CAMPAIGN = Pattern.compile("(?:/v2)?/campaigns/([^/?]+)(?:[/?].*)?");
  private static final Pattern TAGS = Pattern.compile("(?:/v2)?/tags/([^?]+)(?:\\?.*)?");
  private static final Pattern ARN = Pattern.compile("arn:.*:campaign/([^/]+).*");
  private static final Pattern STATES = Pattern.compile("(?:/v2)?/campaigns-state");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Routes routes;
  private final Campaigns campaigns;

  PassThrough(Routes routes, Campaigns campaigns) {
    this.routes = routes;
    this.campaigns = campaigns;
  }

  void forward(RawCall call, Consumer<RawAnswer> then) {
    if (routes.entries().size() == 1) {
      forward(routes.entries().get(0), call, then);
      return;
    }
    List<CampaignId> several = STATES.matcher(call.pathAndQuery()).matches() ? asked(call) : null;
    CampaignId campaign = several == null ? campaign(call.pathAndQuery()) : null;
    if (several != null) {
      new States(call, several, then).locate();
    } else if (campaign == null) {
      forward(routes.entries().get(0), call, then);
    } else {
      campaigns.locate(
          campaign,
          (at, admission, unsure) -> {
            if (unsure) {
              then.accept(new RawAnswer.Unanswered("a target can't be asked for the campaign"));
            } else {
              forward(at == null ? routes.entries().get(0) : at, call, then);
            }
          });
    }
  }

  private static void forward(Routes.Entry to, RawCall call, Consumer<RawAnswer> then) {
    to.target().forward(call, TIMEOUT_NS, then);
  }

  /** The campaign that a path is about, or null. */
  static @Nullable CampaignId campaign(String pathAndQuery) {
    Matcher path = CAMPAIGN.matcher(pathAndQuery);
    Matcher tags = TAGS.matcher(pathAndQuery);
    String id = null;
    if (path.matches()) {
      id = HttpCall.decoded(path.group(1));
    } else if (tags.matches()) {
      Matcher arn = ARN.matcher(HttpCall.decoded(tags.group(1)));
      id = arn.matches() ? arn.group(1) : null;
    }
    return id != null && CampaignId.isValid(id) ? new CampaignId(id) : null;
  }

  /** The campaigns that a GetCampaignStateBatch names; null if the default is to judge it. */
  private static @Nullable List<CampaignId> asked(RawCall call) {
    try {
      JsonNode ids = JSON.readTree(call.body()).path("campaignIds");
      Set<CampaignId> asked = new LinkedHashSet<>();
      for (JsonNode id : ids) {
        if (!id.isTextual() || !CampaignId.isValid(id.textValue())) {
          return null;
        }
        asked.add(new CampaignId(id.textValue()));
      }
      boolean fine = ids.isArray() && !asked.isEmpty() && ids.size() <= CAMPAIGNS_MAX;
      return fine ? List.copyOf(asked) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** One GetCampaignStateBatch over several targets. */
  private final class States {
    private final RawCall call;
    private final List<CampaignId> asked;
    private final Consumer<RawAnswer> then;
    private final Map<String, List<CampaignId>> byTarget =
        Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<RawAnswer> answers = Collections.synchronizedList(new ArrayList<>());
    private final List<CampaignId> unanswered = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger outstanding = new AtomicInteger();

    States(RawCall call, List<CampaignId> asked, Consumer<RawAnswer> then) {
      this.call = call;
      this.asked = asked;
      this.then = then;
    }

    void locate() {
      outstanding.set(asked.size());
      for (CampaignId campaign : asked) {
        campaigns.locate(
            campaign,
            (at, admission, unsure) -> {
              if (unsure) {
                unanswered.add(campaign);
              } else {
                String name = (at == null ? routes.entries().get(0) : at).name();
                byTarget
                    .computeIfAbsent(name, key -> Collections.synchronizedList(new ArrayList<>()))
                    .add(campaign);
              }
              if (outstanding.decrementAndGet() == 0) {
                ask();
              }
            });
      }
    }

    private void ask() {
      if (byTarget.isEmpty()) {
        then.accept(new RawAnswer.Unanswered("no target can be asked for the campaigns"));
        return;
      }
      List<Routes.Entry> targets =
          routes.entries().stream().filter(entry -> byTarget.containsKey(entry.name())).toList();
      if (targets.size() == 1 && unanswered.isEmpty()) {
        forward(targets.get(0), call, then);
        return;
      }
      outstanding.set(targets.size());
      for (Routes.Entry target : targets) {
        List<CampaignId> its = byTarget.getOrDefault(target.name(), List.of());
        forward(
            target,
            new RawCall(call.method(), call.pathAndQuery(), call.contentType(), body(its)),
            answer -> {
              answers.add(answer);
              if (!isGood(answer)) {
                unanswered.addAll(its);
              }
              if (outstanding.decrementAndGet() == 0) {
                then.accept(together());
              }
            });
      }
    }

    private static boolean isGood(RawAnswer answer) {
      return answer instanceof RawAnswer.Answered answered && answered.status() == 200;
    }

    private static byte[] body(List<CampaignId> campaigns) {
      ObjectNode body = JSON.createObjectNode();
      ArrayNode ids = body.putArray("campaignIds");
      campaigns.forEach(campaign -> ids.add(campaign.value()));
      return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What some couldn't be asked for is a failure of theirs, unless there is nothing else. */
    private RawAnswer together() {
      RawAnswer.Answered good = null;
      ObjectNode body = JSON.createObjectNode();
      ArrayNode successes = body.putArray("successfulRequests");
      ArrayNode failures = body.putArray("failedRequests");
      for (RawAnswer answer : List.copyOf(answers)) {
        if (isGood(answer) && answer instanceof RawAnswer.Answered answered) {
          try {
            JsonNode its = JSON.readTree(answered.body());
            its.path("successfulRequests").forEach(successes::add);
            its.path("failedRequests").forEach(failures::add);
            good = answered;
          } catch (IOException e) {
            return new RawAnswer.Unanswered("unreadable answer");
          }
        }
      }
      if (good == null) {
        return answers.get(0);
      }
      for (CampaignId campaign : List.copyOf(unanswered)) {
        failures.addObject().put("campaignId", campaign.value()).put("failureCode", "UnknownError");
      }
      return new RawAnswer.Answered(
          200,
          good.contentType(),
          "",
          good.requestId(),
          "",
          body.toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
