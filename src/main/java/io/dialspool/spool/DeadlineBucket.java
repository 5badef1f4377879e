package io.dialspool.spool;

/**
 * Deadlines are counted and swept in buckets of half a minute: a bucket is swept as soon as it has
 * passed, so that a held request ends at most about 30 s after its deadline, within the minute that
 * is promised.
 */
public final class DeadlineBucket {
  public static final long MS = 30_000;

  private DeadlineBucket() {}

  public static int of(long deadlineMs) {
    return (int) (deadlineMs / MS);
  }

  /** From here on every deadline of the bucket has passed; milliseconds since 1970. */
  public static long endMs(int bucket) {
    return (bucket + 1L) * MS;
  }
}
