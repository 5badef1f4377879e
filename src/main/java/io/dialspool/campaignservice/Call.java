package io.dialspool.campaignservice;

import io.dialspool.http.ApiError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call as read off the wire, shape checked, not yet performed. A broken shape is performed too:
 * it takes its part of the quota before it is refused.
 */
public final class Call {
  private final @Nullable Operation operation;
  private final Operation.Action action;

  private Call(@Nullable Operation operation, Operation.Action action) {
    this.operation = operation;
    this.action = action;
  }

  /**
   * Reads a call. Any thread.
   *
   * @param segments of the path, split first and decoded then
   */
  public static Call read(String method, List<String> segments, byte[] body) {
    for (Operation operation : Operation.TABLE) {
      List<String> labels = operation.match(method, segments);
      if (labels != null) {
        try {
          return new Call(operation, operation.reader().read(labels, body));
        } catch (Refused refused) {
          return new Call(operation, refusal(refused));
        }
      }
    }
    String path = "/" + String.join("/", segments);
    return new Call(null, refusal(new Refused(ApiError.unknownOperation(method, path))));
  }

  @Nullable Operation operation() {
    return operation;
  }

  Operation.Action action() {
    return action;
  }

  private static Operation.Action refusal(Refused refused) {
    return campaigns -> {
      throw refused;
    };
  }
}
