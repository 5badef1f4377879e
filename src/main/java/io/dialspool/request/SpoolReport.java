package io.dialspool.request;

/**
 * The sum over campaigns, and the call budget. Source: api.md, {@code GET /spool}.
 *
 * @param callsPerSecondMax the hard cap
 * @param callsPerSecond what the pacer admits now
 * @param calls made since the start
 * @param callsThrottled of those, answered by the API rate throttle
 * @param batchesWhileScarce batches sent while no permit was free, whose fill counts
 * @param itemsWhileScarce dial requests in those batches
 */
public record SpoolReport(
    Counts counts,
    double callsPerSecondMax,
    double callsPerSecond,
    long calls,
    long callsThrottled,
    long batches,
    long batchItems,
    long batchesWhileScarce,
    long itemsWhileScarce) {}
