package io.dialspool.spool;

/**
 * A page that has just been synced.
 *
 * @param first sequence of its first request
 * @param page its bytes as stored
 */
public record AppendedPage(LaneInfo lane, long first, int count, byte[] page) {}
