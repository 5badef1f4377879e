package io.dialspool.replay;

/**
 * How far a replay is.
 *
 * @param source the name of the one being read
 * @param rows settled so far
 * @param readBytes of all sources, compressed ones as they lie on disk
 * @param totalBytes of all sources, -1 if unknown
 * @param waitingFor why nothing moves at the moment, such as {@code ThrottlingException}; empty
 *     otherwise
 */
public record ReplayProgress(
    String source,
    long rows,
    long accepted,
    long duplicates,
    long rejected,
    long readBytes,
    long totalBytes,
    String waitingFor) {}
