package io.dialspool.spool;

import io.dialspool.ring.DialItems;
import io.dialspool.ring.SampleRequests;
import io.dialspool.target.TargetIdentity;
import java.util.Arrays;

/** Pages of sample requests as the spool would write them, without a spool. */
public final class SamplePages {
  /** Ten full batches. */
  public static final int REQUESTS = 10 * DialItems.ITEMS_MAX;

  private SamplePages() {}

  /** The lane that pages are read for. */
  public static LaneInfo lane() {
    return new LaneInfo(
        1,
        SampleRequests.CAMPAIGN,
        new TargetIdentity("embedded", "", "", ""),
        1,
        new Seeds(1, 2, 3));
  }

  /** The same as it is handed over once it is synced. */
  public static AppendedPage appended() {
    int bucket = DeadlineBucket.of(SampleRequests.NOW_MS);
    return new AppendedPage(
        lane(), 1, REQUESTS, SampleRequests.NOW_MS, new int[] {bucket, REQUESTS}, page());
  }

  /** A page of {@link #REQUESTS}; what it says does not depend on where in its lane it stands. */
  public static byte[] page() {
    var builder = new PageBuilder();
    var items = new DialItems();
    for (int from = 1; from <= REQUESTS; from += DialItems.ITEMS_MAX) {
      SampleRequests.fill(items, from, DialItems.ITEMS_MAX);
      for (int i = 0; i < DialItems.ITEMS_MAX; i++) {
        builder.add(items, i, SampleRequests.NOW_MS);
      }
      items.clear();
    }
    return Arrays.copyOf(builder.finish(), builder.length());
  }
}
