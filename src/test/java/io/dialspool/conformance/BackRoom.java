package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dialspool.api.DeclaredError;
import io.dialspool.api.Operation;
import io.dialspool.whole.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the campaign service does for its operator: faults at will, states where no call leads. */
final class BackRoom {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;

  BackRoom(String url) {
    this.url = url;
  }

  /** Lets every call of the operation end with the error, and no other operation. */
  void fail(Operation operation, DeclaredError error) {
    set("{\"operations\":{\"" + operation.name() + "\":\"" + error.code() + "\"}}");
  }

  /** Sets what goes wrong from now on; the JSON of {@code PUT /faults}. */
  void set(String faults) {
    call("PUT", "/faults", faults);
  }

  void heal() {
    set("{}");
  }

  /** Puts a campaign into a state, as only the service itself does. */
  void enter(String campaign, String state) {
    String body = "{\"campaignId\":\"" + campaign + "\",\"state\":\"" + state + "\"}";
    call("PUT", "/campaign-states", body);
  }

  /** The dial requests that a campaign took, in order of arrival. */
  List<JsonNode> dialRequests(String campaign) {
    var requests = new ArrayList<JsonNode>();
    for (String line : call("GET", "/dial-requests?campaign=" + campaign, "").lines().toList()) {
      try {
        requests.add(JSON.readTree(line));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return requests;
  }

  private String call(String method, String path, String body) {
    Service.Answer answer =
        Service.call(
            method,
            url + path,
            "application/json",
            body,
            Map.of("Authorization", "Bearer " + KeyRing.BEARER_TOKEN));
    assertEquals(200, answer.status(), answer.body());
    return answer.body();
  }
}
