package io.dialspool.intake;

import com.fasterxml.jackson.core.JsonGenerator;
import io.dialspool.request.ClientToken;
import io.dialspool.request.Evidence;
import io.dialspool.request.Outcome;
import io.dialspool.request.Reason;
import io.dialspool.request.RequestId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An outcome as the feed and the webhooks tell it, without number and attributes. Source: api.md.
 */
public final class OutcomeLine {
  private OutcomeLine() {}

  /** Writes a whole object. */
  public static void write(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStartObject();
    members(json, outcome);
    json.writeEndObject();
  }

  /** Writes the members of an object that has been begun. */
  static void members(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStringField("cursor", outcome.cursor());
    json.writeStringField("id", outcome.id().toString());
    json.writeStringField("clientToken", outcome.clientToken().value());
    json.writeStringField("state", outcome.state().name());
    json.writeStringField(
        "reason", outcome.reason() == Reason.NONE ? null : outcome.reason().name());
    if (outcome.targetDialRequestId() != null) {
      json.writeStringField("targetDialRequestId", outcome.targetDialRequestId());
    }
    json.writeNumberField("attempts", outcome.attempts());
    evidence(json, outcome);
    json.writeStringField("settledAt", Views.time(outcome.settledAtMs()));
    id(json, "redriveOf", outcome.redriveOf());
    id(json, "redrivenAs", outcome.redrivenAs());
  }

  private static void evidence(JsonGenerator json, Outcome outcome) throws IOException {
    Evidence evidence = outcome.evidence();
    if (evidence == null) {
      return;
    }
    if (outcome.firstSentAtMs() != 0) {
      json.writeStringField("firstSentAt", Views.time(outcome.firstSentAtMs()));
    }
    if (evidence.lastSentAtMs() != 0) {
      json.writeStringField("lastSentAt", Views.time(evidence.lastSentAtMs()));
    }
    json.writeNumberField("calls", evidence.calls());
    if (evidence.lastFailure() != null) {
      json.writeStringField("lastFailure", evidence.lastFailure());
    }
    if (evidence.doubt() != Evidence.Doubt.NONE) {
      json.writeObjectFieldStart("doubt");
      json.writeStringField("evidence", evidence.doubt().name());
      json.writeStringField("policy", evidence.policy().name());
      if (outcome.firstSentAtMs() != 0) {
        json.writeStringField(
            "tokenAliveUntil", Views.time(outcome.firstSentAtMs() + ClientToken.LIFE_MS));
      }
      json.writeEndObject();
    }
  }

  private static void id(JsonGenerator json, String member, @Nullable RequestId id)
      throws IOException {
    if (id != null) {
      json.writeStringField(member, id.toString());
    }
  }
}
