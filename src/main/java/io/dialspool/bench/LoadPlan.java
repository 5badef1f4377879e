package io.dialspool.bench;

import java.util.List;

/**
 * What the load generator does.
 *
 * @param campaigns whose turn it is in rotation; encoded for a URL they are of one length
 * @param itemsPerRequest of a PutDialRequestBatch, 1 to 25; or lines of an upload, 1 to 10,000,000
 * @param lines whether requests are uploads, a dial request a line
 * @param connections one request in flight on each; 1 to 10,000
 * @param warmupSeconds not counted; 0 to 600
 * @param seconds counted; 1 to 3,600
 * @param requestsPerSecond over all connections, latency counted from the intended send time; 0 for
 *     as fast as answers come
 * @param itemsMax sent at most, rounded up to whole requests; 0 for any number
 * @param duplicates share of items under a token that an earlier request carried; 0 to 0.9
 * @param invalid share of items whose number is none; 0 to 0.9
 * @param authorization value of that header; empty for none
 */
record LoadPlan(
    List<String> campaigns,
    int itemsPerRequest,
    boolean lines,
    int connections,
    int warmupSeconds,
    int seconds,
    long requestsPerSecond,
    long itemsMax,
    double duplicates,
    double invalid,
    String authorization) {
  LoadPlan {
    campaigns = List.copyOf(campaigns);
    if (lines) {
      expect("--lines", itemsPerRequest, 1, 10_000_000);
    } else {
      expect("--items", itemsPerRequest, 1, 25);
    }
    expect("--connections", connections, 1, 10_000);
    expect("--warmup", warmupSeconds, 0, 600);
    expect("--seconds", seconds, 1, 3_600);
    expect("--rate", requestsPerSecond, 0, 10_000_000);
    expectShare("--duplicates", duplicates);
    expectShare("--invalid", invalid);
  }

  /** As fast as answers come, all dial requests new and valid, on nobody's behalf. */
  static LoadPlan of(List<String> campaigns, int itemsPerRequest, boolean lines, int connections) {
    return new LoadPlan(campaigns, itemsPerRequest, lines, connections, 0, 3_600, 0, 0, 0, 0, "");
  }

  /** The same for so long. */
  LoadPlan during(int newWarmupSeconds, int newSeconds) {
    return new LoadPlan(
        campaigns,
        itemsPerRequest,
        lines,
        connections,
        newWarmupSeconds,
        newSeconds,
        requestsPerSecond,
        itemsMax,
        duplicates,
        invalid,
        authorization);
  }

  /** The same at so many requests a second. */
  LoadPlan at(long newRequestsPerSecond) {
    return new LoadPlan(
        campaigns,
        itemsPerRequest,
        lines,
        connections,
        warmupSeconds,
        seconds,
        newRequestsPerSecond,
        itemsMax,
        duplicates,
        invalid,
        authorization);
  }

  /** The same with so many items in all, and these shares of them repeated and wrong. */
  LoadPlan of(long newItemsMax, double newDuplicates, double newInvalid) {
    return new LoadPlan(
        campaigns,
        itemsPerRequest,
        lines,
        connections,
        warmupSeconds,
        seconds,
        requestsPerSecond,
        newItemsMax,
        newDuplicates,
        newInvalid,
        authorization);
  }

  /** The same with this header. */
  LoadPlan authorizedBy(String newAuthorization) {
    return new LoadPlan(
        campaigns,
        itemsPerRequest,
        lines,
        connections,
        warmupSeconds,
        seconds,
        requestsPerSecond,
        itemsMax,
        duplicates,
        invalid,
        newAuthorization);
  }

  /** How many requests there are at most. */
  long requestsMax() {
    return itemsMax == 0 ? Long.MAX_VALUE : (itemsMax + itemsPerRequest - 1) / itemsPerRequest;
  }

  private static void expect(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }

  private static void expectShare(String option, double value) {
    if (!(value >= 0 && value <= 0.9)) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: 0 to 0.9)");
    }
  }
}
