package io.dialspool.campaignservice;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.BrokenShapeException;
import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import io.dialspool.http.ApiError;
import org.jspecify.annotations.Nullable;

/**
 * A call as read off the wire, shape checked, not yet performed. A broken shape is performed too:
 * it takes its part of the quota before it is refused.
 *
 * @param operation null if there is none for this path
 * @param input what the operation's shape says; null if it was broken
 * @param refusal what is wrong with it; null if nothing
 */
public record Call(
    @Nullable Operation operation, @Nullable ObjectNode input, @Nullable ApiError refusal) {

  /**
   * Reads a call. Any thread.
   *
   * @param uri path and query as sent, still percent-encoded
   */
  public static Call read(String method, String uri, byte[] body) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    String query = question < 0 ? "" : uri.substring(question + 1);
    Operations.Match match = Operations.find(method, path).orElse(null);
    if (match == null) {
      return new Call(null, null, ApiError.unknownOperation(method, path));
    }
    try {
      ObjectNode input = match.operation().read(match.labels(), query, body);
      return new Call(match.operation(), input, null);
    } catch (BrokenShapeException e) {
      return new Call(match.operation(), null, ApiError.validation(e.getMessage()));
    }
  }
}
