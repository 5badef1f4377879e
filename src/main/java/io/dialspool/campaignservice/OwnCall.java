package io.dialspool.campaignservice;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every call of the campaign service's port that the campaign API doesn't have. Source: api.md. */
public enum OwnCall {
  /** Every dial request of a campaign that it took. */
  RECORD("GET", "dial-requests"),
  /** How many contacts of a campaign are where. */
  CONTACTS("GET", "contacts"),
  FAULTS("GET", "faults"),
  SET_FAULTS("PUT", "faults"),
  FORCE_STATE("PUT", "campaign-states");

  private final String method;
  private final String segment;

  OwnCall(String method, String segment) {
    this.method = method;
    this.segment = segment;
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  public String path() {
    return "/" + segment;
  }

  static @Nullable OwnCall find(String method, List<String> decoded) {
    for (OwnCall call : values()) {
      if (call.method.equals(method) && decoded.equals(List.of(call.segment))) {
        return call;
      }
    }
    return null;
  }
}
