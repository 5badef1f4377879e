package io.dialspool.http;

/**
 * Bounds of one port.
 *
 * @param connectionsMax open at once; a further one takes the place of one that stands still, or is
 *     closed
 * @param idleMs a connection without a byte for so long is closed; above 0
 * @param headerBytesMax all headers together
 * @param bodyBytesMax of an aggregated body
 */
public record HttpLimits(int connectionsMax, int idleMs, int headerBytesMax, int bodyBytesMax) {
  public static final HttpLimits DEFAULT = new HttpLimits(10_000, 60_000, 32_768, 6 << 20);
}
