package io.dialspool.target;

/**
 * One dial request on its way out. {@code bytes} from {@code offset} hold its checked members as
 * JSON, {@code "phoneNumber":"…","attributes":{…}}, to be copied as they are; the client puts the
 * token before and the {@code expirationTime} after them.
 *
 * @param clientToken as the target is to see it
 * @param deadlineMs the sender's deadline; milliseconds since 1970
 */
public record OutgoingItem(
    String clientToken, long deadlineMs, byte[] bytes, int offset, int length) {}
