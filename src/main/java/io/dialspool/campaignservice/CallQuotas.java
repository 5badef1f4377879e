package io.dialspool.campaignservice;

import java.util.HashMap;
import java.util.Map;

/**
 * The account's call quotas, a token bucket for each operation. Source: contract section 9. When
 * PutDialRequestBatch is set above its 10 a second, the others grow with it: a test that wants a
 * fast service wants all of it fast.
 */
final class CallQuotas {
  private static final double PUTS_PER_SECOND = 10;

  private final Map<Operation, TokenBucket> buckets = new HashMap<>();

  CallQuotas(Capacity capacity, long nowNs) {
    for (Operation operation : Operation.TABLE) {
      buckets.put(
          operation, new TokenBucket(rate(operation, capacity), burst(operation, capacity), nowNs));
    }
  }

  void resize(Capacity capacity) {
    buckets.forEach(
        (operation, bucket) ->
            bucket.resize(rate(operation, capacity), burst(operation, capacity)));
  }

  boolean take(Operation operation, long nowNs) {
    TokenBucket bucket = buckets.get(operation);
    return bucket == null || bucket.take(nowNs);
  }

  private static double rate(Operation operation, Capacity capacity) {
    return operation.isPut()
        ? capacity.callsPerSecond()
        : operation.callsPerSecond() * factor(capacity);
  }

  private static int burst(Operation operation, Capacity capacity) {
    return operation.isPut()
        ? capacity.burst()
        : (int) Math.ceil(operation.burst() * factor(capacity));
  }

  private static double factor(Capacity capacity) {
    return Math.max(1, capacity.callsPerSecond() / PUTS_PER_SECOND);
  }
}
