package io.dialspool.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialspool.api.DeclaredError;
import io.dialspool.api.Operation;
import io.dialspool.whole.Service;

/** What the campaign service does for its operator: faults at will, states where no call leads. */
final class BackRoom {
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
    assertEquals(200, Service.call("PUT", url + "/faults", "application/json", faults).status());
  }

  void heal() {
    set("{}");
  }

  /** Puts a campaign into a state, as only the service itself does. */
  void enter(String campaign, String state) {
    String body = "{\"campaignId\":\"" + campaign + "\",\"state\":\"" + state + "\"}";
    Service.Answer answer =
        Service.call("PUT", url + "/campaign-states", "application/json", body);
    assertEquals(200, answer.status(), answer.body());
  }
}
