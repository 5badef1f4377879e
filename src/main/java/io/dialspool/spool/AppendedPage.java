package io.dialspool.spool;

import org.jspecify.annotations.Nullable;

/**
 * A page that has just been synced.
 *
 * @param first sequence of its first request
 * @param acceptedAtMs of its first request; milliseconds since 1970
 * @param buckets each deadline bucket of its requests, followed by how many have it
 * @param page its bytes as stored; null if its lane said that it has no use for them now
 */
public record AppendedPage(
    LaneInfo lane,
    long first,
    int count,
    long acceptedAtMs,
    int[] buckets,
    byte @Nullable [] page) {}
