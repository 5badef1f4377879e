package io.dialspool.bench;

/**
 * What the load generator does.
 *
 * @param itemsPerRequest 1 to 25
 * @param connections one request in flight on each; 1 to 10,000
 * @param warmupSeconds not counted; 0 to 600
 * @param seconds counted; 1 to 3,600
 * @param requestsPerSecond over all connections, latency counted from the intended send time; 0 for
 *     as fast as answers come
 */
record LoadPlan(
    String campaign,
    int itemsPerRequest,
    int connections,
    int warmupSeconds,
    int seconds,
    long requestsPerSecond) {
  LoadPlan {
    expect("--items", itemsPerRequest, 1, 25);
    expect("--connections", connections, 1, 10_000);
    expect("--warmup", warmupSeconds, 0, 600);
    expect("--seconds", seconds, 1, 3_600);
    expect("--rate", requestsPerSecond, 0, 10_000_000);
  }

  private static void expect(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
