package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.http.ApiError;
import io.dialspool.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The onboarding of Connect instances and what it leaves behind, their configuration. A job runs by
 * the clock alone: whoever asks is told what has become of it by then. It fails if a fault was set
 * when it began. One thread, that of {@link OutboundCampaigns}. Source: contract sections 2 and 3.
 */
final class Instances {
  private static final String ROLE =
      "arn:aws:iam::123456789012:role/aws-service-role/connect-campaigns.amazonaws.com/"
          + "AWSServiceRoleForConnectCampaigns";

  private final Ledger ledger;
  private final Clock clock;
  private final int onboardingMs;
  private final Map<String, Onboarding> byId = new TreeMap<>();

  /**
   * Takes up what the ledger holds.
   *
   * @param onboardingMs how long a job takes
   */
  Instances(Ledger ledger, Clock clock, int onboardingMs) {
    this.ledger = ledger;
    this.clock = clock;
    this.onboardingMs = onboardingMs;
    ledger.eachInstance((id, kept) -> byId.put(id, Onboarding.of(kept)));
  }

  private enum Status {
    IN_PROGRESS,
    SUCCEEDED,
    FAILED
  }

  /**
   * @param failureCode how it ends; null for well
   */
  private record Onboarding(
      JsonNode encryptionConfig, long readyAtMs, @Nullable String failureCode) {

    static Onboarding of(JsonNode kept) {
      return new Onboarding(
          kept.path("encryptionConfig"),
          kept.path("readyAtMs").longValue(),
          kept.path("failureCode").textValue());
    }

    ObjectNode kept() {
      ObjectNode kept = JsonNodeFactory.instance.objectNode();
      kept.set("encryptionConfig", encryptionConfig);
      kept.put("readyAtMs", readyAtMs);
      if (failureCode != null) {
        kept.put("failureCode", failureCode);
      }
      return kept;
    }

    Status status(long nowMs) {
      if (nowMs < readyAtMs) {
        return Status.IN_PROGRESS;
      }
      return failureCode == null ? Status.SUCCEEDED : Status.FAILED;
    }
  }

  /**
   * Begins a job. The same again is told how the first one is doing; a failed one is tried anew.
   *
   * @param failureCode how it is to end; null for well
   */
  ObjectNode startJob(ObjectNode input, @Nullable String failureCode) {
    String id = idOf(input);
    JsonNode encryptionConfig = input.path("encryptionConfig");
    Onboarding known = byId.get(id);
    if (known == null || known.status(clock.epochMs()) == Status.FAILED) {
      var begun = new Onboarding(encryptionConfig, clock.epochMs() + onboardingMs, failureCode);
      byId.put(id, begun);
      ledger.keepInstance(id, begun.kept());
    } else if (!known.encryptionConfig().equals(encryptionConfig)) {
      throw Refused.conflict(
          "Instance "
              + id
              + (known.status(clock.epochMs()) == Status.IN_PROGRESS
                  ? " is being onboarded with another encryptionConfig."
                  : " is onboarded with another encryptionConfig: delete its config first."));
    }
    return jobStatus(input);
  }

  ObjectNode jobStatus(ObjectNode input) {
    String id = idOf(input);
    Onboarding job = existing(id);
    Status status = job.status(clock.epochMs());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode told = answer.putObject("connectInstanceOnboardingJobStatus");
    told.put("connectInstanceId", id);
    told.put("status", status.name());
    if (status == Status.FAILED) {
      told.put("failureCode", job.failureCode());
    }
    return answer;
  }

  void deleteJob(ObjectNode input) {
    String id = idOf(input);
    Status status = existing(id).status(clock.epochMs());
    if (status != Status.FAILED) {
      throw Refused.invalidState(
          "The onboarding job of instance " + id + " is " + status + ", and only FAILED ones go.");
    }
    forget(id);
  }

  ObjectNode config(ObjectNode input) {
    String id = idOf(input);
    Onboarding onboarding = existing(id);
    if (onboarding.status(clock.epochMs()) != Status.SUCCEEDED) {
      throw notOnboarded(id);
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ObjectNode config = answer.putObject("connectInstanceConfig");
    config.put("connectInstanceId", id);
    config.put("serviceLinkedRoleArn", ROLE);
    config.set("encryptionConfig", onboarding.encryptionConfig());
    return answer;
  }

  /**
   * Deletes what the onboarding left; the instance can be onboarded again.
   *
   * @param activeCampaigns of this instance
   */
  void deleteConfig(ObjectNode input, int activeCampaigns) {
    String id = idOf(input);
    Status status = existing(id).status(clock.epochMs());
    if (status == Status.FAILED) {
      throw notOnboarded(id);
    }
    if (status == Status.IN_PROGRESS) {
      throw Refused.invalidState("Instance " + id + " is being onboarded.");
    }
    if (activeCampaigns > 0) {
      throw Refused.invalidState(
          "Instance " + id + " has active campaigns (" + activeCampaigns + "): stop them first.");
    }
    forget(id);
  }

  private void forget(String id) {
    byId.remove(id);
    ledger.forgetInstance(id);
  }

  private Onboarding existing(String id) {
    Onboarding onboarding = byId.get(id);
    if (onboarding == null) {
      throw notOnboarded(id);
    }
    return onboarding;
  }

  private static Refused notOnboarded(String id) {
    return new Refused(ApiError.notFound("Instance " + id + " is not onboarded."));
  }

  private static String idOf(ObjectNode input) {
    return input.path("connectInstanceId").textValue();
  }
}
