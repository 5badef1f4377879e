package io.dialspool.request;

/**
 * How one target stands: its call budget, as in {@link SpoolReport}, and its circuit breaker.
 *
 * @param name as in the configuration
 * @param breaker {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}
 */
public record TargetReport(
    String name,
    double callsPerSecondMax,
    double callsPerSecond,
    long calls,
    long callsThrottled,
    long batchItems,
    long batchesWhileScarce,
    long itemsWhileScarce,
    String breaker) {}
