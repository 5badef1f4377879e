package io.dialspool.crashtest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * Somebody to dial. Each has a token and a phone number of its own.
 *
 * @param campaignId whom it is for
 * @param number E.164 without the plus
 * @param lifetimeMs from each sending until its deadline: who sends again renews it
 */
record Lead(String campaignId, String token, long number, long lifetimeMs) {
  /** Whose it is: the token without its number. */
  String sender() {
    int dash = token.lastIndexOf('-');
    return dash < 0 ? token : token.substring(0, dash);
  }

  String phoneNumber() {
    return "+" + number;
  }

  /** As the campaign API and NDJSON want it. */
  ObjectNode json(long nowMs) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("clientToken", token)
            .put("phoneNumber", phoneNumber())
            .put("expirationTime", Instant.ofEpochMilli(nowMs + lifetimeMs).toString());
    json.putObject("attributes").put("lead", "" + number);
    return json;
  }
}
