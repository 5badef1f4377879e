package io.dialspool.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialspool.api.Operation;
import java.util.List;

/** An unmodified AWS SDK, driven by the description: one attempt a call, each call signed. */
interface AwsClient extends AutoCloseable {
  /** The operations that this SDK has. */
  List<Operation> operations();

  /**
   * Makes the SDK's request of {@code input}, calls the client's method, and takes the typed answer
   * apart again. Members that the answer doesn't have are left out; times are text.
   *
   * @throws Refused if the service answered with an error
   * @throws AssertionError if the SDK doesn't know a member of the input
   */
  ObjectNode call(Operation operation, ObjectNode input);

  @Override
  void close();
}
