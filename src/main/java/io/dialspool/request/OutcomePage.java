package io.dialspool.request;

import java.util.List;

/**
 * A piece of a campaign's feed.
 *
 * @param through the last group that this reading goes to, for the next query
 * @param next where to read on
 * @param atEnd whether there was nothing more
 */
public record OutcomePage(
    Found found, List<Outcome> outcomes, long through, String next, boolean atEnd) {
  /** Whether it could be read at all. */
  public enum Found {
    READ,
    NO_CAMPAIGN,
    /** Too many look-ups are waiting. */
    BUSY
  }

  public static final OutcomePage NO_CAMPAIGN =
      new OutcomePage(Found.NO_CAMPAIGN, List.of(), 0, "", true);
  public static final OutcomePage BUSY = new OutcomePage(Found.BUSY, List.of(), 0, "", true);
}
