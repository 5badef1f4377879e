package io.dialspool.replay;

/**
 * How far a replay is.
 *
 * @param source the name of the one being read
 * @param sourceNumber its place among the sources, from 1
 * @param sources how many there are
 * @param rows settled so far
 * @param sourceReadBytes of that source, a packed one as it lies on disk
 * @param sourceBytes its size, -1 if unknown
 * @param readBytes of all sources
 * @param totalBytes of all sources, -1 if unknown
 * @param waitingFor why nothing moves at the moment, such as {@code ThrottlingException}; empty
 *     otherwise
 */
public record ReplayProgress(
    String source,
    int sourceNumber,
    int sources,
    long rows,
    long accepted,
    long duplicates,
    long rejected,
    long sourceReadBytes,
    long sourceBytes,
    long readBytes,
    long totalBytes,
    String waitingFor) {}
