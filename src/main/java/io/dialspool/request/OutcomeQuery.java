package io.dialspool.request;

/**
 * What of a campaign's feed is wanted next.
 *
 * @param deadLetters those alone, with number and attributes
 * @param after a cursor of the same feed; empty for the oldest that is kept
 * @param through of an earlier page, to end where the feed ended then; 0 for as far as it goes now
 * @param max outcomes, 1 or more
 */
public record OutcomeQuery(boolean deadLetters, String after, long through, int max) {}
