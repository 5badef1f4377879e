package io.dialspool.config;

import java.time.Duration;

/**
 * The spool.
 *
 * @param directory one per process; made if it is missing
 * @param dedupeWindow how long a settled request's token is remembered
 * @param deadLetterWindow how long a dead letter is kept at least
 * @param feedWindow how long an outcome stays in the feed at least
 * @param groupItemsMax requests of one atomic write at most
 * @param freeBytesMin below this much room on the disk intake answers 429
 */
public record SpoolConfig(
    String directory,
    Duration dedupeWindow,
    Duration deadLetterWindow,
    Duration feedWindow,
    int groupItemsMax,
    long freeBytesMin) {
  public static final SpoolConfig DEFAULT =
      new SpoolConfig(
          "data/spool",
          Duration.ofDays(7),
          Duration.ofDays(30),
          Duration.ofDays(7),
          4096,
          256L << 20);

  public SpoolConfig {
    Expect.that(!directory.isBlank(), "spool.directory", directory, "a path");
    Expect.that(
        dedupeWindow.compareTo(Duration.ofHours(1)) >= 0
            && dedupeWindow.compareTo(Duration.ofDays(365)) <= 0,
        "spool.dedupeWindow",
        dedupeWindow,
        "1h to 365d");
    Expect.that(
        deadLetterWindow.compareTo(Duration.ofHours(1)) >= 0
            && deadLetterWindow.compareTo(Duration.ofDays(365)) <= 0,
        "spool.deadLetterWindow",
        deadLetterWindow,
        "1h to 365d");
    Expect.that(
        feedWindow.compareTo(Duration.ofHours(1)) >= 0
            && feedWindow.compareTo(Duration.ofDays(365)) <= 0,
        "spool.feedWindow",
        feedWindow,
        "1h to 365d");
    Expect.range("spool.groupItemsMax", groupItemsMax, 25, 65_536);
    Expect.range("spool.freeBytesMin", freeBytesMin, 0, 1L << 50);
  }
}
