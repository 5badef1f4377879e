package io.dialspool.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.dialspool.time.Clock;
import java.io.IOException;
import java.util.Map;

/** Writes leads into a chunk as lines of the contract, or rejects them there. */
final class LeadWriter {
  private static final SerializedString CLIENT_TOKEN = new SerializedString("clientToken");
  private static final SerializedString PHONE_NUMBER = new SerializedString("phoneNumber");
  private static final SerializedString EXPIRATION_TIME = new SerializedString("expirationTime");
  private static final SerializedString ATTRIBUTES = new SerializedString("attributes");

  private final MadeToken madeToken;
  private final long expiresInMs;
  private final Clock clock;
  private final JsonFactory json = new JsonFactory();

  // Many rows are read within one millisecond and get the same deadline.
  private long latestMs = -1;
  private String latestText = "";

  LeadWriter(ReplayConfig config, Clock clock) {
    this.madeToken = new MadeToken(config.campaignId());
    this.expiresInMs = config.expiresIn().toMillis();
    this.clock = clock;
  }

  void write(Lead lead, Chunk chunk) {
    if (lead.fault == null && lead.phoneNumber.isEmpty()) {
      lead.fault("phoneNumber", "missing (expected: a number such as +12065550100)");
    }
    long deadlineMs = lead.fault == null ? deadlineMs(lead) : 0;
    Reject fault = lead.fault;
    if (fault != null) {
      chunk.reject(lead.line, fault);
      return;
    }
    String token = lead.clientToken.isEmpty() ? madeToken.of(lead) : lead.clientToken;
    try (JsonGenerator line = json.createGenerator(chunk.output())) {
      line.writeStartObject();
      line.writeFieldName(CLIENT_TOKEN);
      line.writeString(token);
      line.writeFieldName(PHONE_NUMBER);
      line.writeString(lead.phoneNumber);
      line.writeFieldName(EXPIRATION_TIME);
      line.writeString(text(deadlineMs));
      line.writeFieldName(ATTRIBUTES);
      line.writeStartObject();
      for (Map.Entry<String, String> attribute : lead.attributes.entrySet()) {
        line.writeStringField(attribute.getKey(), attribute.getValue());
      }
      line.writeEndObject();
      line.writeEndObject();
      line.writeRaw('\n');
    } catch (IOException e) {
      throw new IllegalStateException("a line in memory can't be written", e);
    }
    chunk.endLine(lead.line, token);
  }

  private long deadlineMs(Lead lead) {
    if (!lead.expirationTime.isEmpty()) {
      long at = Deadline.at(lead.expirationTime);
      if (at < 0) {
        lead.fault(
            "expirationTime",
            "not a time (expected: ISO 8601 with Z or an offset, such as 2026-11-21T18:00:00Z, or"
                + " seconds since 1970)");
      }
      return at;
    }
    long nowEpochMs = clock.epochMs();
    if (!lead.expiresIn.isEmpty()) {
      long in = Deadline.in(lead.expiresIn, nowEpochMs);
      if (in < 0) {
        lead.fault("expiresIn", "not a span (expected: seconds, or such as 90s, 15m, 4h, 2d)");
      }
      return in;
    }
    return nowEpochMs + expiresInMs;
  }

  private String text(long epochMs) {
    if (epochMs != latestMs) {
      latestText = Deadline.text(epochMs);
      latestMs = epochMs;
    }
    return latestText;
  }
}
