package io.dialspool.webhooks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.dialspool.intake.OutcomeLine;
import io.dialspool.request.CampaignId;
import io.dialspool.request.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * What is sent:
 *
 * <pre>{@code
 * {"type":"dialspool.outcomes","timestamp":"…","data":{"campaignId":"…","outcomes":[{…},…]}}
 * }</pre>
 *
 * The timestamp is the last outcome's, so the same outcomes always make the same bytes, and these
 * the same id. Source: Standard Webhooks, payload.
 */
final class Body {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int ID_BYTES = 16;

  private Body() {}

  static byte[] of(CampaignId campaign, List<Outcome> outcomes) {
    var bytes = new ByteArrayOutputStream(outcomes.size() * 250 + 200);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("type", "dialspool.outcomes");
      json.writeStringField(
          "timestamp",
          Instant.ofEpochMilli(outcomes.get(outcomes.size() - 1).settledAtMs()).toString());
      json.writeObjectFieldStart("data");
      json.writeStringField("campaignId", campaign.value());
      json.writeArrayFieldStart("outcomes");
      for (Outcome outcome : outcomes) {
        OutcomeLine.write(json, outcome);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** By the content alone, for cursors count anew in a spool that was restored. */
  static String id(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return "msg_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
