package io.dialspool.request;

/**
 * Outcomes of one campaign, one behind the other in its feed, that a webhook gave up.
 *
 * @param after the cursor before them
 * @param through the cursor of the last
 * @param givenUpAtMs the last of them; milliseconds since 1970
 * @param settledAtMs when the last of them was settled
 * @param failure what the receiver did last
 * @param redelivering whether they are being brought again
 */
public record DeadDelivery(
    CampaignId campaign,
    String after,
    String through,
    long outcomes,
    long givenUpAtMs,
    long settledAtMs,
    String failure,
    boolean redelivering) {}
