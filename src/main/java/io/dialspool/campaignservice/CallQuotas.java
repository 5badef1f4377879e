package io.dialspool.campaignservice;

import io.dialspool.api.Operation;
import io.dialspool.api.Operations;
import java.util.HashMap;
import java.util.Map;

/**
 * The account's call quotas, a token bucket for each operation; both versions of it share one.
 * Source: contract section 9. When PutDialRequestBatch is set above its 10 a second, the others
 * grow with it: a test that wants a fast service wants all of it fast.
 */
final class CallQuotas {
  private static final double PUTS_PER_SECOND = 10;

  private final Map<String, TokenBucket> buckets = new HashMap<>();

  CallQuotas(Capacity capacity, long nowNs) {
    for (Operation operation : Operations.ALL) {
      buckets.putIfAbsent(
          operation.name(),
          new TokenBucket(rate(operation, capacity), burst(operation, capacity), nowNs));
    }
  }

  void resize(Capacity capacity) {
    for (Operation operation : Operations.ALL) {
      TokenBucket bucket = buckets.get(operation.name());
      if (bucket != null) {
        bucket.resize(rate(operation, capacity), burst(operation, capacity));
      }
    }
  }

  boolean take(Operation operation, long nowNs) {
    TokenBucket bucket = buckets.get(operation.name());
    return bucket == null || bucket.take(nowNs);
  }

  private static double rate(Operation operation, Capacity capacity) {
    return OutboundCampaigns.isPut(operation)
        ? capacity.callsPerSecond()
        : operation.callsPerSecond() * factor(capacity);
  }

  private static int burst(Operation operation, Capacity capacity) {
    return OutboundCampaigns.isPut(operation)
        ? capacity.burst()
        : (int) Math.ceil(operation.burst() * factor(capacity));
  }

  private static double factor(Capacity capacity) {
    return Math.max(1, capacity.callsPerSecond() / PUTS_PER_SECOND);
  }
}
