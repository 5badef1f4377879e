package io.dialspool.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every call of the data port that the campaign API doesn't have. Source: api.md. */
public enum OwnCall {
  /** NDJSON, read by the door itself while it comes. */
  UPLOAD("POST", "/campaigns/{id}/dial-requests"),
  STATUS("GET", "/campaigns/{id}/dial-requests/{clientToken}"),
  RECALL("DELETE", "/campaigns/{id}/dial-requests/{clientToken}"),
  CAMPAIGN_SPOOL("GET", "/campaigns/{id}/spool"),
  SPOOL("GET", "/spool"),
  SPOOL_CAMPAIGNS("GET", "/spool/campaigns"),
  OUTCOMES("GET", "/campaigns/{id}/outcomes"),
  DEAD_LETTERS("GET", "/campaigns/{id}/dead-letters"),
  REDRIVE("POST", "/campaigns/{id}/dead-letters/redrive"),
  RECALL_MANY("POST", "/campaigns/{id}/recall"),
  WEBHOOKS("GET", "/webhooks"),
  DEAD_DELIVERIES("GET", "/webhooks/{name}/dead-letters"),
  REDELIVER("POST", "/webhooks/{name}/redeliver");

  private static final List<OwnCall> ALL = List.of(values());

  private final String method;
  private final String path;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> segments;

  OwnCall(String method, String path) {
    this.method = method;
    this.path = path;
    this.segments = List.of(path.substring(1).split("/", -1));
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  /** The path with its labels in braces. */
  public String path() {
    return path;
  }

  /**
   * The call with this method and path, or null.
   *
   * @param decoded segments of the path
   */
  static @Nullable OwnCall find(String method, List<String> decoded) {
    for (OwnCall call : ALL) {
      if (call.method.equals(method) && call.fits(decoded)) {
        return call;
      }
    }
    return null;
  }

  private boolean fits(List<String> decoded) {
    if (segments.size() != decoded.size()) {
      return false;
    }
    for (int i = 0; i < segments.size(); i++) {
      if (!segments.get(i).startsWith("{") && !segments.get(i).equals(decoded.get(i))) {
        return false;
      }
    }
    return true;
  }
}
