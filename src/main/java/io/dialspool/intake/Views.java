package io.dialspool.intake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.request.CampaignReport;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Counts;
import io.dialspool.request.Evidence;
import io.dialspool.request.Reason;
import io.dialspool.request.RecallReport;
import io.dialspool.request.RedriveReport;
import io.dialspool.request.RequestId;
import io.dialspool.request.RequestState;
import io.dialspool.request.RequestStatus;
import io.dialspool.request.SpoolReport;
import io.dialspool.request.TargetReport;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Status and reports as JSON. Source: api.md; members without a value are left out. */
public final class Views {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Views() {}

  public static ObjectNode of(RequestStatus status) {
    ObjectNode json =
        object()
            .put("campaignId", status.campaignId().value())
            .put("clientToken", status.clientToken().value())
            .put("id", status.id().toString())
            .put("state", status.state().name());
    if (status.waitingFor() != null) {
      json.put("waitingFor", status.waitingFor().name());
    }
    json.put("phoneNumber", status.maskedPhoneNumber());
    time(json, "acceptedAt", status.acceptedAtMs());
    time(json, "deadline", status.deadlineMs());
    time(json, "firstSentAt", status.firstSentAtMs());
    Evidence evidence = status.evidence();
    if (evidence != null) {
      time(json, "lastSentAt", evidence.lastSentAtMs());
      json.put("calls", evidence.calls());
    }
    time(json, "settledAt", status.settledAtMs());
    json.put("attempts", status.attempts());
    if (status.lastFailure() != null) {
      json.put("lastFailure", status.lastFailure());
    }
    if (status.reason() != Reason.NONE) {
      json.put("reason", status.reason().name());
    }
    if (evidence != null && evidence.doubt() != Evidence.Doubt.NONE) {
      ObjectNode doubt = json.putObject("doubt").put("evidence", evidence.doubt().name());
      if (evidence.policy() != Evidence.Policy.NONE) {
        doubt.put("policy", evidence.policy().name());
      }
      if (status.firstSentAtMs() != 0) {
        time(doubt, "tokenAliveUntil", status.firstSentAtMs() + ClientToken.LIFE_MS);
      }
    }
    if (status.targetDialRequestId() != null) {
      json.put("targetDialRequestId", status.targetDialRequestId());
    }
    id(json, "redriveOf", status.redriveOf());
    id(json, "redrivenAs", status.redrivenAs());
    if (status.traceparent() != null) {
      json.put("traceparent", status.traceparent().toString());
    }
    return json;
  }

  public static ObjectNode of(CampaignReport report) {
    ObjectNode json =
        object().put("campaignId", report.campaignId().value()).put("target", report.target());
    if (report.waitingFor() != null) {
      json.put("waitingFor", report.waitingFor().name());
    }
    ObjectNode gate =
        json.putObject("gate").put("open", report.gateOpen()).put("state", report.gateState());
    time(gate, "since", report.gateSinceMs());
    if (report.alarm() != null) {
      gate.put("alarm", report.alarm());
    }
    json.set("counts", of(report.counts()));
    time(json, "oldestQueuedAt", report.oldestQueuedAtMs());
    time(json, "nextDeadline", report.nextDeadlineMs());
    json.put("drainPerSecond", rounded(report.drainPerSecond()));
    if (report.etaSeconds() >= 0) {
      json.put("etaSeconds", report.etaSeconds());
    }
    json.put("willExpire", report.willExpire());
    if (report.occupancyPerSecond() > 0) {
      json.put("occupancyPerSecond", rounded(report.occupancyPerSecond()));
    }
    return json.put("batchFill", rounded(report.batchFill()));
  }

  /** A piece of all campaigns, in the order in which they came to be known here. */
  static ObjectNode of(List<CampaignReport> reports, boolean more) {
    ObjectNode json = object();
    ArrayNode campaigns = json.putArray("campaigns");
    reports.forEach(report -> campaigns.add(of(report)));
    if (more) {
      json.put("next", reports.get(reports.size() - 1).campaignId().value());
    }
    return json;
  }

  public static ObjectNode of(SpoolReport report) {
    ObjectNode json = object();
    json.set("counts", of(report.counts()));
    json.put("conserved", report.counts().conserved());
    json.putObject("budget")
        .put("callsPerSecondMax", rounded(report.callsPerSecondMax()))
        .put("callsPerSecond", rounded(report.callsPerSecond()))
        .put("calls", report.calls())
        .put("callsThrottled", report.callsThrottled())
        .put("batches", report.batches())
        .put("batchItems", report.batchItems())
        .put("batchesWhileScarce", report.batchesWhileScarce())
        .put("itemsWhileScarce", report.itemsWhileScarce());
    for (TargetReport target : report.targets()) {
      json.withArray("targets")
          .addObject()
          .put("target", target.name())
          .put("callsPerSecondMax", rounded(target.callsPerSecondMax()))
          .put("callsPerSecond", rounded(target.callsPerSecond()))
          .put("calls", target.calls())
          .put("callsThrottled", target.callsThrottled())
          .put("breaker", target.breaker());
    }
    return json;
  }

  static ObjectNode of(RedriveReport report) {
    ObjectNode json = object().put("matched", report.matched()).put("redriven", report.redriven());
    json.putObject("skipped")
        .put("inDoubt", report.inDoubt())
        .put("alreadyRedriven", report.alreadyRedriven());
    if (report.next() != null) {
      json.put("next", report.next());
    }
    if (report.error() != null) {
      json.put("error", report.error());
    }
    return json;
  }

  static ObjectNode of(RecallReport report, boolean dryRun) {
    ObjectNode json = object().put("matched", report.matched());
    if (dryRun) {
      json.put("waiting", report.waiting());
    } else {
      json.put("cancelled", report.cancelled());
    }
    ObjectNode tooLate = json.putObject("tooLate");
    new TreeMap<RequestState, Long>(report.tooLate())
        .forEach((state, count) -> tooLate.put(state.name(), count));
    json.put("endedBefore", report.endedBefore());
    if (report.next() != null) {
      json.put("next", report.next());
    }
    if (report.error() != null) {
      json.put("error", report.error());
    }
    return json;
  }

  private static ObjectNode of(Counts counts) {
    return object()
        .put("accepted", counts.accepted())
        .put("queued", counts.queued())
        .put("inFlight", counts.inFlight())
        .put("submitted", counts.submitted())
        .put("rejected", counts.rejected())
        .put("expired", counts.expired())
        .put("cancelled", counts.cancelled())
        .put("undeliverable", counts.undeliverable());
  }

  private static void id(ObjectNode json, String member, @Nullable RequestId id) {
    if (id != null) {
      json.put(member, id.toString());
    }
  }

  /** {@code 2026-11-21T18:00:00.000Z}. */
  public static String time(long epochMs) {
    return TIME.format(Instant.ofEpochMilli(epochMs));
  }

  private static void time(ObjectNode json, String member, long epochMs) {
    if (epochMs != 0) {
      json.put(member, time(epochMs));
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
