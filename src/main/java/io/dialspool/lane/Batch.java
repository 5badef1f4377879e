package io.dialspool.lane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one call takes out of a lane.
 *
 * @param parcel the parcel it repeats, or null for fresh requests
 */
public record Batch(List<QueuedRequest> requests, @Nullable Parcel parcel) {
  /** Source: contract section 8. */
  public static final int ITEMS_MAX = 25;

  /** A call closes at this size even if it is not full. */
  public static final int BYTES_MAX = 1 << 20;
}
