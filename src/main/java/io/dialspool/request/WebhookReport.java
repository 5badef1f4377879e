package io.dialspool.request;

/**
 * How a webhook does. Counts are of this life of the process, but for the dead letters.
 *
 * @param receiver host and port; the rest of the URL may hold a secret
 * @param delivered outcomes that the receiver took
 * @param failed calls that it refused or didn't answer
 * @param missed how often outcomes left the feed before they could be brought
 * @param lagMs age of the oldest outcome that waits to be brought; 0 if none does
 * @param deadLetters outcomes given up and not brought since
 * @param failing whether the last call failed
 * @param lastFailure empty for none; never what the receiver wrote
 */
public record WebhookReport(
    String name,
    String receiver,
    long delivered,
    long failed,
    long missed,
    long lagMs,
    long deadLetters,
    boolean failing,
    String lastFailure) {}
