package io.dialspool.crashtest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Makes leads that nobody else has. Any thread. */
final class Leads {
  static final long LONG_MS = 4L * 3_600_000;

  /** Ends EXPIRED if its campaign stays paused, and may end in doubt. */
  private static final long SHORT_MS = 50_000;

  /** Less than the target is ever given: accepted, and never sent. */
  private static final long TOO_SHORT_MS = 20_000;

  private static final long FIRST_NUMBER = 12_062_000_000L;

  private final AtomicLong made = new AtomicLong();

  /** Some with deadlines that come soon. */
  List<Lead> mixed(String campaignId, String sender, int count, RandomGenerator random) {
    var leads = new ArrayList<Lead>(count);
    for (int i = 0; i < count; i++) {
      int drawn = random.nextInt(100);
      leads.add(
          make(campaignId, sender, drawn < 2 ? TOO_SHORT_MS : drawn < 10 ? SHORT_MS : LONG_MS));
    }
    return leads;
  }

  /** With hours to go. */
  List<Lead> lasting(String campaignId, String sender, int count) {
    var leads = new ArrayList<Lead>(count);
    for (int i = 0; i < count; i++) {
      leads.add(make(campaignId, sender, LONG_MS));
    }
    return leads;
  }

  private Lead make(String campaignId, String sender, long lifetimeMs) {
    long nth = made.getAndIncrement();
    return new Lead(campaignId, sender + "-" + nth, FIRST_NUMBER + nth, lifetimeMs);
  }
}
