package io.dialspool.target;

/**
 * An operation that the spool has no part in, passed on as it came, under our signature.
 *
 * @param pathAndQuery raw, still percent-encoded
 * @param contentType empty if there was none
 */
public record RawCall(String method, String pathAndQuery, String contentType, byte[] body) {}
